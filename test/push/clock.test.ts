import { afterEach, beforeEach, expect, test } from 'vitest';
import { listSubscriptions } from '../../src/hub/subscriptions.ts';
import { sweep } from '../../src/push/outbox.ts';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, publishDocument, until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

const HOUR = 3_600_000;

/** What the clock is set to differ by, in milliseconds. It runs as any clock does. */
let ahead = 0;
let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;

beforeEach(async () => {
  ahead = 0;
  home = makeHome({ now: () => Date.now() + ahead });
  sink = await startSink();
  stop = work(home);
  await insertSubscriptions(home, sink.url, 30);
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

const bodies = (path: string) => sink.deliveries(path).map(({ body }) => body);

/** A change, which reaches everyone within seconds whatever the clock says. */
async function tells(text: string): Promise<void> {
  const started = Date.now();
  await publishDocument(home, text);
  await until(() => isIdle(home));
  expect(Date.now() - started).toBeLessThan(6_000);
  expect(sink.deliveries().filter(({ body }) => body === text)).toHaveLength(30);
}

test('set back between changes, by a second, an hour, a year: each change is told at once, and once', async () => {
  await tells('before');
  ahead = -1_000;
  await tells('a second');
  ahead = -HOUR;
  await tells('an hour');
  ahead = -365 * 24 * HOUR;
  await tells('a year');
  ahead = 0;
  await tells('set right');
  expect(bodies('/1')).toEqual(['before', 'a second', 'an hour', 'a year', 'set right']);
});

test('set forwards: what waited is due at once, leases end, and nobody is told twice', async () => {
  sink.reply = ({ path }) => (path === '/7' ? { status: 503 } : undefined);
  await publishDocument(home, 'news');
  await until(async () => (await listSubscriptions(home)).some(({ exception }) => exception !== null));
  sink.reply = () => undefined;
  ahead = 2 * HOUR;
  await sweep(home);
  await until(() => isIdle(home));
  expect(bodies('/7')).toEqual(['news', 'news']);
  expect(sink.deliveries()).toHaveLength(31);
  await tells('later');
  ahead = 25 * HOUR;
  await publishDocument(home, 'after the leases');
  await until(() => isIdle(home));
  expect(sink.deliveries().some(({ body }) => body === 'after the leases')).toBe(false);
});

test('set back while a delivery is under way: it ends, and the version is kept', async () => {
  sink.reply = ({ path }) => (path === '/3' ? { delayMs: 400 } : undefined);
  await publishDocument(home, 'news');
  await until(() => sink.deliveries('/3').length === 1);
  ahead = -HOUR;
  await until(() => isIdle(home));
  expect(sink.deliveries()).toHaveLength(30);
  expect((await listSubscriptions(home)).every(({ delivered }) => delivered === 1)).toBe(true);
});

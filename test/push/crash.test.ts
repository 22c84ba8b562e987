import { afterEach, beforeEach, expect, test } from 'vitest';
import { consume } from '../../src/push/consumer.ts';
import { nextDue, releaseClaims, sweep } from '../../src/push/outbox.ts';
import type { Outbound } from '../../src/storage/ports.ts';
import { makeHome, type TestHome, type TestHomeOptions } from '../home.ts';
import {
  commitDocument,
  insertSubscriptions,
  isIdle,
  post,
  publishDocument,
  subscription,
  until,
  work,
} from './engine.ts';
import { type Sink, startSink } from './sink.ts';

const SUBSCRIBERS = 250;

let folder: TestHome;
let sink: Sink;
const open: TestHome[] = [];

/** A home on the same database: the process that starts after the last one was killed. */
function start(options: TestHomeOptions = {}): TestHome {
  const home = makeHome({
    folder: folder.folder,
    // What a process that died had left for later goes wrong unheard.
    waitUntil: (doing) => void doing.catch(() => {}),
    ...options,
  });
  open.push(home);
  return home;
}

/** What `npm start` does before it serves, until nothing is left to do. */
async function recover(home: TestHome): Promise<void> {
  await releaseClaims(home);
  const stop = work(home);
  await sweep(home);
  await until(() => isIdle(home), 20_000);
  await stop();
}

function everyoneHas(text: string): boolean {
  const had = new Set(
    sink
      .deliveries()
      .filter(({ body }) => body === text)
      .map(({ path }) => path),
  );
  return had.size === SUBSCRIBERS;
}

beforeEach(async () => {
  folder = makeHome();
  sink = await startSink();
});
afterEach(async () => {
  for (const home of open.splice(0)) await home.close();
  await sink.close();
  await folder.close();
});

test('killed after the commit, before any message was sent', async () => {
  const home = start();
  await insertSubscriptions(home, sink.url, SUBSCRIBERS);
  await commitDocument(home, 'news');
  await recover(start());
  expect(everyoneHas('news')).toBe(true);
});

test('killed after the message was sent, before a consumer ran: the message is lost too', async () => {
  const home = start();
  await insertSubscriptions(home, sink.url, SUBSCRIBERS);
  await publishDocument(home, 'news');
  await home.db.prepare('DELETE FROM jobs').run();
  await recover(start());
  expect(everyoneHas('news')).toBe(true);
});

test.each([1, 60, 130, 249])(
  'killed while delivery %i is under way',
  async (fatal) => {
    // From the fatal request on nothing this process does takes effect: no answer comes, the database is out of reach.
    let dead = false;
    let sent = 0;
    let request: Outbound = () => Promise.reject(new Error('not yet'));
    const home = start({
      request: (outbound) => {
        sent += 1;
        if (sent >= fatal) dead = true;
        return dead ? new Promise(() => {}) : request(outbound);
      },
    });
    request = folder.request;
    const dying: TestHome = {
      ...home,
      db: {
        ...home.db,
        prepare: (sql) => (dead ? unreachable() : home.db.prepare(sql)),
        batch: (statements) => (dead ? unreachable() : home.db.batch(statements)),
      },
    };
    await insertSubscriptions(home, sink.url, SUBSCRIBERS);
    await publishDocument(home, 'news');
    const consumer = dying.queue.consume((batch) => consume(dying, batch), { batchSize: 1, concurrency: 64 });
    await until(() => dead);
    void consumer.stop();
    await recover(start());
    expect(everyoneHas('news')).toBe(true);
    const twice = sink.deliveries().length - SUBSCRIBERS;
    expect(twice).toBeLessThanOrEqual(4 * 100);

    // And the next change goes its usual way at once.
    sink.received.length = 0;
    const next = start();
    const stop = work(next);
    await publishDocument(next, 'more news');
    await until(() => isIdle(next), 20_000);
    await stop();
    expect(everyoneHas('more news')).toBe(true);
    expect(sink.deliveries()).toHaveLength(SUBSCRIBERS);
  },
  30_000,
);

test('killed while a callback is asked: it is asked again, and served', async () => {
  const home = start({ request: () => new Promise(() => {}) });
  await commitDocument(home, 'news');
  await post(home, subscription(`${sink.url}/1`));
  const consumer = home.queue.consume((batch) => consume(home, batch));
  await until(async () => (await home.db.prepare('SELECT claimed_until FROM outbox').first())?.claimed_until !== 0);
  void consumer.stop();
  await recover(start());
  expect(sink.deliveries('/1').map(({ body }) => body)).toEqual(['news']);
});

test('without a restart a claim lapses, and the sweep finds the work again', async () => {
  let now = Date.now();
  const home = start({ now: () => now, request: () => new Promise(() => {}) });
  await insertSubscriptions(home, sink.url, 1);
  await publishDocument(home, 'news');
  const stuck = { id: '1', attempts: 1, ack: () => {}, retry: () => {} };
  void consume(home, [{ ...stuck, body: { type: 'outbox', work: 'fanout', ref: '/rss.xml' } }]);
  await until(async () => (await home.db.prepare("SELECT 1 FROM outbox WHERE type = 'slice'").first()) !== null);
  const due = await nextDue(home);
  expect(due).toBeGreaterThan(now);
  now = Number(due) + 60_000;
  const other = start({ now: () => now });
  expect(await sweep(other)).toBeGreaterThan(0);
  const stop = work(other);
  await until(() => sink.deliveries().length === 1);
  await until(() => isIdle(other));
  await stop();
});

function unreachable(): never {
  throw new Error('The process is dead.');
}

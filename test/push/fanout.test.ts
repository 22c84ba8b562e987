import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listSubscriptions } from '../../src/hub/subscriptions.ts';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, post, publishDocument, RSS, subscription, until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;

beforeEach(async () => {
  home = makeHome({ config: { hub: { retrySeconds: [1] } } });
  sink = await startSink();
  stop = work(home);
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

const log = (outcome: string) =>
  home.db.prepare('SELECT * FROM delivery_log WHERE outcome = ? ORDER BY id').bind(outcome).all();

test('a delivery is the document, byte for byte, with its type, its links and a signature', async () => {
  const text = '<rss>바다 \u{1F30A}</rss>\n';
  await publishDocument(home, 'old');
  await post(home, subscription(`${sink.url}/cb?a=1&b=%20x`, { 'hub.secret': '비밀' }));
  await until(() => sink.deliveries().length === 1 && isIdle(home));
  await publishDocument(home, text);
  await until(() => sink.deliveries().length === 2);
  const [, { method, path, query, headers, body }] = sink.deliveries() as [
    unknown,
    ReturnType<typeof sink.deliveries>[0],
  ];
  expect({ method, path, query, body }).toEqual({ method: 'POST', path: '/cb', query: 'a=1&b=%20x', body: text });
  expect(headers['content-type']).toBe('application/rss+xml; charset=utf-8');
  expect(headers.link).toBe('<http://tidings.test/hub>; rel="hub", <http://tidings.test/rss.xml>; rel="self"');
  expect(headers['x-hub-signature']).toBe(`sha256=${createHmac('sha256', '비밀').update(text).digest('hex')}`);
});

test('without a secret nothing is signed', async () => {
  await insertSubscriptions(home, sink.url, 1);
  await publishDocument(home, 'x');
  await until(() => sink.deliveries().length === 1);
  expect(sink.deliveries()[0]?.headers).not.toHaveProperty('x-hub-signature');
});

test('1,000 subscribers each get a change once, by slices that leave one line each in the log', async () => {
  await insertSubscriptions(home, sink.url, 1_000, 'secret');
  await publishDocument(home, 'x'.repeat(60_000));
  await until(() => isIdle(home), 20_000);
  expect(new Set(sink.deliveries().map(({ path }) => path)).size).toBe(1_000);
  // On a busy machine an attempt may take too long; only who had such a one is told again, and the slice's line says so.
  const lines = await log('slice');
  expect(lines.map((line) => Number(line.delivered) + Number(line.failed))).toEqual(Array(10).fill(100));
  const late = lines.reduce((sum, line) => sum + Number(line.failed), 0);
  expect(sink.deliveries().length).toBeLessThanOrEqual(1_000 + late);
  expect(await home.db.prepare('SELECT count(*) AS n FROM deliveries').first()).toEqual({ n: 0 });
  expect(await home.db.prepare('SELECT count(*) AS n FROM slices').first()).toEqual({ n: 0 });
}, 30_000);

test('five changes within a second reach everyone as at most two deliveries, the last one last', async () => {
  await insertSubscriptions(home, sink.url, 120);
  for (let change = 1; change <= 5; change += 1) {
    await publishDocument(home, `change ${change}`);
    await new Promise((done) => setTimeout(done, 180));
  }
  await until(() => isIdle(home));
  for (let number = 1; number <= 120; number += 1) {
    const bodies = sink.deliveries(`/${number}`).map(({ body }) => body);
    expect(bodies.length).toBeLessThanOrEqual(2);
    expect(bodies.at(-1)).toBe('change 5');
  }
});

test('failures are retried, healthy ones are told at once and once', async () => {
  await insertSubscriptions(home, sink.url, 50);
  const failed = new Set<string>();
  sink.reply = ({ path }) => {
    if (Number(path.slice(1)) % 10 > 0 || failed.has(path)) return undefined;
    failed.add(path);
    return { status: 500 };
  };
  await publishDocument(home, 'news');
  await until(() => sink.deliveries().length === 50);
  await until(() => isIdle(home));
  for (let number = 1; number <= 50; number += 1)
    expect(sink.deliveries(`/${number}`)).toHaveLength(number % 10 === 0 ? 2 : 1);
  expect(await log('failed')).toHaveLength(5);
  expect((await log('delivered')).map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2, 2]);
});

test('what hangs delays nobody and is tried again with more time', async () => {
  await insertSubscriptions(home, sink.url, 20);
  sink.reply = ({ path }) => (path === '/7' ? { delayMs: 2_600 } : undefined);
  const started = Date.now();
  await publishDocument(home, 'news');
  await until(() => sink.deliveries().length >= 20);
  expect(Date.now() - started).toBeLessThan(1_500);
  await until(() => isIdle(home));
  expect(sink.deliveries('/7')).toHaveLength(2);
  expect(await log('hung')).toHaveLength(1);
  expect((await listSubscriptions(home)).map(({ delivered }) => delivered)).toEqual(Array(20).fill(1));
}, 15_000);

test('where most hung before, nobody waits for the short deadline first; successes speak for the origin', async () => {
  await insertSubscriptions(home, sink.url, 1);
  await home.db.prepare('INSERT INTO hosts (origin, tried, failed, seen_at) VALUES (?, 1, 1, 0)').bind(sink.url).run();
  sink.reply = () => ({ delayMs: 2_300 });
  await publishDocument(home, 'first');
  await until(() => isIdle(home));
  expect(sink.deliveries()).toHaveLength(1);
  expect(await log('hung')).toEqual([]);
  expect((await log('delivered')).map(({ attempt }) => attempt)).toEqual([1]);
  sink.reply = () => undefined;
  await publishDocument(home, 'second');
  await until(() => isIdle(home));
  expect((await log('slice')).at(-1)?.delivered).toBe(1);
}, 15_000);

test('a retry sends the newest version, and a slice leaves who waits for it to it', async () => {
  await insertSubscriptions(home, sink.url, 2);
  let fails = true;
  sink.reply = ({ path }) => (path === '/2' && fails ? { status: 503, headers: { 'retry-after': '3' } } : undefined);
  await publishDocument(home, 'first');
  await until(() => sink.deliveries().length === 2);
  const failedAt = Date.now();
  await publishDocument(home, 'second');
  fails = false;
  await until(() => isIdle(home));
  const [, retry, ...more] = sink.deliveries('/2');
  expect(retry?.body).toBe('second');
  expect((retry?.at ?? 0) - failedAt).toBeGreaterThan(2_800);
  expect(more).toEqual([]);
});

test('410 ends the subscription, a redirect is not followed and is a failure', async () => {
  await insertSubscriptions(home, sink.url, 3);
  sink.reply = ({ path }) =>
    path === '/1' ? { status: 410 } : path === '/2' ? { status: 307, headers: { location: '/3' } } : undefined;
  await publishDocument(home, 'news');
  await until(async () => (await log('failed')).length >= 1);
  expect(sink.deliveries('/3')).toHaveLength(1);
  expect((await listSubscriptions(home)).map(({ callback }) => callback.slice(sink.url.length))).toEqual(['/2', '/3']);
  const [redirected] = await listSubscriptions(home);
  expect(redirected?.exception).toMatchObject({ reason: 'failed', status: 307 });
});

test('an ended lease gets nothing', async () => {
  await insertSubscriptions(home, sink.url, 2);
  await home.db.prepare('UPDATE subscriptions SET lease_until = ? WHERE id = 1').bind(home.now()).run();
  await publishDocument(home, 'news');
  await until(() => isIdle(home));
  expect(sink.deliveries().map(({ path }) => path)).toEqual(['/2']);
});

test('a document that begins anew and counts from 1 again is still told', async () => {
  await insertSubscriptions(home, sink.url, 1);
  for (const text of ['a', 'b']) {
    await publishDocument(home, text);
    await until(() => isIdle(home));
  }
  await home.db.prepare('DELETE FROM documents').run();
  await publishDocument(home, 'anew');
  await until(() => isIdle(home));
  expect(sink.deliveries().map(({ body }) => body)).toEqual(['a', 'b', 'anew']);
});

test('a topic without subscribers costs no work', async () => {
  await publishDocument(home, 'news');
  expect(await isIdle(home)).toBe(true);
  expect(await home.db.prepare('SELECT topic, wanted FROM fanouts').all()).toEqual([{ topic: RSS, wanted: 1 }]);
});

test('renewals and unsubscribes during a fan-out end in the right state', async () => {
  await insertSubscriptions(home, sink.url, 400, 'old');
  sink.reply = ({ method }) => (method === 'POST' ? { delayMs: 20 } : undefined);
  await publishDocument(home, 'news');
  const ask = (mode: string, number: number) =>
    post(home, subscription(`${sink.url}/${number}`, { 'hub.mode': mode, 'hub.secret': 'new' }));
  for (let number = 1; number <= 400; number += 10) {
    await ask('subscribe', number);
    await ask('unsubscribe', number + 1);
  }
  await until(() => isIdle(home), 20_000);
  const left = await listSubscriptions(home, { limit: 1_000 });
  expect(left).toHaveLength(360);
  expect(left.every(({ delivered, exception }) => delivered === 1 && exception === null)).toBe(true);
  const signed = (secret: string, text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
  const signatures = (number: number) => sink.deliveries(`/${number}`).map((got) => got.headers['x-hub-signature']);
  for (let number = 1; number <= 400; number += 10) expect(signatures(number)).toContain(signed('new', 'news'));
  sink.received.length = 0;
  await publishDocument(home, 'more');
  await until(() => isIdle(home), 20_000);
  expect(sink.deliveries()).toHaveLength(360);
  for (let number = 1; number <= 400; number += 10) {
    expect(signatures(number)).toEqual([signed('new', 'more')]);
    expect(signatures(number + 1)).toEqual([]);
    expect(signatures(number + 2)).toEqual([signed('old', 'more')]);
  }
}, 40_000);

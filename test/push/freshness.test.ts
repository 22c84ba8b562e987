import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFreshness, HEAD_LIFETIME } from '../../src/cloudflare/freshness.ts';
import { DocumentCache, documentHead, type SharedHeads } from '../../src/storage/documents.ts';
import { makeHome, type TestHome } from '../home.ts';
import { commitDocument, insertSubscriptions, isIdle, publishDocument, RSS, until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

/** What was asked to settle, in order, each with what lets it. */
let asked: { address: string; version: number; settle: () => void }[];
let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;
beforeEach(async () => {
  asked = [];
  const settle = (address: string, version: number) =>
    new Promise<void>((settled) => asked.push({ address, version, settle: settled }));
  home = makeHome({ freshness: { settle } });
  sink = await startSink();
  await insertSubscriptions(home, sink.url, 3);
  stop = work(home);
});
afterEach(async () => {
  for (const { settle } of asked) settle();
  await stop();
  await sink.close();
  await home.close();
});

const LONG_MS = 15_000;
const pause = (ms: number) => new Promise((later) => setTimeout(later, ms));

test('nobody is told of a version before it is settled', async () => {
  await publishDocument(home, 'one');
  await until(() => asked.length === 1, LONG_MS);
  expect(asked).toMatchObject([{ address: RSS, version: 1 }]);
  await pause(300);
  expect(sink.deliveries()).toEqual([]);
  asked[0]?.settle();
  await until(() => sink.deliveries().length === 3, LONG_MS);
});

test('a version that is committed while an older one settles is not told before it is settled itself', async () => {
  await publishDocument(home, 'one');
  await until(() => asked.length === 1, LONG_MS);
  await commitDocument(home, 'two');
  asked[0]?.settle();
  await until(() => asked.length > 1, LONG_MS);
  await pause(300);
  expect(sink.deliveries()).toEqual([]);
  expect(asked[1]).toMatchObject({ address: RSS, version: 2 });
  const settling = setInterval(() => {
    for (const { settle } of asked) settle();
  }, 10);
  await until(() => sink.deliveries().length >= 3 && isIdle(home), LONG_MS);
  clearInterval(settling);
  expect(new Set(sink.deliveries().map(({ body }) => body))).toEqual(new Set(['two']));
});

test('at the edge a version is settled when no isolate can hold the one before; waited for once', async () => {
  const freshness = createFreshness(Date.now);
  const began = performance.now();
  await freshness.settle(RSS, 1);
  // Timers may be a millisecond early.
  expect(performance.now() - began).toBeGreaterThanOrEqual(HEAD_LIFETIME.lastMs - 1);
  const again = performance.now();
  await freshness.settle(RSS, 1);
  expect(performance.now() - again).toBeLessThan(HEAD_LIFETIME.lastMs / 2);
  const newer = performance.now();
  await freshness.settle(RSS, 2);
  expect(performance.now() - newer).toBeGreaterThanOrEqual(HEAD_LIFETIME.lastMs - 1);
});

/** What isolates of one data centre hand on to each other. */
function dataCentre(): SharedHeads {
  const kept = new Map<string, string>();
  return {
    get: async (address) => JSON.parse(kept.get(address) ?? 'null'),
    put: (head, readAt) => void kept.set(head.address, JSON.stringify({ head, readAt })),
  };
}

test.each([1, 8])(
  'a thousand readers a second cost a data centre one question a second, and get nothing that is older than the lifetime; %i isolates',
  async (isolates) => {
    let now = Date.now();
    let questions = 0;
    const db: TestHome['db'] = {
      ...home.db,
      prepare: (sql) => {
        questions += 1;
        return home.db.prepare(sql);
      },
    };
    const sharedHeads = isolates > 1 ? dataCentre() : null;
    const readers = Array.from({ length: isolates }, () => ({
      ...home,
      db,
      now: () => now,
      documentCache: new DocumentCache({ lifetime: { ...HEAD_LIFETIME, now: () => now } }),
      sharedHeads,
    }));
    await commitDocument(home, 'one');
    const committed: { version: number; at: number }[] = [{ version: 1, at: now }];
    for (let second = 0; second < 10; second += 1) {
      for (let poll = 0; poll < 1_000; poll += 1) {
        now += 1;
        // Another isolate commits.
        if (poll % 300 === 299) committed.push({ version: await commitDocument(home, `${second} ${poll}`), at: now });
        const reader = readers[poll % isolates];
        const head = reader && (await documentHead(reader, RSS));
        const least = committed.findLast(({ at }) => at <= now - HEAD_LIFETIME.lastMs)?.version ?? 0;
        expect(head?.version).toBeGreaterThanOrEqual(least);
      }
    }
    expect(questions).toBeLessThanOrEqual(11);
  },
);

test('an isolate that committed takes nothing that others read before', async () => {
  let now = 10_000;
  const sharedHeads = dataCentre();
  const isolate = () => ({
    ...home,
    now: () => now,
    documentCache: new DocumentCache({ lifetime: { ...HEAD_LIFETIME, now: () => now } }),
    sharedHeads,
  });
  const [one, other] = [isolate(), isolate()];
  await commitDocument(home, 'one');
  expect((await documentHead(one, RSS))?.version).toBe(1);
  now += 10;
  expect(await commitDocument(other, 'two')).toBe(2);
  other.documentCache.replaced([RSS]);
  expect((await documentHead(other, RSS))?.version).toBe(2);
});

test('while one asks anew the others go on, until the lifetime has ended for them too', async () => {
  let now = 0;
  const cache = new DocumentCache({ lifetime: { ...HEAD_LIFETIME, now: () => now } });
  await commitDocument(home, 'one');
  const head = await documentHead({ ...home, now: () => 0, documentCache: cache }, RSS);
  if (!head) throw new Error('There is no document.');
  now = HEAD_LIFETIME.freshMs;
  expect(cache.head(RSS)).toBeUndefined();
  expect(cache.head(RSS)).toBe(head);
  now = HEAD_LIFETIME.lastMs;
  expect(cache.head(RSS)).toBeUndefined();
  // What was asked for before the one that is kept says nothing newer.
  cache.keep({ ...head, version: 9 }, cache.generation, now);
  cache.keep({ ...head, version: 8 }, cache.generation, now - 1);
  expect(cache.head(RSS)?.version).toBe(9);
});

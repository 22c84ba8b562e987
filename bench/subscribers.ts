import type { Home } from '../src/home.ts';
import { keepRequest } from '../src/hub/pending.ts';
import { purgeExpired, subscribe } from '../src/hub/subscriptions.ts';
import type { Pending } from '../src/hub/verification.ts';
import { fanOut } from '../src/push/fanout.ts';
import { claim, enqueue, finish, type Work } from '../src/push/outbox.ts';
import { serveSlice } from '../src/push/slices.ts';

const TOPIC = '/rss.xml';
/** A callback origin each for so many. */
const OF_ORIGIN = 100;
/** Rows that one statement writes. */
const FILLED = 50_000;
const DAY_MS = 86_400_000;

let number = 0;

/** What subscribers ask for, and a slice of a fan-out; one of each, by the code of the hub. */
export const WORKS: Record<string, (home: Home, callback: string) => Promise<unknown>> = {
  'a request to subscribe': (home, callback) => keepRequest(home, { ...REQUEST, callback }),
  'a confirmed subscription': (home, callback) => subscribe(home, pendingOf(callback), home.now(), NO_WORK),
  'a confirmed renewal': (home) => subscribe(home, pendingOf(callbackOf(5_000)), home.now(), NO_WORK),
  'a lease that ends': async (home) => {
    const row = 'SELECT id FROM subscriptions WHERE id > ? ORDER BY id LIMIT 1';
    const { id = 0 } = (await home.db.prepare(row).bind(6_000).first<{ id: number }>()) ?? {};
    await home.db.prepare('UPDATE subscriptions SET lease_until = 1 WHERE id = ?').bind(id).run();
    await purgeExpired(home);
  },
  'a slice in the middle': async (home) => {
    const { last = 0 } =
      (await home.db.prepare('SELECT max(id) AS last FROM subscriptions').first<{ last: number }>()) ?? {};
    const first = Math.floor(last / 2);
    const sql = 'INSERT OR REPLACE INTO slices (topic, pass, first, last) VALUES (?, 1, ?, ?) RETURNING id';
    const row = await home.db
      .prepare(sql)
      .bind(TOPIC, first, first + 99)
      .first<{ id: number }>();
    await serveSlice(home, { ...NO_WORK, ref: String(row?.id) });
  },
  'the end of a fan-out, by its cursor': async (home) => {
    const last = 'SELECT max(id) - 1000 FROM subscriptions';
    await home.db.batch([
      home.db.prepare('DELETE FROM slices'),
      home.db.prepare("DELETE FROM outbox WHERE type IN ('slice', 'fanout')"),
      home.db
        .prepare(`INSERT OR REPLACE INTO fanouts (topic, wanted, pass, cursor) VALUES (?, 2, 2, (${last}))`)
        .bind(TOPIC),
      enqueue(home, 'fanout', TOPIC),
    ]);
    const work = await claim(home, { type: 'fanout', ref: TOPIC });
    if (!work) throw new Error('There is no fan-out.');
    await fanOut(home, work);
    await finish(home, work);
  },
};

/** A row of the outbox that there is not. */
const NO_WORK: Work = { id: 0, type: 'none', ref: '', payload: '{}', attempts: 1, asked: 1, claimedUntil: 0 };

const REQUEST = {
  mode: 'subscribe',
  topic: TOPIC,
  askedTopic: `https://feeds.example${TOPIC}`,
  secret: 'secret',
  leaseSeconds: 864_000,
  initial: false,
  delta: null,
  partnerKey: null,
} as const;

/** Does a work again and again, each time for a callback that nobody had before. */
export async function repeat(home: Home, name: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await WORKS[name]?.(home, `https://new${number++}.example/callback`);
}

const callbackOf = (id: number) => `https://r${Math.floor(id / OF_ORIGIN)}.example/${id}`;

function pendingOf(callback: string): Pending {
  return {
    seq: 0,
    pair: '',
    mode: 'subscribe',
    topic: TOPIC,
    asked_topic: `https://feeds.example${TOPIC}`,
    callback,
    origin: new URL(callback).origin,
    secret: 'secret',
    lease_seconds: 864_000,
    attempts: 0,
    initial: 0,
    delta: null,
    partner_key: null,
  };
}

/** So many subscriptions of one topic, all of whom have its document. */
export async function fill(home: Home, count: number): Promise<void> {
  const now = home.now();
  const hash = home.sha256('body');
  await home.blobs.put(hash, new TextEncoder().encode('body'));
  const insert = home.db.prepare(
    `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO subscriptions (id, channel, topic, asked_topic, callback, origin, secret, lease_seconds, lease_until,
       created_at, verified_at, delivered)
     SELECT i, 'websub', ?3, ?4, 'https://r' || (i / ${OF_ORIGIN}) || '.example/' || i,
       'https://r' || (i / ${OF_ORIGIN}) || '.example', 'secret', 864000, ?5 + i, ?6, ?6, 1 FROM n`,
  );
  for (let from = 1; from <= count; from += FILLED) {
    const to = Math.min(from + FILLED - 1, count);
    await insert.bind(from, to, TOPIC, `https://feeds.example${TOPIC}`, now + 10 * DAY_MS, now).run();
  }
  await home.db
    .prepare(
      `INSERT INTO documents (address, feed, format, version, blob, size, content_type, last_modified)
       VALUES (?, '', 'rss', 1, ?, 4, 'application/rss+xml', '2026-01-01T00:00:00.000Z')`,
    )
    .bind(TOPIC, hash)
    .run();
}

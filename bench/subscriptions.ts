import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepRequest } from '../src/hub/pending.ts';
import { purgeExpired, subscribe } from '../src/hub/subscriptions.ts';
import type { Pending } from '../src/hub/verification.ts';
import type { NodeHome } from '../src/node/home.ts';
import { fanOut } from '../src/push/fanout.ts';
import { claim, enqueue, finish } from '../src/push/outbox.ts';
import { serveSlice } from '../src/push/slices.ts';
import { type Figure, figure } from './figure.ts';
import { benchHome } from './home.ts';
import type { Benchmark } from './main.ts';
import { inTurn, milliseconds } from './turns.ts';

const TOPIC = '/rss.xml';
const FEW = 10_000;
/** A callback origin each for so many. */
const OF_ORIGIN = 100;
/** Repetitions of each work in a round. */
const TIMES = 50;
const DAY_MS = 86_400_000;
/** The most that a database of D1 may hold, in GB. */
const LARGEST_GB = 10;

/**
 * What subscribers ask for, and a slice of a fan-out, among 10,000 subscriptions of one topic and among a million: the
 * real code over SQLite with D1's limits. Each should cost the same.
 */
export const run: Benchmark = async ({ count = 1_000_000, rounds = 5 }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-subscriptions-'));
  const of = (name: string) => benchHome(join(folder, name, 'data'), join(folder, name, 'content'));
  const [few, many] = [of('few'), of('many')];
  try {
    await fill(few, FEW);
    await fill(many, count);
    const figures: Figure[] = [];
    for (const [name, work] of Object.entries(WORKS)) {
      const took = await inTurn(rounds, {
        many: () => milliseconds(() => repeat(many, work)),
        few: () => milliseconds(() => repeat(few, work)),
      });
      const each = (values: number[]) => values.map((ms) => ms / TIMES);
      const title = `${name}, among ${count} beside ${FEW}`;
      figures.push(figure(title, 'ms', each(took.many), { beside: each(took.few), target: { atMost: 3 } }));
    }
    const pages = 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()';
    const size = ((await many.db.prepare(pages).first<{ bytes: number }>())?.bytes ?? 0) / 1e9;
    return [...figures, figure(`size of the database, ${count}`, 'GB', [size], { target: { atMost: LARGEST_GB } })];
  } finally {
    await few.close();
    await many.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

let number = 0;

/** One of each work, with a callback that nobody had before. */
const WORKS: Record<string, (home: NodeHome, callback: string) => Promise<unknown>> = {
  'a request to subscribe': (home, callback) => keepRequest(home, { ...REQUEST, callback }),
  'a confirmed subscription': (home, callback) => subscribe(home, pendingOf(callback), home.now()),
  'a confirmed renewal': (home) => subscribe(home, pendingOf(callbackOf(5_000)), home.now()),
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
    await serveSlice(home, {
      id: 0,
      type: 'slice',
      ref: String(row?.id),
      payload: '{}',
      attempts: 1,
      asked: 1,
      claimedUntil: 0,
    });
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

async function repeat(home: NodeHome, work: (home: NodeHome, callback: string) => Promise<unknown>): Promise<void> {
  for (let time = 0; time < TIMES; time += 1) await work(home, `https://new${number++}.example/callback`);
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

async function fill(home: NodeHome, count: number): Promise<void> {
  const now = home.now();
  const hash = home.sha256('body');
  await home.blobs.put(hash, new TextEncoder().encode('body'));
  await home.db.batch([
    home.db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO subscriptions (id, channel, topic, asked_topic, callback, origin, secret, lease_seconds, lease_until,
           created_at, verified_at, delivered)
         SELECT i, 'websub', ?2, ?3, 'https://r' || (i / ${OF_ORIGIN}) || '.example/' || i,
           'https://r' || (i / ${OF_ORIGIN}) || '.example', 'secret', 864000, ?4 + i, ?5, ?5, 1 FROM n`,
      )
      .bind(count, TOPIC, `https://feeds.example${TOPIC}`, now + 10 * DAY_MS, now),
    home.db
      .prepare(
        `INSERT INTO documents (address, feed, format, version, blob, size, content_type, last_modified)
         VALUES (?, '', 'rss', 1, ?, 4, 'application/rss+xml', '2026-01-01T00:00:00.000Z')`,
      )
      .bind(TOPIC, hash),
  ]);
}

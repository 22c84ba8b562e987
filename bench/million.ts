import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { priceOf } from '../docs/prices.ts';
import { createFreshness } from '../src/cloudflare/freshness.ts';
import { createGate } from '../src/cloudflare/gate.ts';
import type { Home } from '../src/home.ts';
import { migrate } from '../src/node/migrate.ts';
import { openDatabase } from '../src/node/sqlite.ts';
import { announceDocuments, wakeFanOuts } from '../src/push/announce.ts';
import { consume } from '../src/push/consumer.ts';
import { sweep } from '../src/push/outbox.ts';
import type { Delivered } from '../src/storage/ports.ts';
import { type Figure, figure, quantile } from './figure.ts';
import { benchHome } from './home.ts';
import type { Benchmark } from './main.ts';
import { ASSUMED, BYTES, LIMITS, ORIGINS } from './million/assumed.ts';
import { latencies, seeded } from './million/chance.ts';
import { VirtualClock } from './million/clock.ts';
import { SimulatedDatabase } from './million/database.ts';
import { Invocation, type Most } from './million/invocation.ts';
import { SimulatedQueue } from './million/queue.ts';
import { Readers } from './million/readers.ts';
import { risingShare } from './plot.ts';

const TOPIC = '/rss.xml';
const START = Date.UTC(2026, 10, 2, 9);
/** The cron line of every minute. */
const MINUTE_MS = 60_000;
/** Rows that D1 reads for a delivery, on the safe side; node:sqlite does not tell. */
const ROWS_READ = 10;
/** Milliseconds of CPU for a delivery, as docs/cost.ts has it. */
const CPU_MS = 3;

/**
 * One publish to so many subscribers at Cloudflare, by a simulation: the planner, the consumer and everything that they
 * call are the real ones and run against SQLite with D1's limits; the network, the queue, its consumers and the
 * subscribers are made up, and time is a number. What is documented is checked, what is not is in million/assumed.ts.
 */
export const run: Benchmark = async ({ count = 100_000, plot }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-million-'));
  const base = benchHome(join(folder, 'data'), join(folder, 'content'));
  try {
    return await simulate(base, count, plot);
  } finally {
    await base.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

async function simulate(base: Home, count: number, plot: string | undefined): Promise<Figure[]> {
  const clock = new VirtualClock(START);
  const random = seeded(1);
  const sqlite = openDatabase(':memory:');
  migrate(sqlite);
  const database = new SimulatedDatabase(sqlite, clock, random);
  const readers = new Readers(count, clock, random);
  const bucket = latencies(random, ASSUMED.bucket);
  const body = new Uint8Array(BYTES).fill(32);
  const most: Most = { queries: 0, fetches: 0, operations: 0, connections: 0 };
  const use = { blobReads: 0, errors: 0 };

  /** The home of one invocation, as cloudflare/home.ts makes it. */
  const homeOf = (): Home => {
    const invocation = new Invocation(most);
    const gate = createGate();
    return {
      ...base,
      name: 'workers',
      now: clock.now,
      documentCache: null,
      sharedHeads: null,
      // As if every invocation had an isolate of its own.
      freshness: createFreshness(clock.now),
      log: { info: () => {}, warn: () => {}, error: () => (use.errors += 1) },
      db: database.binding(invocation),
      blobs: {
        ...base.blobs,
        get: () =>
          gate(() =>
            invocation.connected(async () => {
              invocation.count('operations');
              use.blobReads += 1;
              await clock.sleep(bucket());
              return body;
            }),
          ),
      },
      queue: queue.binding(invocation, gate),
      request: (request) =>
        gate(() =>
          invocation.connected(() => {
            invocation.count('fetches');
            return readers.request(request);
          }),
        ),
    };
  };
  const queue = new SimulatedQueue({ clock, random, batchSize: batchSize() }, (batch: Delivered[]) =>
    consume(homeOf(), batch),
  );

  subscribeAll(sqlite, count);
  const before = { queries: database.queries, rowsWritten: database.rowsWritten };
  const putBack = [clock.install(), replaceRandom(random)];
  let failure: unknown = null;
  try {
    const publisher = homeOf();
    void publish(publisher, base.sha256(body)).catch((error) => {
      failure = error;
    });
    const tick = () => {
      clock.in(MINUTE_MS, tick);
      void sweep(homeOf()).catch((error) => {
        failure = error;
      });
    };
    clock.in(MINUTE_MS, tick);
    await clock.runUntil(() => failure !== null || (readers.told === count && isIdle(sqlite)));
    if (failure) throw failure;
  } finally {
    for (const put of putBack) put();
  }
  sqlite.close();

  const seconds = readers.receipts.map((at) => (at - START) / 1000);
  draw(seconds);
  const title = `One publish to ${count.toLocaleString('en')} subscribers at Cloudflare (simulated)`;
  if (plot) writeFileSync(plot, risingShare(title, seconds));
  const rowsWritten = database.rowsWritten - before.rowsWritten;
  const operations = queue.sent + queue.deliveries + queue.sent;
  const price = Object.values(
    priceOf(
      {
        requests: queue.invocations,
        'CPU ms': readers.requests * CPU_MS,
        'D1 rows read': count * ROWS_READ,
        'D1 rows written': rowsWritten,
        'D1 GB': 0,
        'R2 class A': 0,
        'R2 class B': use.blobReads,
        'R2 GB': 0,
        'queue operations': operations,
      },
      false,
    ),
  ).reduce((sum, one) => sum + one, 0);
  const limit = (name: string, unit: string, value: number, atMost: number) =>
    figure(name, unit, [value], { target: { atMost } });
  const limits = [
    limit('messages into the queue, most in a second', '', queue.mostASecond, LIMITS.messagesASecond),
    limit('messages that the queue refused', '', queue.refused, 0),
    limit('consumers at once', '', queue.mostConsumers, LIMITS.consumers),
    limit('longest invocation', 's', queue.longestMs / 1000, LIMITS.invocationMs / 1000),
    limit('connections of an invocation', '', most.connections, LIMITS.connections),
    limit('queries of an invocation', '', most.queries, LIMITS.queries),
    limit('requests to subscribers of an invocation', '', most.fetches, LIMITS.fetches),
    limit('operations on R2 and Queues of an invocation', '', most.operations, LIMITS.operations),
    limit('works that failed', '', use.errors, 0),
  ];
  for (const { name, ours, met } of limits) if (!met) throw new Error(`${name}: ${ours}.`);
  const one = (name: string, unit: string, value: number) => figure(name, unit, [value]);
  return [
    one('half of all are told', 's', quantile(seconds, 0.5)),
    one('99 percent are told', 's', quantile(seconds, 0.99)),
    one('all are told', 's', seconds.at(-1) ?? 0),
    one('requests to subscribers', '', readers.requests),
    one('told a second time', '', readers.twice),
    one('messages', '', queue.sent),
    one('deliveries of messages, again ones among them', '', queue.deliveries),
    one('invocations', '', queue.invocations),
    one('queries', '', database.queries - before.queries),
    one('rows written, with those of indexes', '', rowsWritten),
    one('the database is at work', 's', database.busyMs / 1000),
    one('longest wait for the database', 's', database.longestWaitMs / 1000),
    one('bodies read from R2', '', use.blobReads),
    one('price of it, nothing included', 'US$', price),
    ...limits,
  ];
}

/** The Worker's own number, which the simulation is to be true to. */
function batchSize(): number {
  const file = join(import.meta.dirname, '../wrangler.toml');
  const { queues } = parse(readFileSync(file, 'utf8')) as unknown as {
    queues: { consumers: { queue: string; max_batch_size: number }[] };
  };
  return queues.consumers.find(({ queue }) => queue === 'tidings')?.max_batch_size ?? 10;
}

function subscribeAll(sqlite: ReturnType<typeof openDatabase>, count: number): void {
  const random = seeded(2);
  const rows = (first: number) =>
    Array.from({ length: Math.min(10_000, count - first + 1) }, (_, at) => ({
      callback: first + at,
      origin: Math.floor(random() ** 6 * ORIGINS),
    }));
  for (let first = 1; first <= count; first += 10_000)
    sqlite.execute(
      `INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, secret, lease_seconds, lease_until,
         created_at, verified_at)
       SELECT 'websub', ?1, 'https://feeds.example' || ?1,
         'https://r' || (value ->> 'origin') || '.example/' || (value ->> 'callback'),
         'https://r' || (value ->> 'origin') || '.example', 'secret', 864000, ?2, ?3, ?3 FROM json_each(?4)`,
      [TOPIC, START + 864_000_000, START, JSON.stringify(rows(first))],
    );
}

/** The commit of a changed document with its announcement, as feeds/publish.ts has it. */
async function publish(home: Home, hash: string): Promise<void> {
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO documents (address, feed, format, version, blob, size, content_type, last_modified)
         VALUES (?, '', 'rss', 1, ?, ?, 'application/rss+xml; charset=utf-8', '2026-11-02T09:00:00.000Z')`,
      )
      .bind(TOPIC, hash, BYTES),
    ...announceDocuments(home, [{ address: TOPIC, version: 1 }]),
  ]);
  await wakeFanOuts(home, [TOPIC]);
}

function isIdle(sqlite: ReturnType<typeof openDatabase>): boolean {
  return sqlite.execute("SELECT 1 FROM outbox WHERE type <> 'announce'").results.length === 0;
}

/** The jitter of retries is drawn from the same numbers in every run. */
function replaceRandom(random: () => number): () => void {
  const { random: own } = Math;
  Math.random = random;
  return () => {
    Math.random = own;
  };
}

/** How far it was at each tenth, in the terminal. */
function draw(seconds: number[]): void {
  const last = seconds.at(-1) ?? 1;
  for (let tenth = 1; tenth <= 10; tenth++) {
    const at = quantile(seconds, tenth / 10);
    console.log(`${String(tenth * 10).padStart(4)} %  ${'█'.repeat(Math.ceil((at / last) * 60))} ${at.toFixed(1)} s`);
  }
}

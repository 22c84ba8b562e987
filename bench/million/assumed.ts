import type { Latency } from './chance.ts';

/**
 * What Cloudflare documents and what one invocation, one queue and one database may do.
 *
 * @see https://developers.cloudflare.com/queues/platform/limits/
 * @see https://developers.cloudflare.com/d1/platform/limits/
 * @see https://developers.cloudflare.com/workers/platform/limits/
 */
export const LIMITS = {
  /** Messages that a queue takes in a second. */
  messagesASecond: 5_000,
  consumers: 250,
  messagesOfABatch: 100,
  bytesOfABatch: 256_000,
  bytesOfAMessage: 128_000,
  /** Of an invocation. */
  connections: 6,
  queries: 1_000,
  fetches: 1_000,
  operations: 1_000,
  /** Milliseconds that an invocation of a queue consumer may take on the clock. */
  invocationMs: 900_000,
};

/** What is not documented and was assumed. Latencies are log-normal, in milliseconds. */
export const ASSUMED: Record<'database' | 'bucket' | 'send' | 'message' | 'reader' | 'slowReader', Latency> = {
  /** From a consumer to the database and back, without the work there. */
  database: { median: 15, p99: 100 },
  /** A body from R2. */
  bucket: { median: 40, p99: 300 },
  /** A batch of messages into the queue. */
  send: { median: 20, p99: 150 },
  /** From there to a consumer that is free. */
  message: { median: 60, p99: 500 },
  /** A subscriber's answer. */
  reader: { median: 120, p99: 1_200 },
  /** That of one in a hundred, which takes longer than the first attempt waits. */
  slowReader: { median: 4_000, p99: 9_000 },
};

/** A database does one thing at a time: milliseconds of a batch or lone statement, of each statement in it, of each row written. */
export const DATABASE_MS = { call: 0.3, statement: 0.1, row: 0.01 };

/** Shares of the subscribers that answer slowly, and that fail at first. */
export const SLOW = 0.01;
export const FAILING = 0.005;
/** Messages that come twice: Queues promises at least once. */
export const TWICE = 0.001;
/** Bytes of the document. */
export const BYTES = 20_000;
/** Places where the callbacks are; the largest has a sixth of them. */
export const ORIGINS = 10_000;

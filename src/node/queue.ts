import type { Log } from '../home.ts';
import { serializeMessage } from '../storage/messages.ts';
import type { Delivered, Message, Queue, Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { NodeDatabase } from './sqlite.ts';

/** Tries of one message before it is given up; the outbox still knows its work. */
const MAX_ATTEMPTS = 100;
/** Longest wait after handlers that threw, in seconds. */
const MAX_BACKOFF_SECONDS = 300;
/** setTimeout's largest delay. */
const MAX_TIMER_MS = 2_147_483_647;

export interface ConsumeOptions {
  /** Messages given to the handler at once. Default 10, as on Workers. */
  batchSize?: number;
  /** Handlers that run at the same time. Default 4. */
  concurrency?: number;
  /** Seconds after which a message whose handler has not ended is given to another one. Default 900, as on Workers. */
  visibilitySeconds?: number;
}

export interface Consumer {
  /** Claims nothing more and waits for the handlers that run. */
  stop(): Promise<void>;
}

export interface NodeQueue extends Queue {
  /**
   * Starts the one consumer. As with Workers Queues: a handler that returns acks what it neither acked nor retried, one
   * that throws retries all that it did not ack.
   */
  consume(handler: (batch: Delivered[]) => Promise<void>, options?: ConsumeOptions): Consumer;
}

interface Job {
  id: number;
  body: string;
  attempts: number;
}

/** A job that a handler has, and until when. */
type Claimed = Job & { until: number };

/** What the handler decided of a message. */
type Fate = 'ack' | { delaySeconds: number };

/**
 * The queue in a table of the database, consumed by this process: a message is handled as soon as it is sent or due.
 * One process owns the data folder, so what is claimed when the queue is made was claimed by a process that died, and
 * is due at once.
 */
export function createQueue(db: NodeDatabase, { now, log }: { now: () => number; log?: Log }): NodeQueue {
  db.exec(`CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    due_at INTEGER NOT NULL,                  -- epoch milliseconds; of a claimed one, when its claim ends
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_until INTEGER NOT NULL DEFAULT 0  -- 0: nobody has it
  );
  CREATE INDEX IF NOT EXISTS jobs_due ON jobs (due_at);`);
  db.execute('UPDATE jobs SET due_at = 0, claimed_until = 0 WHERE claimed_until > 0');

  let wake = () => {};

  async function insert(messages: Message[], delaySeconds = 0): Promise<void> {
    const due = now() + delaySeconds * 1000;
    const bodies = messages.map((message) => serializeMessage(message).text);
    await db.batch(forRows(db, 'INSERT INTO jobs (body, due_at) SELECT value, ?2 FROM json_each(?1)', bodies, due));
    wake();
  }

  function consume(
    handler: (batch: Delivered[]) => Promise<void>,
    { batchSize = 10, concurrency = 4, visibilitySeconds = 900 }: ConsumeOptions = {},
  ): Consumer {
    const running = new Set<Promise<void>>();
    let timer: NodeJS.Timeout | undefined;
    let soon: NodeJS.Immediate | undefined;
    let stopped = false;

    /** Takes what is due as long as handlers are free, then sleeps until the next is due. */
    function pump() {
      soon = undefined;
      if (stopped) return;
      clearTimeout(timer);
      try {
        while (running.size < concurrency) {
          const jobs = claim();
          if (jobs.length === 0) break;
          const work = handle(jobs).finally(() => {
            running.delete(work);
            pump();
          });
          running.add(work);
        }
        if (running.size >= concurrency) return;
        const next = db.execute<{ due: number | null }>('SELECT min(due_at) AS due FROM jobs').results[0]?.due;
        if (typeof next === 'number') timer = setTimeout(pump, Math.min(Math.max(next - now(), 1), MAX_TIMER_MS));
      } catch (error) {
        // A full disk or the like: nothing is lost, so look again.
        log?.error('queue unreadable', { message: String(error) });
        timer = setTimeout(pump, 1000);
      }
    }

    function claim(): Claimed[] {
      const at = now();
      const until = at + visibilitySeconds * 1000;
      const { results } = db.execute<Job>(
        `UPDATE jobs SET claimed_until = ?1, due_at = ?1, attempts = attempts + 1
         WHERE id IN (SELECT id FROM jobs WHERE due_at <= ?2 ORDER BY due_at, id LIMIT ?3)
         RETURNING id, body, attempts`,
        [until, at, batchSize],
      );
      return results.sort((a, b) => a.id - b.id).map((job) => ({ ...job, until }));
    }

    async function handle(jobs: Claimed[]): Promise<void> {
      const decided = new Map<number, Fate>();
      const batch = jobs.map(
        ({ id, body, attempts }): Delivered => ({
          id: String(id),
          body: JSON.parse(body) as Message,
          attempts,
          ack: () => {
            if (!decided.has(id)) decided.set(id, 'ack');
          },
          retry: ({ delaySeconds = 0 } = {}) => {
            if (!decided.has(id)) decided.set(id, { delaySeconds });
          },
        }),
      );
      let failed = false;
      try {
        await handler(batch);
      } catch (error) {
        failed = true;
        log?.error('queue handler failed', { message: error instanceof Error ? error.message : String(error) });
      }
      try {
        await settle(
          jobs,
          (job) => decided.get(job.id) ?? (failed ? { delaySeconds: backoffSeconds(job.attempts) } : 'ack'),
        );
      } catch (error) {
        // They come again when their claim ends.
        log?.error('queue messages unsettled', { message: String(error), count: jobs.length });
      }
    }

    /** Writes down what becomes of a handled batch, all of it at once. */
    async function settle(jobs: Claimed[], fateOf: (job: Claimed) => Fate): Promise<void> {
      const ended: number[] = [];
      const retried: Statement[] = [];
      // A claim that ran out belongs to another handler by now.
      const retry = db.prepare('UPDATE jobs SET due_at = ?, claimed_until = 0 WHERE id = ? AND claimed_until = ?');
      for (const job of jobs) {
        const { id, attempts, body, until } = job;
        const fate = fateOf(job);
        if (fate !== 'ack' && attempts < MAX_ATTEMPTS) {
          retried.push(retry.bind(now() + fate.delaySeconds * 1000, id, until));
          continue;
        }
        if (fate !== 'ack') log?.error('queue message dropped', { id, attempts, body });
        ended.push(id);
      }
      await db.batch([
        ...forRows(db, 'DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?1))', ended),
        ...retried,
      ]);
    }

    wake = () => {
      // After the current turn, so that messages sent together are handled together.
      if (!stopped) soon ??= setImmediate(pump);
    };
    wake();

    return {
      async stop() {
        stopped = true;
        clearTimeout(timer);
        clearImmediate(soon);
        wake = () => {};
        await Promise.all(running);
      },
    };
  }

  return {
    send: (message, options) => insert([message], options?.delaySeconds),
    sendBatch: (messages, options) => insert(messages, options?.delaySeconds),
    consume,
  };
}

/** Seconds to wait after the given number of failed tries: 1, 2, 4, … */
function backoffSeconds(attempts: number): number {
  return Math.min(2 ** (attempts - 1), MAX_BACKOFF_SECONDS);
}

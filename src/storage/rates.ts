import type { Database } from './ports.ts';

/** Counts requests by name within the minutes of the clock. */
export interface Rates {
  /**
   * Counts one request.
   *
   * @param limit requests a minute
   * @returns 0 when it is within the limit, else the seconds until the next minute
   */
  take(name: string, limit: number): Promise<number>;
}

const MINUTE_MS = 60_000;
/** Names that a process remembers; past them the oldest are forgotten. */
const REMEMBERED = 100_000;

const secondsLeft = (now: number) => Math.max(1, Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1000));

/** For a process that answers every request itself. */
export function createMemoryRates(now: () => number): Rates {
  const counts = new Map<string, number>();
  let minute = 0;
  return {
    async take(name, limit) {
      const at = now();
      const present = Math.floor(at / MINUTE_MS);
      if (present !== minute) counts.clear();
      minute = present;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const [oldest] = counts.keys();
      if (counts.size > REMEMBERED && oldest !== undefined) counts.delete(oldest);
      return count <= limit ? 0 : secondsLeft(at);
    },
  };
}

/** Names that are over their limit, and in which minute: known to this isolate, they cost the database nothing more. */
const over = new Map<string, number>();

/** For isolates that come and go: the counts are rows. One write for each request within the limit. */
export function createDatabaseRates(db: Database, now: () => number): Rates {
  return {
    async take(name, limit) {
      const at = now();
      const minute = Math.floor(at / MINUTE_MS);
      if (over.get(name) === minute) return secondsLeft(at);
      const row = await db
        .prepare(
          `INSERT INTO rates (name, minute, requests) VALUES (?, ?, 1)
           ON CONFLICT (name) DO UPDATE SET requests = iif(minute = excluded.minute, requests + 1, 1),
             minute = excluded.minute
           RETURNING requests`,
        )
        .bind(name, minute)
        .first<{ requests: number }>();
      if ((row?.requests ?? 0) <= limit) return 0;
      if (over.size >= REMEMBERED) over.clear();
      over.set(name, minute);
      return secondsLeft(at);
    },
  };
}

/** Forgets the rows of minutes that have passed. */
export async function forgetRates(db: Database, now: number): Promise<void> {
  await db
    .prepare('DELETE FROM rates WHERE minute < ?')
    .bind(Math.floor(now / MINUTE_MS))
    .run();
}

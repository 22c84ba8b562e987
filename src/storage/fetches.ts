import type { Home } from '../home.ts';
import { forRows } from './rows.ts';

const HOUR_MS = 3_600_000;
/** Programs told apart at one address within an hour; a flood of invented names must not fill the database. */
const READERS = 100;
/** Spellings of User-Agent that are remembered. */
const KNOWN = 2_000;
/** Where requests are what there is time for, counts are written this often. */
const WRITE_EACH_MS = 10_000;
const OTHERS = 'others';

/** Who asks: a program, and for how many people if it says so. */
export interface Reader {
  name: string;
  subscribers: number | null;
}

/**
 * The program that a User-Agent names, without version and address. Aggregators say for how many they ask, as
 * `Feedbin feed-id:1 - 45 subscribers`.
 */
export function readerOf(userAgent: string): Reader {
  const said = /(\d{1,9}) +(?:subscribers?|readers?|users?)\b/i.exec(userAgent)?.[1];
  const subscribers = said === undefined ? null : Number(said);
  const text = userAgent.replace(/\(.*?\)/g, ' ').trim();
  // Browsers, and programs that call themselves by a browser's name before their own.
  const own = /compatible; *([^;/)+]{2,40})/i.exec(userAgent)?.[1] ?? text.split(/[/;,]| - | feed-id/)[0] ?? '';
  const name = own
    .replace(/[^\p{Letter}\p{Number} ._-]/gu, '')
    .trim()
    .slice(0, 40);
  if (name === '') return { name: 'unnamed', subscribers };
  if (/^mozilla$/i.test(name)) return { name: 'browsers', subscribers };
  return { name, subscribers };
}

interface Counted {
  fetches: number;
  unchanged: number;
  subscribers: number | null;
}

/** Counts in memory who fetched what; what was counted is written now and then, and lost with the process. */
export class Fetches {
  readonly #hours = new Map<number, Map<string, Map<string, Counted>>>();
  readonly #readers = new Map<string, Reader>();
  readonly #now: () => number;
  #takenAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An answer about a document that was there. */
  note(address: string, status: number, userAgent: string | null | undefined): void {
    const hour = Math.floor(this.#now() / HOUR_MS);
    const addresses = kept(this.#hours, hour, () => new Map<string, Map<string, Counted>>());
    const readers = kept(addresses, address, () => new Map<string, Counted>());
    const { name, subscribers } = this.#reader(userAgent ?? '');
    const counted = kept(readers, readers.size < READERS || readers.has(name) ? name : OTHERS, () => ({
      fetches: 0,
      unchanged: 0,
      subscribers: null as number | null,
    }));
    counted.fetches++;
    if (status === 304) counted.unchanged++;
    if (subscribers !== null) counted.subscribers = subscribers;
  }

  /** Whether there is something to write, and the last time is a while ago. */
  isDue(): boolean {
    return this.#hours.size > 0 && this.#now() - this.#takenAt > WRITE_EACH_MS;
  }

  /** What was counted since the last time. */
  take(): ({ hour: number; address: string; reader: string } & Counted)[] {
    const rows = [...this.#hours].flatMap(([hour, addresses]) =>
      [...addresses].flatMap(([address, readers]) =>
        [...readers].map(([reader, counted]) => ({ hour, address, reader, ...counted })),
      ),
    );
    this.#hours.clear();
    this.#takenAt = this.#now();
    return rows;
  }

  #reader(userAgent: string): Reader {
    const known = this.#readers.get(userAgent);
    if (known) return known;
    const reader = readerOf(userAgent.slice(0, 500));
    if (this.#readers.size >= KNOWN) this.#readers.clear();
    this.#readers.set(userAgent, reader);
    return reader;
  }
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/** Writes what was counted. What cannot be written is not counted: nothing waits for it. */
export async function writeFetches(home: Pick<Home, 'db' | 'fetches' | 'log'>): Promise<void> {
  const rows = home.fetches.take();
  if (rows.length === 0) return;
  try {
    await home.db.batch(
      forRows(
        home.db,
        `INSERT INTO fetches (hour, address, reader, fetches, unchanged, subscribers)
         SELECT value ->> 'hour', value ->> 'address', value ->> 'reader', value ->> 'fetches', value ->> 'unchanged',
           value ->> 'subscribers' FROM json_each(?1) WHERE true
         ON CONFLICT (hour, address, reader) DO UPDATE SET fetches = fetches + excluded.fetches,
           unchanged = unchanged + excluded.unchanged, subscribers = coalesce(excluded.subscribers, subscribers)`,
        rows,
      ),
    );
  } catch (error) {
    home.log.warn('fetches not counted', { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Forgets hours before the last so many days. */
export async function forgetFetches(home: Pick<Home, 'db' | 'now'>, days: number): Promise<void> {
  const hour = Math.floor(home.now() / HOUR_MS) - days * 24;
  await home.db.prepare('DELETE FROM fetches WHERE hour < ?').bind(hour).run();
}

/** A document's fetches by one program, over some hours. */
export interface FetchesOf {
  address: string;
  reader: string;
  fetches: number;
  unchanged: number;
  subscribers: number | null;
}

/** Who fetched what since an instant (epoch milliseconds), the most first. */
export function fetchesSince(home: Pick<Home, 'db'>, since: number, limit: number): Promise<FetchesOf[]> {
  return home.db
    .prepare(
      `SELECT address, reader, sum(fetches) AS fetches, sum(unchanged) AS unchanged, max(subscribers) AS subscribers
       FROM fetches WHERE hour >= ? GROUP BY address, reader
       ORDER BY sum(fetches) DESC, address, reader LIMIT ?`,
    )
    .bind(Math.floor(since / HOUR_MS), limit)
    .all<FetchesOf & { [column: string]: string | number | null }>();
}

/** Fetches of all documents hour by hour since an instant, the oldest first; hours without any are left out. */
export function fetchesByHour(
  home: Pick<Home, 'db'>,
  since: number,
): Promise<{ hour: number; fetches: number; unchanged: number }[]> {
  return home.db
    .prepare(
      `SELECT hour, sum(fetches) AS fetches, sum(unchanged) AS unchanged FROM fetches WHERE hour >= ?
       GROUP BY hour ORDER BY hour`,
    )
    .bind(Math.floor(since / HOUR_MS))
    .all<{ hour: number; fetches: number; unchanged: number }>();
}

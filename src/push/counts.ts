import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { Attempt } from './channels/channel.ts';

/** Upper bounds of the latency histogram, in milliseconds. */
export const BUCKETS_MS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** An attempt as it is counted. */
export interface Counted {
  channel: string;
  attempt: Pick<Attempt, 'outcome' | 'ms'>;
  isRetry: boolean;
}

/** A row of `delivery_counts` to be added. */
interface Row {
  channel: string;
  outcome: string;
  retry: 0 | 1;
  bucket: number;
  attempts: number;
  ms: number;
}

/**
 * A statement for the batch that writes what came of attempts: it counts them by channel, outcome and how long they took,
 * since the beginning. A row for each kind and not for each attempt.
 */
export function countAttempts(home: Home, attempts: Counted[]): Statement[] {
  if (attempts.length === 0) return [];
  const rows = new Map<string, Row>();
  for (const { channel, attempt, isRetry } of attempts) {
    const { outcome, ms } = attempt;
    const bucket = BUCKETS_MS.find((bound) => ms <= bound) ?? 0;
    const key = `${channel} ${outcome} ${isRetry} ${bucket}`;
    const row = rows.get(key) ?? { channel, outcome, retry: isRetry ? 1 : 0, bucket, attempts: 0, ms: 0 };
    rows.set(key, row);
    row.attempts += 1;
    row.ms += Math.max(0, Math.round(ms));
  }
  return [
    home.db
      .prepare(
        `INSERT INTO delivery_counts (channel, outcome, retry, bucket, attempts, ms)
         SELECT value ->> 'channel', value ->> 'outcome', value ->> 'retry', value ->> 'bucket', value ->> 'attempts',
           value ->> 'ms' FROM json_each(?) WHERE true
         ON CONFLICT (channel, outcome, retry, bucket) DO UPDATE SET attempts = attempts + excluded.attempts,
           ms = ms + excluded.ms`,
      )
      .bind(JSON.stringify([...rows.values()])),
  ];
}

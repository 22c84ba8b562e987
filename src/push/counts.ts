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

/**
 * A statement for the batch that writes what came of attempts: it counts them by channel, outcome and how long they took,
 * since the beginning. A row for each kind and not for each attempt.
 */
export function countAttempts(home: Home, attempts: Counted[]): Statement[] {
  if (attempts.length === 0) return [];
  const rows = new Map<string, { key: string[]; attempts: number; ms: number }>();
  for (const { channel, attempt, isRetry } of attempts) {
    const bucket = BUCKETS_MS.find((bound) => attempt.ms <= bound) ?? 0;
    const key = [channel, attempt.outcome, isRetry ? '1' : '0', String(bucket)];
    const row = rows.get(key.join(' ')) ?? { key, attempts: 0, ms: 0 };
    rows.set(key.join(' '), row);
    row.attempts += 1;
    row.ms += Math.max(0, Math.round(attempt.ms));
  }
  return [
    home.db
      .prepare(
        `INSERT INTO delivery_counts (channel, outcome, retry, bucket, attempts, ms)
         SELECT value ->> '$.key[0]', value ->> '$.key[1]', CAST(value ->> '$.key[2]' AS INTEGER),
           CAST(value ->> '$.key[3]' AS INTEGER), value ->> 'attempts', value ->> 'ms' FROM json_each(?) WHERE true
         ON CONFLICT (channel, outcome, retry, bucket) DO UPDATE SET attempts = attempts + excluded.attempts,
           ms = ms + excluded.ms`,
      )
      .bind(JSON.stringify([...rows.values()])),
  ];
}

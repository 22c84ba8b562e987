import type { Home } from '../../home.ts';

/** How it stands, in numbers. */
export interface Counts {
  published: number;
  feeds: number;
  subscriptions: number;
  waiting: number;
  rejected: number;
  /** Epoch milliseconds of the last run that ended well; null when there was none. */
  lastRun: number | null;
}

export async function counts({ db }: Pick<Home, 'db'>): Promise<Counts> {
  const row = await db
    .prepare(
      `SELECT (SELECT COUNT(*) FROM articles) AS published,
         (SELECT COUNT(*) FROM documents WHERE format = 'rss' AND gone = 0 AND immutable = 0) AS feeds,
         (SELECT COUNT(*) FROM subscriptions) AS subscriptions, (SELECT COUNT(*) FROM outbox) AS waiting,
         (SELECT COUNT(*) FROM files WHERE state = 'rejected' AND missing_since IS NULL) AS rejected,
         (SELECT last_at FROM run_counts WHERE state = 'done') AS lastRun`,
    )
    .first<Counts & { [column: string]: number | null }>();
  return row ?? { published: 0, feeds: 0, subscriptions: 0, waiting: 0, rejected: 0, lastRun: null };
}

import type { Home } from '../home.ts';
import type { FeedRef } from './entry.ts';

/** A feed that is published. */
export type ListedFeed = FeedRef;

/** Feeds that have documents and at least one article, the site's own first; -1 is no limit. */
export async function listedFeeds(home: Home, limit: number): Promise<ListedFeed[]> {
  return home.db
    .prepare(
      `SELECT f.key, f.kind, f.title, f.lang FROM feeds AS f JOIN documents AS d ON d.feed = f.key AND d.format = 'rss'
       WHERE f.kind IN ('site', 'defined') OR EXISTS (SELECT 1 FROM memberships AS m WHERE m.feed = f.key)
       ORDER BY CASE f.kind WHEN 'site' THEN 0 WHEN 'defined' THEN 1 ELSE 2 END, f.kind, f.title LIMIT ?`,
    )
    .bind(limit)
    .all<ListedFeed & { [column: string]: string | null }>();
}

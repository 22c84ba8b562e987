import type { Home } from '../home.ts';
import type { FeedRef } from './entry.ts';

/** A feed that is published. */
export type ListedFeed = FeedRef;

/** Those of some feeds that can be read: they have documents, and are no partner's. */
export async function readableFeeds(home: Home, keys: string[]): Promise<FeedRef[]> {
  return home.db
    .prepare(
      `SELECT key, kind, title, lang FROM feeds WHERE key IN (SELECT value FROM json_each(?))
       AND kind <> 'partner' AND EXISTS (SELECT 1 FROM documents WHERE feed = key AND gone = 0)`,
    )
    .bind(JSON.stringify(keys))
    .all<FeedRef & { [column: string]: string | null }>();
}

/**
 * Feeds that have documents and at least one article, the site's own first.
 *
 * @param limit -1 is no limit
 * @param options.partners whether those of partners are among them, which are nobody's but theirs and the publisher's
 */
export async function listedFeeds(home: Home, limit: number, { partners = false } = {}): Promise<ListedFeed[]> {
  return home.db
    .prepare(
      `SELECT f.key, f.kind, f.title, f.lang FROM feeds AS f JOIN documents AS d ON d.feed = f.key AND d.format = 'rss'
       WHERE (f.kind IN ('site', 'defined') OR EXISTS (SELECT 1 FROM memberships AS m WHERE m.feed = f.key)) AND (f.kind <> 'partner' OR ?)
       ORDER BY CASE f.kind WHEN 'site' THEN 0 WHEN 'defined' THEN 1 ELSE 2 END, f.kind, f.title LIMIT ?`,
    )
    .bind(partners, limit)
    .all<ListedFeed & { [column: string]: string | null }>();
}

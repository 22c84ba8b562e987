import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { archiveRemoval } from './archives.ts';
import type { Withdrawn } from './dialect.ts';
import type { FeedRef } from './entry.ts';

/** Days that a tombstone stands, and how many of them at most. */
const TOMBSTONE_DAYS = 30;
const MAX_TOMBSTONES = 50;

/** Statements that remember in which feeds articles stood, for the batch that takes them back; before they leave. */
export function entomb(home: Home, articles: string[]): Statement[] {
  return forRows(
    home.db,
    `INSERT OR REPLACE INTO tombstones (feed, article, at)
     SELECT feed, article, ?2 FROM memberships WHERE article IN (SELECT value FROM json_each(?1))`,
    articles,
    new Date(home.now()).toISOString(),
  );
}

/** Until when a tombstone of this age stands at most; ISO 8601. */
const lapsedBefore = (home: Home) => new Date(home.now() - TOMBSTONE_DAYS * 86_400_000).toISOString();

/** Whether a tombstone has stood for its time and its feed's documents are to be made without it. */
export async function hasLapsedTombstones(home: Home): Promise<boolean> {
  const row = await home.db.prepare('SELECT 1 FROM tombstones WHERE at <= ? LIMIT 1').bind(lapsedBefore(home)).first();
  return row !== null;
}

/** Statements that forget tombstones which have stood for their time, and have their feeds made anew; for a run's begin. */
export function forgetTombstones(home: Home): Statement[] {
  const before = lapsedBefore(home);
  return [
    home.db
      .prepare('UPDATE feeds SET wanted = wanted + 1 WHERE key IN (SELECT feed FROM tombstones WHERE at <= ?)')
      .bind(before),
    home.db.prepare('DELETE FROM tombstones WHERE at <= ?').bind(before),
  ];
}

/** What was taken back from feeds lately and did not come again, the newest first, by feed. */
export async function tombstonesOf(
  home: Home,
  feeds: FeedRef[],
  host: string,
): Promise<Map<string, (Withdrawn & { cleared: boolean })[]>> {
  const since = lapsedBefore(home);
  const rows = await home.db
    .prepare(
      `SELECT feed, article, at, cleared, l.url FROM
         (SELECT t.*, row_number() OVER (PARTITION BY feed ORDER BY at DESC, article) AS place
          FROM json_each(?) AS j CROSS JOIN tombstones AS t ON t.feed = j.value
          WHERE at > ? AND NOT EXISTS (SELECT 1 FROM articles WHERE id = t.article))
       JOIN ledger AS l ON l.id = article WHERE place <= ? ORDER BY place`,
    )
    .bind(JSON.stringify(feeds.map(({ key }) => key)), since, MAX_TOMBSTONES)
    .all<{ feed: string; article: string; at: string; cleared: number; url: string }>();
  const stones = rows.map(({ feed, article, at, cleared, url }) => ({
    feed,
    url,
    id: article,
    host,
    at,
    cleared: cleared === 1,
  }));
  return Map.groupBy(stones, ({ feed }) => feed);
}

/** Those feeds whose archive documents may show what was taken back from them. */
export async function unclearedFeeds(home: Home, feeds: FeedRef[]): Promise<string[]> {
  const rows = await home.db
    .prepare(
      `SELECT DISTINCT t.feed FROM json_each(?) AS j CROSS JOIN tombstones AS t ON t.feed = j.value WHERE t.cleared = 0`,
    )
    .bind(JSON.stringify(feeds.map(({ key }) => key)))
    .all<{ feed: string }>();
  return rows.map(({ feed }) => feed);
}

/** Takes the archive documents away that show what was taken back. Their addresses lead to the present ones from then on. */
export async function clearArchives(home: Home, feed: string): Promise<void> {
  const gone = await home.db
    .prepare(
      `SELECT address FROM archive_documents WHERE feed = ?1 AND EXISTS
         (SELECT 1 FROM json_each(articles) WHERE value IN (SELECT article FROM tombstones WHERE feed = ?1 AND cleared = 0))`,
    )
    .bind(feed)
    .all<{ address: string }>();
  const list = gone.map(({ address }) => address);
  await home.db.batch([
    ...archiveRemoval(home, list),
    home.db.prepare('UPDATE tombstones SET cleared = 1 WHERE feed = ?').bind(feed),
  ]);
  home.documentCache?.replaced(list);
}

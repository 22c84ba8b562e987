import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { type ArchiveLinks, type FeedRef, FILE_NAMES, type Tombstone, type Topics } from './entry.ts';
import { boundsOf, dayOf, endOf, localDays, type Period, partOf, periodsOf } from './periods.ts';
import { addresses, eachFormat, folderAddress } from './selection.ts';

/** Hexadecimal digits of a link. */
const LINK_LENGTH = 16;

/** What an archive's address is made of. */
export interface Archive {
  period: string;
  link: string;
}

/** Whether a feed has archives: those that people follow for years; a tag's, an author's, a folder's entries are in them. */
export function isArchived({ kind }: Pick<FeedRef, 'kind'>): boolean {
  return kind === 'site' || kind === 'category' || kind === 'defined';
}

/** An article as it stands in a feed. */
interface Standing {
  day: string;
  id: string;
  url: string;
  published: string;
  updated: string;
}

/**
 * Brings the chain of a feed's archives up to what stands in the feed now. Each link is made of what its archive holds
 * and of the link before, so that a change gives its own archive and all later ones other addresses: a crawler that walks
 * back finds it, and no document ever changes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5005#section-4.1
 */
export async function relinkArchives(home: Home, feed: FeedRef): Promise<void> {
  const { db } = home;
  const zone = home.config.site.timezone;
  const changes = await db
    .prepare('SELECT day FROM archive_changes WHERE feed = ? ORDER BY day')
    .bind(feed.key)
    .all<{ day: string }>();
  if (changes.length === 0) return;
  const changed = [...new Set(changes.flatMap(({ day }) => localDays(day, zone)))].sort();
  const month = `${changed[0] ?? ''}`.slice(0, 7);
  const days = new Map(
    (
      await db
        .prepare('SELECT day, entries, hash FROM archive_days WHERE feed = ? AND day >= ? ORDER BY day')
        .bind(feed.key, month)
        .all<{ day: string; entries: number; hash: string }>()
    ).map((row) => [row.day, row]),
  );
  const standing = Map.groupBy(await standingOn(home, feed.key, changed), ({ day }) => day);
  for (const day of changed) {
    const entries = standing.get(day);
    if (entries) days.set(day, { day, entries: entries.length, hash: hashOf(home, entries) });
    else days.delete(day);
  }
  const inOrder = [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
  const before = await lastBefore(home, feed.key, month);
  await db.batch([
    ...forRows(
      db,
      'DELETE FROM archive_days WHERE feed = ?2 AND day IN (SELECT value FROM json_each(?1))',
      changed.filter((day) => !standing.has(day)),
      feed.key,
    ),
    ...forRows(
      db,
      `INSERT OR REPLACE INTO archive_days (feed, day, entries, hash)
       SELECT ?2, value ->> 'day', value ->> 'entries', value ->> 'hash' FROM json_each(?1)`,
      inOrder.filter(({ day }) => standing.has(day)),
      feed.key,
    ),
    db.prepare('DELETE FROM archives WHERE feed = ? AND period >= ?').bind(feed.key, month),
    ...forRows(
      db,
      `INSERT INTO archives (feed, period, entries, link)
       SELECT ?2, value ->> 'period', value ->> 'entries', value ->> 'link' FROM json_each(?1)`,
      chained(home, before?.link ?? '', periodsOf(inOrder)),
      feed.key,
    ),
    ...forRows(
      db,
      'DELETE FROM archive_changes WHERE feed = ?2 AND day IN (SELECT value FROM json_each(?1))',
      changes.map(({ day }) => day),
      feed.key,
    ),
  ]);
}

function chained(home: Home, before: string, periods: Period[]): (Archive & { entries: number })[] {
  let link = before;
  return periods.map(({ period, entries, hash }) => {
    link = linkOf(home, link, period, hash);
    return { period, entries, link };
  });
}

function linkOf(home: Home, before: string, period: string, hash: string): string {
  return home.sha256(`${before}\n${period}\n${hash}`).slice(0, LINK_LENGTH);
}

/** What stands on some days, the oldest first. */
async function standingOn(home: Home, feed: string, days: string[]): Promise<Standing[]> {
  const zone = home.config.site.timezone;
  return home.db
    .prepare(
      `SELECT d.value ->> 'day' AS day, a.id, a.url, a.published, a.updated
       FROM json_each(?1) AS d
       CROSS JOIN memberships AS m ON m.feed = ?2 AND m.sort >= d.value ->> 'start' AND m.sort < d.value ->> 'end'
       JOIN articles AS a ON a.id = m.article ORDER BY m.sort`,
    )
    .bind(JSON.stringify(days.map((day) => ({ day, ...boundsOf(day, zone) }))), feed)
    .all<Standing & { [column: string]: string }>();
}

/** Another as soon as an entry comes, goes, moves, or is updated in earnest; a tag or a template makes no difference. */
function hashOf(home: Home, entries: Standing[]): string {
  return home.sha256(JSON.stringify(entries.map(({ id, url, published, updated }) => [id, url, published, updated])));
}

async function lastBefore(home: Home, feed: string, period: string): Promise<Archive | null> {
  return home.db
    .prepare('SELECT period, link FROM archives WHERE feed = ? AND period < ? ORDER BY period DESC LIMIT 1')
    .bind(feed, period)
    .first<Archive & { [column: string]: string }>();
}

/**
 * The newest archive that has an entry which a feed's own documents leave out.
 *
 * @param leftOut where the newest such entry stands ({@link sortIn})
 */
export async function newestArchive(home: Home, feed: FeedRef, leftOut: string): Promise<Archive | null> {
  return lastBefore(home, feed.key, endOf(dayOf(leftOut.slice(0, 24), home.config.site.timezone)));
}

/** How a feed's own documents are linked with its archives; null where it has none. */
export function linksToArchives(home: Home, feed: FeedRef, newest: Archive | null): ArchiveLinks | null {
  if (newest === null) return null;
  return {
    archive: false,
    current: topicsOf(home, addresses(feed.key)),
    previous: archiveTopics(home, feed, newest),
    next: null,
  };
}

function topicsOf(home: Home, paths: Topics): Topics {
  return eachFormat((format) => home.url + paths[format]);
}

/** Paths of an archive's documents below the server. */
export function archiveAddresses(key: string, { period, link }: Archive): Topics {
  return eachFormat((format) => `${folderAddress(key)}/archives/${period}/${link}/${FILE_NAMES[format]}`);
}

function archiveTopics(home: Home, feed: FeedRef, archive: Archive): Topics {
  return topicsOf(home, archiveAddresses(feed.key, archive));
}

/** The link that leads to the archive after a period, whatever its address is by then. */
export const NEXT = 'next';

/** How an archive is linked with the others of its feed. */
export function linksOf(home: Home, feed: FeedRef, period: string, before: Archive | null): ArchiveLinks {
  return {
    archive: true,
    current: topicsOf(home, addresses(feed.key)),
    previous: before && archiveTopics(home, feed, before),
    next: archiveTopics(home, feed, { period, link: NEXT }),
  };
}

/** The archive of a period as it is now; null when there is none. */
export async function archiveOf(home: Home, feed: string, period: string): Promise<Archive | null> {
  return home.db
    .prepare('SELECT period, link FROM archives WHERE feed = ? AND period = ?')
    .bind(feed, period)
    .first<Archive & { [column: string]: string }>();
}

/** The archive after a period; null when that is the newest. */
export async function archiveAfter(home: Home, feed: string, period: string): Promise<Archive | null> {
  return home.db
    .prepare('SELECT period, link FROM archives WHERE feed = ? AND period > ? ORDER BY period LIMIT 1')
    .bind(feed, period)
    .first<Archive & { [column: string]: string }>();
}

/** An archive with the ids of its articles, the newest first. */
export interface ArchiveContent {
  before: Archive | null;
  articles: string[];
}

/**
 * What stands in an archive, if that is still what its link was made of; null when it changed meanwhile and the chain
 * does not know it yet.
 */
export async function contentOf(home: Home, feed: FeedRef, archive: Archive): Promise<ArchiveContent | null> {
  const { period } = archive;
  const before = await lastBefore(home, feed.key, period);
  const entries = await standingOn(home, feed.key, daysOf(period));
  const days = [...Map.groupBy(entries, ({ day }) => day)].map(([day, own]) => ({
    day,
    entries: own.length,
    hash: hashOf(home, own),
  }));
  const hash = periodsOf(days).find((one) => one.period === period)?.hash ?? dayHash(days, period);
  if (hash === null || linkOf(home, before?.link ?? '', period, hash) !== archive.link) return null;
  const part = partOf(period);
  const articles = entries.map(({ id }) => id);
  return { before, articles: (part ? articles.slice(part.from, part.to) : articles).reverse() };
}

/** The hash of a day that is an archive because its month has many entries, which one day does not show. */
function dayHash(days: { day: string; hash: string }[], period: string): string | null {
  return period.length > 7 ? (days.find(({ day }) => day === period)?.hash ?? null) : null;
}

/** The days that a period may have. */
function daysOf(period: string): string[] {
  if (period.length > 7) return [period.slice(0, 10)];
  return Array.from({ length: 31 }, (_, at) => `${period}-${String(at + 1).padStart(2, '0')}`).filter(
    (day) => new Date(`${day}T00:00:00.000Z`).getUTCDate() === Number(day.slice(8)),
  );
}

/** Statements that forget the chains, so that they are made anew: days are others in another zone. */
export function forgetArchives(home: Home): Statement[] {
  return [
    home.db.prepare('DELETE FROM archive_days'),
    home.db.prepare(
      `INSERT OR IGNORE INTO archive_changes (feed, day) SELECT feed, substr(sort, 1, 10) FROM memberships
       WHERE feed = '' OR feed GLOB '/*' OR feed GLOB 'category/*'`,
    ),
  ];
}

/** Statements that forget the archives of a feed which the configuration defines no more, for the batch that removes it. */
export function removeArchives(home: Home, feed: string): Statement[] {
  return [
    home.db
      .prepare('DELETE FROM documents WHERE address IN (SELECT address FROM archive_documents WHERE feed = ?)')
      .bind(feed),
    ...['archive_documents', 'archives', 'archive_days', 'archive_changes', 'tombstones'].map((table) =>
      home.db.prepare(`DELETE FROM ${table} WHERE feed = ?`).bind(feed),
    ),
  ];
}

// ---- what was taken back

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

/** What was taken back from a feed lately and did not come again, the newest first. */
export async function tombstonesOf(
  home: Home,
  feed: string,
  host: string,
): Promise<(Tombstone & { cleared: boolean })[]> {
  const since = lapsedBefore(home);
  const rows = await home.db
    .prepare(
      `SELECT article, at, cleared FROM tombstones AS t WHERE feed = ? AND at > ?
       AND NOT EXISTS (SELECT 1 FROM articles WHERE id = t.article) ORDER BY at DESC, article LIMIT ?`,
    )
    .bind(feed, since, MAX_TOMBSTONES)
    .all<{ article: string; at: string; cleared: number }>();
  return rows.map(({ article, at, cleared }) => ({ id: article, host, at, cleared: cleared === 1 }));
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
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO retired_blobs (hash, body, since) SELECT blob, blob, ?2 FROM documents
       WHERE address IN (SELECT value FROM json_each(?1))`,
      list,
      home.now(),
    ),
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO retired_blobs (hash, body, since)
       SELECT c.value ->> 'blob', d.blob, ?2 FROM documents AS d, json_each(d.codings) AS c
       WHERE d.address IN (SELECT value FROM json_each(?1))`,
      list,
      home.now(),
    ),
    ...forRows(home.db, 'DELETE FROM documents WHERE address IN (SELECT value FROM json_each(?1))', list),
    ...forRows(home.db, 'DELETE FROM archive_documents WHERE address IN (SELECT value FROM json_each(?1))', list),
    home.db.prepare('UPDATE tombstones SET cleared = 1 WHERE feed = ?').bind(feed),
  ]);
  home.documentCache?.replaced(list);
}

import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { type ArchiveLinks, type FeedRef, FILE_NAMES, type Topics } from './entry.ts';
import { boundsOf, type DayOfFeed, dayOf, endOf, localDays, type Period, partOf, periodsOf } from './periods.ts';
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
  return kind === 'site' || kind === 'category' || kind === 'defined' || kind === 'partner';
}

/** An article as it stands in a feed. */
interface Standing {
  day: string;
  id: string;
  url: string;
  published: string;
  updated: string;
}

/** What stands in a feed on a day, as it is stored. */
interface StoredDay extends DayOfFeed {
  feed: string;
}

/**
 * Brings the chains of feeds' archives up to what stands in the feeds now. Each link is made of what its archive holds
 * and of the link before, so that a change gives its own archive and all later ones other addresses: a crawler that walks
 * back finds it, and no document ever changes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5005#section-4.1
 */
export async function relinkArchives(home: Home, feeds: FeedRef[]): Promise<void> {
  const zone = home.config.site.timezone;
  const changes = await home.db
    .prepare('SELECT feed, day FROM archive_changes WHERE feed IN (SELECT value FROM json_each(?)) ORDER BY feed, day')
    .bind(JSON.stringify(feeds.map(({ key }) => key)))
    .all<{ feed: string; day: string }>();
  if (changes.length === 0) return;
  // Feeds have their days in common.
  const local = new Map([...new Set(changes.map(({ day }) => day))].map((day) => [day, localDays(day, zone)]));
  const changed = [...Map.groupBy(changes, ({ feed }) => feed)].map(([feed, own]) => {
    const days = [...new Set(own.flatMap(({ day }) => local.get(day) ?? []))].sort();
    return { feed, days, month: `${days[0] ?? ''}`.slice(0, 7) };
  });
  for (const some of inGroups(changed)) await relink(home, some);
}

/** A feed some of whose days changed, and the month of the first of them. */
interface Changed {
  feed: string;
  days: string[];
  month: string;
}

/** Days that are looked at and written at a time, unless one feed has more: of a whole history those of eight feeds are many. */
const DAYS_AT_ONCE = 1_000;

/** Feeds so few at a time that they have no more days together than that; one at least. */
function inGroups(feeds: Changed[]): Changed[][] {
  const groups: Changed[][] = [];
  let room = 0;
  for (const feed of feeds) {
    room -= feed.days.length;
    if (room < 0 || groups.length === 0) {
      groups.push([]);
      room = DAYS_AT_ONCE - feed.days.length;
    }
    groups.at(-1)?.push(feed);
  }
  return groups;
}

async function relink(home: Home, changed: Changed[]): Promise<void> {
  const { db } = home;
  const rows = await db
    .prepare(
      `SELECT d.feed, d.day, d.entries, d.hash FROM json_each(?) AS j
       CROSS JOIN archive_days AS d ON d.feed = j.value ->> 'feed' AND d.day >= j.value ->> 'month'`,
    )
    .bind(JSON.stringify(changed.map(({ feed, month }) => ({ feed, month }))))
    .all<StoredDay & { [column: string]: string | number }>();
  const kept = Map.groupBy(rows, ({ feed }) => feed);
  const before = await lastArchivesBefore(home, new Map(changed.map(({ feed, month }) => [feed, month])));
  const empty: { feed: string; day: string }[] = [];
  const filled: StoredDay[] = [];
  const links: (Archive & { feed: string; entries: number })[] = [];
  for (const { feed, days: changedDays } of changed) {
    const days = new Map<string, StoredDay>((kept.get(feed) ?? []).map((row) => [row.day, row]));
    const standing = await daysStanding(home, feed, changedDays);
    for (const day of changedDays) {
      const own = standing.get(day);
      if (!own) {
        empty.push({ feed, day });
        days.delete(day);
        continue;
      }
      filled.push(own);
      days.set(day, own);
    }
    const inOrder = [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
    for (const link of chained(home, before.get(feed)?.link ?? '', periodsOf(inOrder))) links.push({ feed, ...link });
  }
  await db.batch([
    ...forRows(
      db,
      `DELETE FROM archive_days WHERE (feed, day) IN (SELECT value ->> 'feed', value ->> 'day' FROM json_each(?1))`,
      empty,
    ),
    ...forRows(
      db,
      `INSERT OR REPLACE INTO archive_days (feed, day, entries, hash)
       SELECT value ->> 'feed', value ->> 'day', value ->> 'entries', value ->> 'hash' FROM json_each(?1)`,
      filled,
    ),
    ...forRows(
      db,
      `DELETE FROM archives WHERE (feed, period) IN
         (SELECT a.feed, a.period FROM json_each(?1) AS j
          CROSS JOIN archives AS a ON a.feed = j.value ->> 'feed' AND a.period >= j.value ->> 'month')`,
      changed.map(({ feed, month }) => ({ feed, month })),
    ),
    ...forRows(
      db,
      `INSERT INTO archives (feed, period, entries, link)
       SELECT value ->> 'feed', value ->> 'period', value ->> 'entries', value ->> 'link' FROM json_each(?1)`,
      links,
    ),
    ...forRows(
      db,
      'DELETE FROM archive_changes WHERE feed IN (SELECT value FROM json_each(?1))',
      changed.map(({ feed }) => feed),
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

/** More days than this are looked for in one stretch from the first to the last. */
const MANY_DAYS = 100;

/** Entries looked at at a time: of a whole history they are more than a Worker's memory holds. */
const ENTRIES_A_PAGE = 5_000;

/** Those of some days on which something stands, as they are stored. */
async function daysStanding(home: Home, feed: string, days: string[]): Promise<Map<string, StoredDay>> {
  const wanted = new Set(days);
  const found = new Map<string, StoredDay>();
  let entries: Standing[] = [];
  const endDay = () => {
    const [first] = entries;
    if (first && wanted.has(first.day))
      found.set(first.day, { feed, day: first.day, entries: entries.length, hash: hashOf(home, entries) });
    entries = [];
  };
  for await (const entry of standingOn(home, feed, days)) {
    if (entry.day !== entries[0]?.day) endDay();
    entries.push(entry);
  }
  endDay();
  return found;
}

/** What stands on some days, the oldest first; between many days on others too. */
async function* standingOn(home: Home, feed: string, days: string[]): AsyncGenerator<Standing> {
  const zone = home.config.site.timezone;
  const [first, last] = [days[0], days.at(-1)];
  if (first !== undefined && last !== undefined && days.length > MANY_DAYS) {
    const stretch = { day: '', start: boundsOf(first, zone).start, end: boundsOf(last, zone).end };
    for await (const one of standingIn(home, feed, [stretch]))
      yield { ...one, day: dayOf(one.sort.slice(0, 24), zone) };
  } else {
    yield* standingIn(
      home,
      feed,
      days.map((day) => ({ day, ...boundsOf(day, zone) })),
    );
  }
}

/** What stands in stretches of a feed's order that follow each other. */
async function* standingIn(
  home: Home,
  feed: string,
  stretches: { day: string; start: string; end: string }[],
): AsyncGenerator<Standing & { sort: string }> {
  let rest = stretches;
  let last: (Standing & { sort: string }) | undefined;
  for (;;) {
    const rows = await home.db
      .prepare(
        `SELECT d.value ->> 'day' AS day, m.sort, a.id, a.url, a.published, a.updated
         FROM json_each(?1) AS d
         CROSS JOIN memberships AS m ON m.feed = ?2 AND m.sort >= d.value ->> 'start' AND m.sort < d.value ->> 'end'
         JOIN articles AS a ON a.id = m.article ORDER BY m.sort LIMIT ?3`,
      )
      .bind(JSON.stringify(rest), feed, ENTRIES_A_PAGE)
      .all<Standing & { sort: string; [column: string]: string }>();
    // A page begins with the entry that the one before ended with: no two have one place in a feed.
    yield* rows[0]?.id === last?.id ? rows.slice(1) : rows;
    last = rows.at(-1);
    if (last === undefined || rows.length < ENTRIES_A_PAGE) return;
    const { sort } = last;
    rest = rest.filter(({ end }) => end > sort).map((one) => (one.start < sort ? { ...one, start: sort } : one));
  }
}

/** Another as soon as an entry comes, goes, moves, or is updated in earnest; a tag or a template makes no difference. */
function hashOf(home: Home, entries: Standing[]): string {
  return home.sha256(JSON.stringify(entries.map(({ id, url, published, updated }) => [id, url, published, updated])));
}

/** The last archive before a period or part of one, of each feed that has one. */
async function lastArchivesBefore(home: Home, periods: ReadonlyMap<string, string>): Promise<Map<string, Archive>> {
  if (periods.size === 0) return new Map();
  const rows = await home.db
    .prepare(
      `SELECT a.feed, a.period, a.link FROM json_each(?) AS j CROSS JOIN archives AS a ON a.feed = j.value ->> 'feed'
         AND a.period = (SELECT max(period) FROM archives WHERE feed = j.value ->> 'feed' AND period < j.value ->> 'before')`,
    )
    .bind(JSON.stringify([...periods].map(([feed, before]) => ({ feed, before }))))
    .all<Archive & { feed: string; [column: string]: string }>();
  return new Map(rows.map(({ feed, period, link }) => [feed, { period, link }]));
}

/**
 * The newest archives that have an entry which the feeds' own documents leave out.
 *
 * @param leftOut where the newest such entry stands in each feed ({@link sortIn})
 */
export async function newestArchives(home: Home, leftOut: ReadonlyMap<string, string>): Promise<Map<string, Archive>> {
  const zone = home.config.site.timezone;
  return lastArchivesBefore(
    home,
    new Map([...leftOut].map(([feed, sort]) => [feed, endOf(dayOf(sort.slice(0, 24), zone))])),
  );
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

/**
 * The archive of a period as it is now. A month that has many entries by now is archived by its days, a period that lost
 * its last entry not at all: then the newest archive up to the period's end, where whoever walks back goes on. Null where
 * there is none.
 */
export async function archiveUpTo(home: Home, feed: string, period: string): Promise<Archive | null> {
  return home.db
    .prepare(
      `SELECT period, link FROM archives WHERE feed = ?1 AND (period = ?2 OR period < ?3)
       ORDER BY period = ?2 DESC, period DESC LIMIT 1`,
    )
    .bind(feed, period, endOf(period))
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
  const before = (await lastArchivesBefore(home, new Map([[feed.key, period]]))).get(feed.key) ?? null;
  const entries: Standing[] = [];
  for await (const entry of standingOn(home, feed.key, daysOf(period))) entries.push(entry);
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
       WHERE feed = '' OR feed GLOB '/*' OR feed GLOB 'category/*' OR feed GLOB 'partners/*'`,
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

/** Statements that take archive documents away, for whichever reason; they are made again when they are asked for. */
export function archiveRemoval(home: Home, list: string[]): Statement[] {
  return [
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
  ];
}

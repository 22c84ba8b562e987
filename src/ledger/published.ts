import type { Article, ArticleData } from '../articles/article.ts';
import type { FeedRef } from '../feeds/entry.ts';
import { feedsOf, sortIn } from '../feeds/selection.ts';
import { entomb } from '../feeds/tombstones.ts';
import type { Home } from '../home.ts';
import { forgetAppointments, keepAppointments, placesOf } from '../partners/choosing.ts';
import { compiledPartners, type SelectedArticle, selectedArticle } from '../partners/compiled.ts';
import { recallUnmeant, recallUpdated, recallWithdrawn } from '../partners/recalls.ts';
import { announceMoves } from '../push/channels/notices.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { Run } from '../storage/runs.ts';
import { utf8Bytes } from '../storage/utf8.ts';
import type { LedgerRow, Newcomer } from './identity.ts';
import { lastUpdate, significance, significantText } from './significance.ts';

/** A published article as it is stored. */
export interface StoredArticle {
  id: string;
  path: string;
  url: string;
  published: string;
  updated: string;
  body_hash: string;
  entry_hash: string;
  /** JSON of {@link ArticleData}. */
  data: string;
}

/** A body over this size, written as JSON, is a blob: a row may have 2 MB. */
const MAX_BODY_BYTES = 1_000_000;
/** What is to be stored of an accepted article. */
export interface ArticleWrite {
  id: string;
  article: Article;
  /** JSON of {@link ArticleData}. */
  data: string;
  /** It is published already, and replaced. */
  isLive: boolean;
  bodyHash: string;
  significantHash: string;
  entryHash: string;
  updated: string;
  firstSeen: string;
  /** Where it stands. */
  feeds: FeedRef[];
  /** What happened, for those who are told; null for a change that readers are not to see as news. */
  event: 'published' | 'updated' | null;
  /** What made it that: see {@link SIGNIFICANT}. */
  because: string[];
  /** Its address is another one than before. */
  isMoved: boolean;
  /** The body that this one replaces. */
  formerBody: string | null;
}

/** What is to be stored of an article that its file has just told, beside what history knows of it. */
export function writeOf(
  home: Home,
  { article, bodyHash }: Newcomer,
  data: string,
  id: string,
  was: LedgerRow | null,
  stored: StoredArticle | null,
): ArticleWrite {
  const now = new Date(Math.floor(home.now() / 1000) * 1000).toISOString();
  const significantHash = home.sha256(significantText(article));
  const because = significance({ article, bodyHash, significantHash }, was, stored);
  const updated = lastUpdate(article, was, because, now);
  const feeds = feedsOf(article, home.config);
  const places = feeds.map((feed) => [feed.key, sortIn(feed, home.config, article, updated)]);
  return {
    id,
    article,
    data,
    isLive: stored !== null,
    bodyHash,
    significantHash,
    // The feeds too: they may be others though the file is the same, when the configuration changed.
    entryHash: home.sha256(JSON.stringify([id, updated, bodyHash, data, places])),
    feeds,
    updated,
    firstSeen: was?.first_seen ?? now,
    event: was === null ? 'published' : because.length > 0 ? 'updated' : null,
    because,
    isMoved: was !== null && was.url !== article.url,
    formerBody: stored && stored.body_hash !== bodyHash ? stored.body_hash : null,
  };
}

/** Statements by which articles stand in the database, the ledger and their feeds, with what happened to them. */
export async function articleStatements(home: Home, run: Run, writes: ArticleWrite[]): Promise<Statement[]> {
  if (writes.length === 0) return [];
  const { db } = home;
  const replaced = writes.filter((write) => write.isLive).map((write) => write.id);
  const bodies: { hash: string; body: string | null }[] = [];
  for (const { bodyHash: hash, article } of writes) {
    const large = jsonBytes(article.body, MAX_BODY_BYTES) > MAX_BODY_BYTES;
    if (large) await home.blobs.put(hash, new TextEncoder().encode(article.body));
    bodies.push({ hash, body: large ? null : article.body });
  }
  const memberships: { feed: string; sort: string; article: string }[] = [];
  const feeds = new Map<string, FeedRef>();
  const compiled = await compiledPartners(home);
  const partners = [...compiled.values()];
  const appointments = [];
  const rewritten: { id: string; selected: SelectedArticle }[] = [];
  for (const { id, article, updated, isLive, feeds: refs } of writes) {
    for (const feed of refs) {
      memberships.push({ feed: feed.key, sort: sortIn(feed, home.config, article, updated), article: id });
      feeds.set(feed.key, feed);
    }
    if (partners.length === 0) continue;
    const selected = selectedArticle(article, home.config);
    if (isLive) rewritten.push({ id, selected });
    const places = placesOf(partners, { id, sort: article.order, selected }, home.now());
    for (const { place, partner } of places.present) {
      memberships.push(place);
      feeds.set(place.feed, partner.feed);
    }
    appointments.push(...places.appointments);
  }
  const news = writes.filter(({ event }) => event === 'updated').map(({ id }) => id);
  return [
    ...(partners.length > 0 ? recallUpdated(home, news) : []),
    ...(await recallUnmeant(home, compiled, rewritten)),
    ...leaveFeeds(home, replaced),
    // Deleted and inserted, so that two articles may exchange addresses within a page.
    ...forRows(db, 'DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))', replaced),
    ...forRows(
      db,
      `INSERT INTO articles (id, path, url, sort, published, updated, body_hash, entry_hash, data)
       SELECT value ->> 'id', value ->> 'path', value ->> 'url', value ->> 'sort', value ->> 'published',
              value ->> 'updated', value ->> 'bodyHash', value ->> 'entryHash', value ->> 'data' FROM json_each(?1)`,
      writes.map(({ article, ...write }) => ({
        id: write.id,
        path: article.path,
        url: article.url,
        sort: article.order,
        published: article.published,
        updated: write.updated,
        bodyHash: write.bodyHash,
        entryHash: write.entryHash,
        data: write.data,
      })),
    ),
    ...forRows(
      db,
      `INSERT INTO ledger (id, path, url, title, published, updated, first_seen, body_hash, significant_hash)
       SELECT value ->> 'id', value ->> 'path', value ->> 'url', value ->> 'title', value ->> 'published',
              value ->> 'updated', value ->> 'firstSeen', value ->> 'bodyHash', value ->> 'significantHash'
       FROM json_each(?1) WHERE true
       ON CONFLICT (id) DO UPDATE SET path = excluded.path, url = excluded.url, title = excluded.title,
         published = excluded.published, updated = excluded.updated, body_hash = excluded.body_hash,
         significant_hash = excluded.significant_hash, withdrawn = NULL, withdrawn_reason = NULL`,
      writes.map(({ article, ...write }) => ({
        id: write.id,
        path: article.path,
        url: article.url,
        title: article.title,
        published: article.published,
        updated: write.updated,
        firstSeen: write.firstSeen,
        bodyHash: write.bodyHash,
        significantHash: write.significantHash,
      })),
    ),
    ...bodyStatements(home, bodies),
    ...forgetBodies(
      home,
      writes.flatMap((write) => write.formerBody ?? []),
    ),
    ...forRows(
      db,
      `INSERT OR IGNORE INTO memberships (feed, sort, article)
       SELECT value ->> 'feed', value ->> 'sort', value ->> 'article' FROM json_each(?1)`,
      // Each feed's together, as the table has them.
      [...Map.groupBy(memberships, ({ feed }) => feed).values()].flat(),
    ),
    ...keepAppointments(home, appointments),
    ...forRows(
      db,
      `INSERT INTO feeds (key, kind, title, lang)
       SELECT value ->> 'key', value ->> 'kind', value ->> 'title', value ->> 'lang' FROM json_each(?1) WHERE true
       ON CONFLICT (key) DO UPDATE SET wanted = wanted + 1`,
      [...feeds.values()],
    ),
    ...announceMoves(
      home,
      writes.filter(({ isMoved }) => isMoved).map(({ id }) => id),
    ),
    ...recordEvents(
      home,
      run,
      writes.flatMap(({ id, event, because }) =>
        event ? [{ article: id, type: event, because: because.join(' ') || null }] : [],
      ),
    ),
  ];
}

/** Where a statement is no trip to another machine, texts go as they are: as JSON each is escaped, and parsed again. */
function bodyStatements({ db, name }: Home, bodies: { hash: string; body: string | null }[]): Statement[] {
  if (name === 'node') {
    const insert = db.prepare('INSERT OR IGNORE INTO bodies (hash, body) VALUES (?, ?)');
    return bodies.map(({ hash, body }) => insert.bind(hash, body));
  }
  const insert = `INSERT OR IGNORE INTO bodies (hash, body) SELECT value ->> 'hash', value ->> 'body' FROM json_each(?1)`;
  return forRows(db, insert, bodies);
}

/** Statements that take articles back: they leave every feed, and history keeps when and why. */
export function withdrawal(
  home: Home,
  run: Run,
  articles: { article: string; reason: string; body_hash: string }[],
): Statement[] {
  const { db } = home;
  const ids = articles.map((one) => one.article);
  run.report.events.withdrawn += ids.length;
  return [
    ...recallWithdrawn(home, articles),
    ...entomb(home, ids),
    ...leaveFeeds(home, ids),
    ...forRows(db, 'DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(db, 'DELETE FROM fragments WHERE article IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(
      db,
      `UPDATE ledger SET withdrawn = ?2, withdrawn_reason = j.value ->> 'reason'
       FROM json_each(?1) AS j WHERE ledger.id = j.value ->> 'article'`,
      articles.map(({ article, reason }) => ({ article, reason })),
      new Date(home.now()).toISOString(),
    ),
    ...forgetBodies(
      home,
      articles.map((one) => one.body_hash),
    ),
    ...recordEvents(
      home,
      run,
      articles.map(({ article, reason }) => ({ article, type: 'withdrawn', because: reason })),
    ),
  ];
}

/** A file that now names the id of another article gives up the one that it made itself. */
export function withdrawReplaced(
  home: Home,
  run: Run,
  ids: string[],
  live: ReadonlyMap<string, StoredArticle>,
): Statement[] {
  const articles = ids.flatMap((id) => live.get(id) ?? []);
  return withdrawal(
    home,
    run,
    articles.map(({ id, body_hash }) => ({ article: id, reason: 'replaced', body_hash })),
  );
}

/** Statements by which articles leave every feed they stand in or wait for, and these feeds are made anew. */
export function leaveFeeds(home: Home, ids: string[]): Statement[] {
  return [
    ...forRows(
      home.db,
      `UPDATE feeds SET wanted = wanted + 1 WHERE key IN
         (SELECT feed FROM memberships WHERE article IN (SELECT value FROM json_each(?1)))`,
      ids,
    ),
    ...forRows(home.db, 'DELETE FROM memberships WHERE article IN (SELECT value FROM json_each(?1))', ids),
    ...forgetAppointments(home, ids),
  ];
}

/** Statements that forget bodies which no article has any more; those that are blobs retire. */
export function forgetBodies(home: Home, hashes: string[]): Statement[] {
  const unused = `hash IN (SELECT value FROM json_each(?1))
       AND NOT EXISTS (SELECT 1 FROM articles WHERE body_hash = bodies.hash)`;
  return [
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO retired_blobs (hash, since) SELECT hash, ?2 FROM bodies WHERE body IS NULL AND ${unused}`,
      hashes,
      home.now(),
    ),
    ...forRows(home.db, `DELETE FROM bodies WHERE ${unused}`, hashes),
  ];
}

/** Statements that record what happened, in order. */
function recordEvents(
  home: Home,
  run: Run,
  events: { article: string; type: string; because: string | null }[],
): Statement[] {
  return forRows(
    home.db,
    `INSERT INTO events (type, article, at, run, because)
     SELECT value ->> 'type', value ->> 'article', ?2, ?3, value ->> 'because' FROM json_each(?1)`,
    events,
    new Date(home.now()).toISOString(),
    run.id,
  );
}

/** The published ones among these ids. */
export async function liveArticles(home: Home, ids: string[]): Promise<Map<string, StoredArticle>> {
  if (ids.length === 0) return new Map();
  const rows = await home.db
    .prepare(
      `SELECT id, path, url, published, updated, body_hash, entry_hash, data FROM articles
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(ids))
    .all<StoredArticle & { [column: string]: string }>();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Bytes of a text as JSON: exact when near the limit or over it, else at most that many. */
export function jsonBytes(text: string, limit: number): number {
  const atMost = text.length * 6;
  return atMost <= limit ? atMost : utf8Bytes(JSON.stringify(text));
}

import type { ArticleData } from '../articles/published.ts';
import { renderArticle } from '../articles/render.ts';
import type { Home } from '../home.ts';
import { announceDocument, wakeFanOuts } from '../push/announce.ts';
import { announceArticles, wakeAnnouncements } from '../push/channels/notices.ts';
import { storeBody } from '../storage/codings.ts';
import { type DocumentHead, documentStatements, documentsOfFeed } from '../storage/documents.ts';
import { ORPHAN, unreferenced } from '../storage/orphans.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { type EntryPlace, markOf, placesOf, rememberVersions } from '../storage/versions.ts';
import {
  clearArchives,
  isArchived,
  linksToArchives,
  newestArchive,
  relinkArchives,
  removeArchives,
  tombstonesOf,
} from './archives.ts';
import { correctedSummary, correctionsHtml } from './corrections.ts';
import { assembleDocument } from './documents.ts';
import {
  type ArticleEntry,
  CONTENT_TYPES,
  type FeedHead,
  type FeedRef,
  FORMATS,
  type Format,
  type Tombstone,
  type Variant,
} from './entry.ts';
import type { FragmentCache, Fragments } from './fragment-cache.ts';
import { FRAGMENT_VERSION, renderFragment } from './fragments.ts';
import { firstHost } from './host.ts';
import { addresses, feedsOf, headOf, ruleOf } from './selection.ts';
import { relief } from './window.ts';

/** A feed whose documents do not show its present entries yet. */
interface DirtyFeed {
  key: string;
  kind: FeedRef['kind'];
  title: string;
  lang: string | null;
  wanted: number;
}

/** An article of a feed, as it is stored. */
export interface Member {
  id: string;
  /** Where it stands in the feed. */
  sort: string;
  updated: string;
  body_hash: string;
  entry_hash: string;
  data: string;
}

/** An article as a document shows it. */
interface Shown {
  member: Member;
  variant: Variant;
  fragments: Fragments;
}

/** What a feed that never had an entry says of its last change. */
const NEVER = '1970-01-01T00:00:00.000Z';

/** Feeds that wait to be made, in the order of their keys, after a key. */
export async function dirtyFeeds(home: Home, after: string | null, limit: number): Promise<DirtyFeed[]> {
  if (after === null) await passSmallFeeds(home);
  return home.db
    .prepare(`SELECT key, kind, title, lang, wanted FROM feeds WHERE built < wanted AND (?1 IS NULL OR key > ?1)
              ORDER BY key LIMIT ?2`)
    .bind(after, limit)
    .all<DirtyFeed & { [key: string]: string | number | null }>();
}

/**
 * Tags and folders with too few articles have no documents, however many thousands there are: one statement passes them.
 * One that has documents keeps them: they must lose what was withdrawn, and an address that is subscribed to stays.
 */
async function passSmallFeeds(home: Home): Promise<void> {
  await home.db
    .prepare(
      `UPDATE feeds SET built = wanted WHERE built < wanted AND kind IN ('tag', 'folder')
       AND NOT EXISTS (SELECT 1 FROM documents WHERE feed = feeds.key)
       AND (SELECT COUNT(*) FROM (SELECT 1 FROM memberships WHERE feed = feeds.key LIMIT ?1)) < ?1`,
    )
    .bind(home.config.feeds.tagMinimum)
    .run();
}

/**
 * Makes a feed's documents from its newest entries. What changed is committed in one batch with its announcement;
 * bodies are written before that. Nothing is written when nothing changed.
 *
 * @returns how many documents were written
 */
export async function publishFeed(
  home: Home,
  feed: DirtyFeed,
  fingerprint: string,
  cache: FragmentCache,
): Promise<number> {
  const rule = ruleOf(feed, home.config);
  const { limit, maxBytes, content } = rule ?? home.config.feeds;
  const newest = await home.db
    .prepare(
      `SELECT a.id, m.sort, a.updated, a.body_hash, a.entry_hash, a.data FROM memberships AS m
       JOIN articles AS a ON a.id = m.article WHERE m.feed = ? ORDER BY m.sort DESC LIMIT ?`,
    )
    .bind(feed.key, limit + 1)
    .all<Member & { [key: string]: string }>();
  const members = newest.slice(0, limit);
  const built = home.db.prepare('UPDATE feeds SET built = ?, title = ? WHERE key = ?');
  const title = titleOf(home, feed, members);
  const before = new Map((await documentsOfFeed(home, feed.key)).map((document) => [document.format, document]));
  if (feed.kind === 'defined' && !rule) return removeFeed(home, feed.key, [...before.values()]);
  const host = await firstHost(home);
  const tombstones = await tombstonesOf(home, feed.key, host);
  if (isArchived(feed)) {
    await relinkArchives(home, feed);
    if (tombstones.some((one) => !one.cleared)) await clearArchives(home, feed.key);
  }
  const bare = headOf({ ...feed, title }, home.config, home.url, host, NEVER);
  const made = await fragmentsOf(home, members, content, fingerprint, cache);
  const { rendered } = made;
  const budget = maxBytes - headBytes(bare, tombstones);
  const cut = async (member: Member) => {
    const one = await fragmentsOf(home, [member], 'cut', fingerprint, cache);
    rendered.push(...one.rendered);
    return one.shown[0] as Shown;
  };
  const shown = await fitted(made.shown, budget, cut);
  const leftOut = newest[shown.length];
  const updates = shown.map(({ member }) => member.updated).sort();
  const archive = leftOut && isArchived(feed) ? await newestArchive(home, feed, leftOut.sort) : null;
  const archives = linksToArchives(home, feed, archive);
  const head: FeedHead = { ...bare, updated: updates.at(-1) ?? NEVER, archives };
  const retired: DocumentHead[] = [];
  const written: { head: DocumentHead; entries: EntryPlace[] }[] = [];
  const encoder = new TextEncoder();
  const marks = shown.map(({ member, variant }) =>
    markOf(home, member.id, `${variant} ${member.id} ${hashOf(member, fingerprint)}`),
  );
  // The three together: while one is compressed in other threads the next is put together here.
  const make = async (format: Format): Promise<void> => {
    const texts = shown.map(({ fragments }) => fragments[format]);
    const document = assembleDocument(head, format, texts, tombstones);
    const body = encoder.encode(document);
    const blob = home.sha256(body);
    const old = before.get(format);
    if (old?.blob === blob) return;
    const codings = await storeBody(home, blob, body);
    if (old) retired.push(old);
    const stored: DocumentHead = {
      address: addresses(feed.key)[format],
      feed: feed.key,
      format,
      version: (old?.version ?? 0) + 1,
      blob,
      size: body.byteLength,
      codings,
      content_type: CONTENT_TYPES[format],
      last_modified: laterSecond(home.now(), old?.last_modified),
      immutable: false,
      gone: members.length === 0 && feed.kind !== 'site' && feed.kind !== 'defined',
    };
    written.push({ head: stored, entries: placesOf(document, texts, marks) });
  };
  await Promise.all(FORMATS.map(make));
  const heads = written.map((one) => one.head);
  await home.db.batch([
    ...rendered,
    ...documentStatements(home, heads, retired),
    ...rememberVersions(home, written),
    ...heads.flatMap((document) => announceDocument(home, document.address, document.version)),
    built.bind(feed.wanted, title, feed.key),
    ...(feed.kind === 'site' ? announceArticles(home) : []),
  ]);
  const changed = heads.map((document) => document.address);
  home.documentCache?.replaced(changed);
  if (changed.length > 0) await wakeFanOuts(home, changed);
  else if (feed.kind === 'site') await wakeAnnouncements(home);
  return written.length;
}

/** A feed that the configuration defines no more. */
async function removeFeed(home: Home, key: string, documents: DocumentHead[]): Promise<number> {
  await home.db.batch([
    ...documentStatements(home, [], documents),
    home.db.prepare('DELETE FROM documents WHERE feed = ?').bind(key),
    home.db.prepare('DELETE FROM memberships WHERE feed = ?').bind(key),
    ...removeArchives(home, key),
    home.db.prepare('DELETE FROM feeds WHERE key = ?').bind(key),
  ]);
  home.documentCache?.replaced(documents.map((document) => document.address));
  return 0;
}

/** The name as the newest entry spells it: two spellings share a feed, and the documents depend on entries alone. */
function titleOf(home: Home, feed: DirtyFeed, members: Member[]): string {
  const newest = members[0];
  if (!newest) return feed.title;
  const refs = feedsOf(JSON.parse(newest.data) as ArticleData, home.config);
  return refs.find((ref) => ref.key === feed.key)?.title ?? feed.title;
}

/** Of all that a member's fragments are made from. */
const hashOf = (member: Member, fingerprint: string) => `${FRAGMENT_VERSION}.${fingerprint}.${member.entry_hash}`;

/** Each member's fragments: kept ones where they are of the present entry, else rendered, with what stores them. */
export async function fragmentsOf(
  home: Home,
  members: Member[],
  content: Variant,
  fingerprint: string,
  cache: FragmentCache,
): Promise<{ shown: Shown[]; rendered: Statement[] }> {
  const variants = new Map(members.map((member) => [member, variantOf(member, content)]));
  const of = (member: Member) => variants.get(member) ?? content;
  const keyOf = (member: Member) => `${of(member)} ${member.id} ${member.entry_hash}`;
  const found = new Map<Member, Fragments>();
  for (const member of members) {
    const kept = cache.get(keyOf(member));
    if (kept) found.set(member, kept);
  }
  const unseen = members.filter((member) => !found.has(member));
  if (unseen.length > 0) {
    const rows = await home.db
      .prepare(
        `SELECT f.article, f.format, f.hash, f.text FROM json_each(?) AS j CROSS JOIN fragments AS f
         ON f.article = j.value ->> 'id' AND f.variant = j.value ->> 'variant'`,
      )
      .bind(JSON.stringify(unseen.map((member) => ({ id: member.id, variant: of(member) }))))
      .all<{ article: string; format: Format; hash: string; text: string }>();
    const stored = new Map(rows.map((row) => [`${row.article} ${row.format} ${row.hash}`, row.text]));
    for (const member of unseen) {
      const texts = FORMATS.map((format) => stored.get(`${member.id} ${format} ${hashOf(member, fingerprint)}`));
      if (texts.some((text) => text === undefined)) continue;
      const fragments = byFormat((_, at) => texts[at] ?? '');
      found.set(member, fragments);
      cache.set(keyOf(member), fragments);
    }
  }
  const missing = members.filter((member) => !found.has(member));
  const bodies = await bodiesOf(home, missing);
  const host = await firstHost(home);
  const rows: { article: string; format: Format; variant: Variant; hash: string; text: string }[] = [];
  for (const member of missing) {
    const entry = { ...entryOf(home, member, bodies.get(member.body_hash) ?? ''), host };
    const variant = of(member);
    const texts = byFormat((format) => renderFragment(entry, format, variant));
    found.set(member, texts);
    cache.set(keyOf(member), texts);
    for (const format of FORMATS) {
      const text = texts[format];
      // Over a row's size it is rendered again when it is needed.
      if (text.length < MAX_FRAGMENT)
        rows.push({ article: member.id, format, variant, hash: hashOf(member, fingerprint), text });
    }
  }
  const rendered = forRows(
    home.db,
    `INSERT INTO fragments (article, format, variant, hash, text)
     SELECT value ->> 'article', value ->> 'format', value ->> 'variant', value ->> 'hash', value ->> 'text'
     FROM json_each(?1) WHERE true
     ON CONFLICT (article, format, variant) DO UPDATE SET hash = excluded.hash, text = excluded.text`,
    rows,
  );
  const shown = members.flatMap((member) => {
    const fragments = found.get(member);
    return fragments ? [{ member, variant: of(member), fragments }] : [];
  });
  return { shown, rendered };
}

/** What of an article a feed shows; one that asks for it is shown by its summary everywhere. */
function variantOf({ data }: Pick<Member, 'data'>, content: Variant): Variant {
  if (content !== 'full') return content;
  return (JSON.parse(data) as ArticleData).excerpt ? 'excerpt' : 'full';
}

/** Bytes that a document takes beside its entries, in the format in which they are most. */
function headBytes(head: FeedHead, tombstones: Tombstone[]): number {
  const encoder = new TextEncoder();
  const documents = FORMATS.map((format) => assembleDocument(head, format, [], tombstones));
  return Math.max(...documents.map((text) => encoder.encode(text).byteLength)) + LINKS_BYTES;
}

/** Links to archives and namespaces, which the head has when all is known. */
const LINKS_BYTES = 3000;

/** The entries that a feed's bytes allow: a text that is too long is cut to its summary, then the oldest are left out. */
async function fitted(shown: Shown[], budget: number, cut: (member: Member) => Promise<Shown>): Promise<Shown[]> {
  const fits = [...shown];
  // Three bytes for a character at most; nearly every feed is far from its limit.
  const characters = (format: Format) => fits.reduce((sum, { fragments }) => sum + fragments[format].length + 2, 0);
  if (FORMATS.every((format) => characters(format) * 3 <= budget)) return fits;
  const encoder = new TextEncoder();
  const sizeOf = ({ fragments, variant }: Shown) => ({
    bytes: Math.max(...FORMATS.map((format) => encoder.encode(fragments[format]).byteLength)) + 2,
    cut: variant === 'cut',
  });
  const sizes = fits.map(sizeOf);
  for (let step = relief(sizes, budget); step !== null; step = relief(sizes, budget)) {
    if (step === 'drop') {
      sizes.pop();
      fits.pop();
      continue;
    }
    const short = await cut((fits[step.cut] as Shown).member);
    fits[step.cut] = short;
    sizes[step.cut] = sizeOf(short);
  }
  return fits;
}

/** Characters: four bytes each, escaped in JSON, must stay inside a row. */
const MAX_FRAGMENT = 300_000;

const byFormat = (make: (format: Format, at: number) => string): Fragments => ({
  rss: make('rss', 0),
  atom: make('atom', 1),
  json: make('json', 2),
});

/** The stored texts of articles, by hash. */
export async function bodiesOf(home: Home, members: Pick<Member, 'body_hash'>[]): Promise<Map<string, string>> {
  if (members.length === 0) return new Map();
  const rows = await home.db
    .prepare('SELECT hash, body FROM bodies WHERE hash IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(members.map((member) => member.body_hash)))
    .all<{ hash: string; body: string | null }>();
  const bodies = new Map<string, string>();
  for (const { hash, body } of rows) {
    const bytes = body === null ? await home.blobs.get(hash) : null;
    if (body === null && bytes === null)
      throw new Error(
        `the text of an article is missing from the store of blobs (${hash}): run again to read its file`,
      );
    bodies.set(hash, body ?? new TextDecoder().decode(bytes ?? undefined));
  }
  return bodies;
}

/** An article as feeds show it. */
export function entryOf(home: Home, member: Pick<Member, 'id' | 'updated' | 'data'>, body: string): ArticleEntry {
  const data = JSON.parse(member.data) as ArticleData;
  const rendering = renderArticle({ ...data, body }, home.config);
  const { corrections = [] } = data;
  const lang = data.lang ?? home.config.site.language;
  return {
    id: member.id,
    url: data.url,
    title: data.title,
    published: data.published,
    updated: member.updated,
    summary: correctedSummary(rendering.summary, corrections, lang),
    html: correctionsHtml(corrections, lang) + rendering.html,
    authors: data.authors.length > 0 ? data.authors : home.config.site.author ? [home.config.site.author] : [],
    categories: data.categories,
    tags: data.tags,
    image: data.image,
    lang: data.lang,
    enclosures: data.enclosures,
    ...(data.episode && { episode: data.episode }),
    ...(corrections.length > 0 && { corrections }),
  };
}

/** The instant in whole seconds, later than the one before: If-Modified-Since compares seconds. */
function laterSecond(now: number, before: string | undefined): string {
  const second = Math.floor(now / 1000) * 1000;
  const least = before === undefined ? 0 : Date.parse(before) + 1000;
  return new Date(Math.max(second, least)).toISOString();
}

/** Milliseconds that a blob is kept after no document shows it. */
const RETIREMENT_MS = 3_600_000;

/** Deletes bodies that no document has shown for a while. */
export async function collectBlobs(home: Home): Promise<void> {
  const rows = await home.db
    .prepare(
      `SELECT hash, body, EXISTS (SELECT 1 FROM documents WHERE blob = coalesce(r.body, r.hash))
         OR EXISTS (SELECT 1 FROM bodies WHERE bodies.hash = r.hash) AS used
       FROM retired_blobs AS r WHERE since < ? LIMIT 500`,
    )
    .bind(home.now() - RETIREMENT_MS)
    .all<{ hash: string; body: string | null; used: number }>();
  if (rows.length === 0) return;
  const found = rows.filter(({ body }) => body === ORPHAN).map(({ hash }) => hash);
  const replaced = rows.filter(({ body, used }) => body !== ORPHAN && !used).map(({ hash }) => hash);
  await home.blobs.delete([...replaced, ...(await unreferenced(home, found))]);
  await home.db.batch(
    forRows(
      home.db,
      'DELETE FROM retired_blobs WHERE hash IN (SELECT value FROM json_each(?1))',
      rows.map((row) => row.hash),
    ),
  );
}

import type { Home } from '../home.ts';
import { partnerOfFeed } from '../partners/addresses.ts';
import { type PartnerDocuments, recordDocuments } from '../partners/offers.ts';
import { feedsOfPartners, mended } from '../partners/trouble.ts';
import { announceDocuments, wakeFanOuts } from '../push/announce.ts';
import { announceArticles, wakeAnnouncements } from '../push/channels/notices.ts';
import { isSmall } from '../storage/codings.ts';
import { type DocumentHead, documentStatements, documentsOfFeeds } from '../storage/documents.ts';
import { forRows } from '../storage/rows.ts';
import { type EntryPlace, rememberVersions } from '../storage/versions.ts';
import { removeArchives } from './archives.ts';
import { assembleDocument } from './documents.ts';
import { type Draft, draftsOf } from './drafts.ts';
import { CONTENT_TYPES, type FeedRef, type Format } from './entry.ts';
import { feedRules } from './rules.ts';
import { addresses } from './selection.ts';
import type { FragmentContext } from './shown.ts';

/** A feed whose documents do not show its present entries yet. */
export interface DirtyFeed extends FeedRef {
  wanted: number;
}

/** Feeds that there are without any entry. */
const LASTING: ReadonlySet<FeedRef['kind']> = new Set(['site', 'defined', 'partner']);

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
 * Makes the documents of some feeds from their newest entries. What is asked is asked for all of them at once, and what
 * changed is committed in one batch with its announcements; bodies are written before that. Nothing is written when
 * nothing changed.
 *
 * @returns how many documents were written
 */
export async function publishFeeds(home: Home, feeds: DirtyFeed[], context: FragmentContext): Promise<number> {
  const rules = await feedRules(home, feeds);
  const unruled = feeds.filter(({ key }) => !rules.has(key)).map(({ key }) => key);
  const left = unruled.length > 0 ? await feedsOfPartners(home, unruled) : new Set();
  // A partner whose settings cannot be used keeps what it has.
  for (const key of unruled) if (!left.has(key)) await removeFeed(home, key);
  const present = feeds.filter(({ key }) => rules.has(key));
  if (present.length === 0) return 0;
  const drafts = await draftsOf(home, present, rules, context);
  const stored = await documentsOfFeeds(home, present);
  const before = new Map(stored.map((document) => [document.address, document]));
  const unwanted = stored.filter(({ feed, format }) => !rules.get(feed)?.formats.includes(format));
  const written: Written[] = [];
  let kept: Promise<unknown> = Promise.resolve();
  for (const draft of drafts) {
    const made = draft.rule.formats.flatMap((format) => makeDocument(home, draft, format, before) ?? []);
    written.push(...made.map(({ head, entries }) => ({ head, entries })));
    // Bodies of one feed are written while those of the next are made, and let go of before more are.
    await kept;
    kept = Promise.all(made.map(({ head, body }) => home.blobs.put(head.blob, body)));
    // It is waited for in the next turn, which does not come when a document cannot be made.
    kept.catch(() => {});
  }
  await kept;
  const heads = written.map(({ head }) => head);
  const standing = new Map([...before, ...heads.map((head) => [head.address, head] as const)]);
  await home.db.batch([
    ...documentStatements(home, heads, [...heads.flatMap(({ address }) => before.get(address) ?? []), ...unwanted]),
    ...forRows(
      home.db,
      'DELETE FROM documents WHERE address IN (SELECT value FROM json_each(?1))',
      unwanted.map(({ address }) => address),
    ),
    ...rememberVersions(home, written),
    ...announceDocuments(home, heads),
    ...forRows(
      home.db,
      `UPDATE feeds SET built = j.value ->> 'wanted', title = j.value ->> 'title'
       FROM json_each(?1) AS j WHERE feeds.key = j.value ->> 'key'`,
      drafts.map(({ feed: { key, title, wanted } }) => ({ key, title, wanted })),
    ),
    ...recordDocuments(
      home,
      drafts.flatMap((draft) => partnerDocuments(draft, standing)),
    ),
    ...mended(home, present),
    ...(drafts.some(({ feed }) => feed.kind === 'site') ? announceArticles(home) : []),
  ]);
  const changed = heads.map(({ address }) => address);
  home.documentCache?.replaced([...changed, ...unwanted.map(({ address }) => address)]);
  if (changed.length > 0) await wakeFanOuts(home, changed);
  else await wakeAnnouncements(home);
  return written.length;
}

/** What a partner's documents show, and in which of their versions; nothing of other feeds. */
function partnerDocuments(
  { feed, rule, shown, recalls }: Draft<DirtyFeed>,
  standing: ReadonlyMap<string, DocumentHead>,
): PartnerDocuments[] {
  const partner = partnerOfFeed(feed.key);
  if (partner === null || recalls === null) return [];
  const versions = rule.formats.flatMap((format) => {
    const head = standing.get(addresses(feed.key)[format]);
    return head ? [[format, head.version] as const] : [];
  });
  const offered = shown.map(({ member: { id, updated } }) => ({ id, updated }));
  const withdrawn = recalls.withdrawn.map(({ id }) => id);
  return versions.length > 0 ? [{ partner, offered, withdrawn, versions: Object.fromEntries(versions) }] : [];
}

/** A feed that the configuration defines no more, or of a partner that was removed. */
async function removeFeed(home: Home, key: string): Promise<void> {
  const documents = await documentsOfFeeds(home, [{ key }]);
  await home.db.batch([
    ...documentStatements(home, [], documents),
    home.db.prepare('DELETE FROM documents WHERE feed = ?').bind(key),
    home.db.prepare('DELETE FROM memberships WHERE feed = ?').bind(key),
    ...removeArchives(home, key),
    home.db.prepare('DELETE FROM feeds WHERE key = ?').bind(key),
  ]);
  home.documentCache?.replaced(documents.map((document) => document.address));
}

/** A document that differs from the one that is stored, and whose body is written. */
interface Written {
  head: DocumentHead;
  entries: EntryPlace[];
}

/** A feed in one format; null when that is as it was. */
function makeDocument(
  home: Home,
  { feed, head, shown, marks, tombstones, isEmpty, rule }: Draft<DirtyFeed>,
  format: Format,
  before: ReadonlyMap<string, DocumentHead>,
): (Written & { body: Uint8Array }) | null {
  const own = shown.map(({ fragments }) => fragments[format]);
  const { body, places } = assembleDocument(head, format, own, tombstones, rule.text?.dialect);
  const blob = home.sha256(body);
  const address = addresses(feed.key)[format];
  const old = before.get(address);
  if (old?.blob === blob) return null;
  return {
    head: {
      address,
      feed: feed.key,
      format,
      version: (old?.version ?? 0) + 1,
      blob,
      size: body.byteLength,
      codings: {},
      coded: isSmall(body),
      content_type: CONTENT_TYPES[format],
      last_modified: laterSecond(home.now(), old?.last_modified),
      immutable: false,
      gone: isEmpty && !LASTING.has(feed.kind),
    },
    body,
    entries: places.map(([start, end], at) => [marks[at] ?? '', start, end]),
  };
}

/** The instant in whole seconds, later than the one before: If-Modified-Since compares seconds. */
function laterSecond(now: number, before: string | undefined): string {
  const second = Math.floor(now / 1000) * 1000;
  const least = before === undefined ? 0 : Date.parse(before) + 1000;
  return new Date(Math.max(second, least)).toISOString();
}

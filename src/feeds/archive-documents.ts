import { configFingerprint } from '../config/fingerprint.ts';
import type { Home } from '../home.ts';
import { storeCodings } from '../storage/codings.ts';
import { type DocumentHead, documentStatements } from '../storage/documents.ts';
import { forRows } from '../storage/rows.ts';
import { type Archive, archiveAddresses, archiveUpTo, contentOf, linksOf } from './archives.ts';
import { assembleDocument } from './documents.ts';
import { CONTENT_TYPES, type FeedRef, FORMATS } from './entry.ts';
import { FragmentCache, type Fragments } from './fragment-cache.ts';
import { firstHost } from './host.ts';
import { MEMBER, type Member } from './members.ts';
import { feedRules, headBy } from './rules.ts';
import { eachFormat } from './selection.ts';
import { fragmentsOf } from './shown.ts';
import { LARGE } from './window.ts';

/** What is to be done about a request for an archive whose document is not there. */
export type ArchiveOutcome =
  /** It was made, and is a document from now on. */
  | 'made'
  /** Articles came or went and the chain does not know it yet; it will in a moment. */
  | 'changing'
  /** What stood in it is in another one by now. */
  | Archive;

/**
 * Makes the documents of an archive when it is asked for the first time: most of a site's past is never read, and making
 * all of it would keep a first build busy for minutes. The link says what must be in it, so that it comes out the same
 * whenever it is made; once made it is kept as it is.
 *
 * @returns null when the feed has no archive of that period, and none before
 */
export async function makeArchive(home: Home, feed: FeedRef, wanted: Archive): Promise<ArchiveOutcome | null> {
  const present = await archiveUpTo(home, feed.key, wanted.period);
  if (!present) return null;
  if (present.period !== wanted.period || present.link !== wanted.link) return present;
  const content = await contentOf(home, feed, present);
  if (!content) return 'changing';
  const members = await membersOf(home, feed.key, content.articles);
  if (members.length !== content.articles.length) return 'changing';
  const host = await firstHost(home);
  const rule = (await feedRules(home, [feed])).get(feed.key);
  if (!rule) return null;
  const { content: variant, maxBytes, formats, text } = rule;
  const fingerprint = home.sha256(configFingerprint(home.config)).slice(0, 16);
  const context = { fingerprint, cache: new FragmentCache() };
  const shown = await fragmentsOf(home, members, variant, context, text);
  if (shown.length !== members.length) return 'changing';
  const isLarge = (of: Fragments) => FORMATS.some((format) => of[format].bytes.byteLength > maxBytes * LARGE);
  const large = shown.filter(({ fragments }) => isLarge(fragments)).map(({ member }) => member);
  const cut = await fragmentsOf(home, large, 'cut', context, text);
  const short = new Map(cut.map(({ member, fragments }) => [member.id, fragments]));
  const texts = shown.map(({ member, fragments }) => short.get(member.id) ?? fragments);
  const addresses = archiveAddresses(feed.key, present);
  // Nobody is told of an archive.
  const {
    cloud: _cloud,
    otherHubs: _hubs,
    ...bare
  } = headBy(
    home,
    feed,
    rule,
    host,
    members
      .map(({ updated }) => updated)
      .sort()
      .at(-1) ?? '',
  );
  const head = {
    ...bare,
    hub: null,
    topics: eachFormat((format) => home.url + addresses[format]),
    archives: linksOf(home, feed, present.period, content.before),
  };
  const written: DocumentHead[] = [];
  for (const format of formats) {
    const { body } = assembleDocument(
      head,
      format,
      texts.map((of) => of[format]),
      [],
      text?.dialect,
    );
    const blob = home.sha256(body);
    await home.blobs.put(blob, body);
    written.push({
      address: addresses[format],
      feed: `archives ${feed.key}`,
      format,
      version: 1,
      blob,
      size: body.byteLength,
      codings: await storeCodings(home, body),
      coded: true,
      content_type: CONTENT_TYPES[format],
      last_modified: new Date(Math.floor(home.now() / 1000) * 1000).toISOString(),
      immutable: true,
      gone: false,
    });
  }
  await home.db.batch([
    ...documentStatements(home, written, []),
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO archive_documents (address, feed, articles)
       SELECT value ->> 'address', ?2, value -> 'articles' FROM json_each(?1)`,
      written.map(({ address }) => ({ address, articles: content.articles })),
      feed.key,
    ),
  ]);
  home.documentCache?.replaced(written.map(({ address }) => address));
  return 'made';
}

async function membersOf(home: Home, feed: string, articles: string[]): Promise<Member[]> {
  return home.db
    .prepare(
      `SELECT ${MEMBER} FROM json_each(?1) AS j
       JOIN articles AS a ON a.id = j.value JOIN memberships AS m ON m.article = a.id AND m.feed = ?2
       ORDER BY m.sort DESC`,
    )
    .bind(JSON.stringify(articles), feed)
    .all<Member & { [column: string]: string | number | null }>();
}

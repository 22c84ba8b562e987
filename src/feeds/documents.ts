import type { Element } from 'xast';
import { atomRoot, deletedEntry, deletedItem } from './atom.ts';
import type { Dialect, Withdrawn } from './dialect.ts';
import type { FeedHead, Format, Tombstone } from './entry.ts';
import { jsonHead } from './json.ts';
import { podcastHead, rssRoot } from './rss.ts';
import { elements, lines, piece, serialize, xmlDocument } from './tree.ts';

/** Namespaces of what stands in documents. Each is declared on the root of a document in which it is used. */
const NAMESPACES: Readonly<Record<string, string>> = {
  at: 'http://purl.org/atompub/tombstones/1.0',
  atom: 'http://www.w3.org/2005/Atom',
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  fh: 'http://purl.org/syndication/history/1.0',
  itunes: 'http://www.itunes.com/dtds/podcast-1.0.dtd',
  media: 'http://search.yahoo.com/mrss/',
  podcast: 'https://podcastindex.org/namespace/1.0',
};

/**
 * A whole document: what the feed says of itself, then the fragments in the order given. A pure function of its
 * arguments; no clock.
 *
 * @param fragments what `renderFragment` gave for this format
 * @param tombstones entries that were taken back; of the formats only Atom has a word for them, which the head may want
 *   in RSS too
 * @param dialect how a destination wants its RSS, which may have a word of its own for them
 * @param prefixes what {@link prefixesOf} finds in the fragments, where that is known
 */
export function assembleDocument(
  head: FeedHead,
  format: Format,
  fragments: string[],
  tombstones: (Tombstone | Withdrawn)[] = [],
  dialect?: Dialect | null,
  prefixes = fragments.flatMap(prefixesOf),
): string {
  const told = head.tellsWithdrawals ? tombstones : [];
  if (format === 'json') return jsonDocument(head, fragments, told);
  if (format === 'atom') {
    const root = atomRoot(head);
    const own = [...elements(root), ...tombstones.map(deletedEntry)];
    root.attributes = { ...root.attributes, ...used(['at', 'fh', 'media'], own, prefixes) };
    root.children = lines([...own, ...fragments.map(piece)]);
    return xmlDocument(root);
  }
  const { root, channel } = rssRoot(head);
  // Somebody who says nothing of a podcast has none, though an article may have sound.
  const hasEpisodes =
    prefixes.some((prefix) => prefix === 'itunes' || prefix === 'podcast') ||
    (head.podcast !== null && fragments.some((fragment) => /<enclosure [^>]*type="(?:audio|video)\//.test(fragment)));
  const common = [...elements(channel), ...(hasEpisodes ? podcastHead(head) : [])];
  const own = dialect?.channel?.(common, head) ?? common;
  const gone = dialect?.withdrawn
    ? tombstones.flatMap((one) => ('url' in one && dialect.withdrawn ? [dialect.withdrawn(one)] : []))
    : told.map(deletedItem);
  channel.children = lines([...own, ...gone, ...fragments.map(piece)]);
  const known = { ...NAMESPACES, ...dialect?.namespaces };
  const declared = [
    'at',
    'content',
    'dc',
    'fh',
    'itunes',
    'media',
    'podcast',
    ...Object.keys(dialect?.namespaces ?? {}),
  ];
  const namespaces = used(declared, [...own, ...gone], prefixes, known);
  root.attributes = { version: '2.0', 'xmlns:atom': known.atom, ...namespaces };
  root.children = lines([channel]);
  return xmlDocument(root);
}

/** By tags with a prefix; a body that shows one in CDATA costs a declaration too many, which harms nobody. */
function used(declared: string[], own: Element[], prefixes: string[], known = NAMESPACES): Record<string, string> {
  const standing = new Set([...own.map(serialize).flatMap(prefixesOf), ...prefixes]);
  const found = declared.filter((prefix) => standing.has(prefix));
  return Object.fromEntries(found.map((prefix) => [`xmlns:${prefix}`, known[prefix] ?? '']));
}

/** Prefixes of tags in a text, each once. */
export function prefixesOf(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/<([a-z]+):/g), ([, prefix = '']) => prefix))];
}

/** JSON is joined of whole members and items: what was serialized once is not parsed again. */
function jsonDocument(head: FeedHead, fragments: string[], tombstones: Tombstone[]): string {
  const members = Object.entries(jsonHead(head, tombstones)).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const items = fragments.length === 0 ? '' : `\n${fragments.join(',\n')}\n`;
  return `{\n${[...members, `"items": [${items}]`].join(',\n')}\n}\n`;
}

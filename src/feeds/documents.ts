import { atomRoot } from './atom.ts';
import type { FeedHead, Format } from './entry.ts';
import { jsonHead } from './json.ts';
import { podcastHead, rssRoot } from './rss.ts';
import { elements, lines, piece, xmlDocument } from './tree.ts';

/** Namespaces that fragments may use. Each is declared on the root of a document in which it is used. */
const NAMESPACES = {
  atom: 'http://www.w3.org/2005/Atom',
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  itunes: 'http://www.itunes.com/dtds/podcast-1.0.dtd',
  media: 'http://search.yahoo.com/mrss/',
};

/**
 * A whole document: what the feed says of itself, then the fragments in the order given. A pure function of its
 * arguments; no clock.
 *
 * @param fragments what `renderFragment` gave for this format
 */
export function assembleDocument(head: FeedHead, format: Format, fragments: string[]): string {
  if (format === 'json') return jsonDocument(head, fragments);
  if (format === 'atom') {
    const root = atomRoot(head);
    root.attributes = { ...root.attributes, ...used(['media'], fragments) };
    root.children = lines([...root.children, ...fragments.map(piece)]);
    return xmlDocument(root);
  }
  const { root, channel } = rssRoot(head);
  const namespaces = used(['content', 'dc', 'itunes', 'media'], fragments);
  const podcast = 'xmlns:itunes' in namespaces ? podcastHead(head) : [];
  channel.children = lines([...elements(channel), ...podcast, ...fragments.map(piece)]);
  root.attributes = { version: '2.0', 'xmlns:atom': NAMESPACES.atom, ...namespaces };
  root.children = lines([channel]);
  return xmlDocument(root);
}

/** A tag with a prefix; a body that shows one in CDATA costs a declaration too many, which harms nobody. */
function used(prefixes: (keyof typeof NAMESPACES)[], fragments: string[]): Record<string, string> {
  const found = prefixes.filter((prefix) => fragments.some((fragment) => fragment.includes(`<${prefix}:`)));
  return Object.fromEntries(found.map((prefix) => [`xmlns:${prefix}`, NAMESPACES[prefix]]));
}

/** JSON is joined of whole members and items: what was serialized once is not parsed again. */
function jsonDocument(head: FeedHead, fragments: string[]): string {
  const members = Object.entries(jsonHead(head)).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const items = fragments.length === 0 ? '' : `\n${fragments.join(',\n')}\n`;
  return `{\n${[...members, `"items": [${items}]`].join(',\n')}\n}\n`;
}

import type { Element } from 'xast';
import { joinBytes } from '../storage/bytes.ts';
import { atomRoot, deletedEntry, deletedItem } from './atom.ts';
import type { Dialect, Withdrawn } from './dialect.ts';
import type { FeedHead, Format, Tombstone } from './entry.ts';
import { jsonHead } from './json.ts';
import { podcastHead, rssRoot } from './rss.ts';
import { elements, lines, xmlFrame } from './tree.ts';

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

/** An entry in one format, as documents take it, with what a document has to know of it. */
export interface Fragment {
  bytes: Uint8Array;
  /** Of its tags, each once: they tell the namespaces of a document. */
  prefixes: string[];
  /** Whether there is something to play. */
  hasSound: boolean;
}

const encoder = new TextEncoder();

/** What `renderFragment` gave. */
export function fragmentOf(text: string): Fragment {
  return { bytes: encoder.encode(text), prefixes: prefixesOf(text), hasSound: SOUND.test(text) };
}

const SOUND = /<enclosure [^>]*type="(?:audio|video)\//;

/** A document, and where each fragment stands in it, in bytes. */
export interface Assembled {
  body: Uint8Array;
  places: [start: number, end: number][];
}

/** What stands around the fragments of a document and between them. */
interface Frame {
  before: string;
  between: string;
  after: string;
}

/**
 * A whole document: what the feed says of itself, then the fragments in the order given. A pure function of its
 * arguments; no clock.
 *
 * @param tombstones entries that were taken back; of the formats only Atom has a word for them, which the head may want
 *   in RSS too
 * @param dialect how a destination wants its RSS, which may have a word of its own for them
 */
export function assembleDocument(
  head: FeedHead,
  format: Format,
  fragments: Fragment[],
  tombstones: (Tombstone | Withdrawn)[] = [],
  dialect?: Dialect | null,
): Assembled {
  const told = head.tellsWithdrawals ? tombstones : [];
  if (format === 'json') return joined(jsonFrame(head, fragments, told), fragments);
  if (format === 'atom') return joined(atomFrame(head, fragments, tombstones), fragments);
  const gone = dialect?.withdrawn
    ? tombstones.flatMap((one) => ('url' in one && dialect.withdrawn ? [dialect.withdrawn(one)] : []))
    : told.map(deletedItem);
  return joined(rssFrame(head, fragments, gone, dialect), fragments);
}

/** The fragments as they are, so that what was encoded once is copied and no more. */
function joined({ before, between, after }: Frame, fragments: Fragment[]): Assembled {
  const separator = encoder.encode(between);
  const parts: Uint8Array[] = [];
  const places: [number, number][] = [];
  let at = 0;
  const add = (bytes: Uint8Array) => {
    parts.push(bytes);
    at += bytes.byteLength;
  };
  add(encoder.encode(before));
  for (const { bytes } of fragments) {
    if (places.length > 0) add(separator);
    places.push([at, at + bytes.byteLength]);
    add(bytes);
  }
  add(encoder.encode(after));
  return { body: joinBytes(parts), places };
}

function atomFrame(head: FeedHead, fragments: Fragment[], tombstones: Tombstone[]): Frame {
  const root = atomRoot(head);
  const own = [...elements(root), ...tombstones.map(deletedEntry)];
  root.attributes = { ...root.attributes, ...used(['at', 'fh', 'media'], own, fragments) };
  root.children = lines(own);
  return xmlAround(fragments, root);
}

function rssFrame(head: FeedHead, fragments: Fragment[], gone: Element[], dialect?: Dialect | null): Frame {
  const { root, channel } = rssRoot(head);
  // Somebody who says nothing of a podcast has none, though an article may have sound.
  const hasEpisodes = fragments.some(
    ({ prefixes, hasSound }) =>
      prefixes.includes('itunes') || prefixes.includes('podcast') || (head.podcast !== null && hasSound),
  );
  const common = [...elements(channel), ...(hasEpisodes ? podcastHead(head) : [])];
  const own = [...(dialect?.channel?.(common, head) ?? common), ...gone];
  channel.children = lines(own);
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
  root.attributes = { version: '2.0', 'xmlns:atom': known.atom, ...used(declared, own, fragments, known) };
  return xmlAround(fragments, root, channel);
}

/** Each fragment on a line of its own. */
function xmlAround(fragments: Fragment[], root: Element, ...path: Element[]): Frame {
  const { before, after } = xmlFrame(root, ...path);
  return { before, between: '\n', after: fragments.length > 0 ? `\n${after}` : after };
}

/** By tags with a prefix; a body that shows one in CDATA costs a declaration too many, which harms nobody. */
function used(declared: string[], own: Element[], fragments: Fragment[], known = NAMESPACES): Record<string, string> {
  const standing = new Set(own.flatMap(prefixesBelow));
  for (const { prefixes } of fragments) for (const prefix of prefixes) standing.add(prefix);
  const found = declared.filter((prefix) => standing.has(prefix));
  return Object.fromEntries(found.map((prefix) => [`xmlns:${prefix}`, known[prefix] ?? '']));
}

function prefixesBelow(node: Element): string[] {
  const colon = node.name.indexOf(':');
  const inner = elements(node).flatMap(prefixesBelow);
  return colon < 0 ? inner : [node.name.slice(0, colon), ...inner];
}

/** Prefixes of tags in a text, each once. */
function prefixesOf(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/<([a-z]+):/g), ([, prefix = '']) => prefix))];
}

/** JSON is joined of whole members and items: what was serialized once is not parsed again. */
function jsonFrame(head: FeedHead, fragments: Fragment[], tombstones: Tombstone[]): Frame {
  const members = Object.entries(jsonHead(head, tombstones)).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const end = fragments.length > 0 ? '\n' : '';
  return { before: `{\n${[...members, `"items": [${end}`].join(',\n')}`, between: ',\n', after: `${end}]\n}\n` };
}

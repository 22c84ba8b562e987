import { basename } from 'node:path';
import { decodeHTML } from 'entities';
import { decodeText } from '../../articles/encoding.ts';
import type { Format } from '../../feeds/entry.ts';
import { CommandError } from '../command.ts';
import { type Fetched, isAddress } from '../place.ts';
import { ATOM, childrenOf, DC, isMalformed, type Node, readXml, textOf } from './xml.ts';

/** An entry of a published feed: who it is. */
export interface FeedEntry {
  id: string | null;
  url: string | null;
  title: string | null;
  /** Epoch milliseconds. */
  published: number | null;
}

/** A feed as it was published, as far as moving it needs. */
export interface PublishedFeed {
  place: string;
  format: Format;
  title: string | null;
  description: string | null;
  language: string | null;
  copyright: string | null;
  author: string | null;
  /** Address of the site. */
  site: string | null;
  /** Address of the document itself. */
  self: string | null;
  entries: FeedEntry[];
}

/**
 * Reads a feed in any of the three formats.
 *
 * @throws {CommandError} when it is none
 */
export function publishedFeed({ place, bytes, url }: Fetched): PublishedFeed {
  const decoded = decodeText(bytes);
  if ('problem' in decoded) throw new CommandError(`${place}: ${decoded.problem.message}`);
  const { text } = decoded;
  // Where a file lies on this machine is nobody else's business.
  const name = isAddress(place) ? place : basename(place);
  if (text.trimStart().startsWith('{')) return own(jsonFeed(text, name), url);
  const root = readXml(text);
  if (isMalformed(root)) throw new CommandError(`${place}:${root.line}:${root.column}: this is no XML: ${root.reason}`);
  if (root.name === 'feed' && root.namespace === ATOM) return own(atomFeed(root, name), url);
  const channel = childrenOf(root, 'channel')[0];
  if (root.name === 'rss' && channel) return own(rssFeed(channel, name), url);
  throw new CommandError(
    `${place}:${root.line}: <${root.tag}> begins no feed that is read here; give one in RSS 2.0, Atom or JSON Feed.`,
  );
}

const own = (feed: PublishedFeed, url: string | null): PublishedFeed => ({ ...feed, self: url ?? feed.self });

function atomFeed(feed: Node, place: string): PublishedFeed {
  const link = (node: Node, rel: string) =>
    childrenOf(node, 'link', ATOM).find(({ attributes }) => (attributes.rel ?? 'alternate') === rel)?.attributes.href ??
    null;
  const author = childrenOf(feed, 'author', ATOM)[0];
  return {
    place,
    format: 'atom',
    title: plain(textOf(feed, 'title', ATOM)),
    description: plain(textOf(feed, 'subtitle', ATOM)),
    language: feed.attributes['xml:lang'] ?? null,
    copyright: plain(textOf(feed, 'rights', ATOM)),
    author: author ? textOf(author, 'name', ATOM) : null,
    site: link(feed, 'alternate'),
    self: link(feed, 'self'),
    entries: childrenOf(feed, 'entry', ATOM).map((entry) => ({
      id: textOf(entry, 'id', ATOM),
      url: link(entry, 'alternate'),
      title: plain(textOf(entry, 'title', ATOM)),
      published: instant(textOf(entry, 'published', ATOM) ?? textOf(entry, 'updated', ATOM)),
    })),
  };
}

function rssFeed(channel: Node, place: string): PublishedFeed {
  const self = childrenOf(channel, 'link', ATOM).find(({ attributes }) => attributes.rel === 'self');
  return {
    place,
    format: 'rss',
    title: plain(textOf(channel, 'title')),
    description: plain(textOf(channel, 'description')),
    language: textOf(channel, 'language'),
    copyright: plain(textOf(channel, 'copyright')),
    author: null,
    site: textOf(channel, 'link'),
    self: self?.attributes.href ?? null,
    entries: childrenOf(channel, 'item').map((item) => {
      const guid = childrenOf(item, 'guid')[0];
      const id = guid?.text.trim() || null;
      const isLink = guid?.attributes.isPermaLink !== 'false' && id !== null && URL.canParse(id);
      return {
        id: id ?? textOf(item, 'link'),
        url: textOf(item, 'link') ?? (isLink ? id : null),
        title: plain(textOf(item, 'title')),
        published: instant(textOf(item, 'pubDate') ?? textOf(item, 'date', DC)),
      };
    }),
  };
}

function jsonFeed(text: string, place: string): PublishedFeed {
  let feed: Record<string, unknown>;
  try {
    feed = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new CommandError(`${place}: this is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  const items = Array.isArray(feed.items) ? (feed.items as Record<string, unknown>[]) : null;
  if (items === null) throw new CommandError(`${place}: this JSON has no "items", so it is no JSON Feed.`);
  const [author] = Array.isArray(feed.authors) ? (feed.authors as { name?: unknown }[]) : [];
  return {
    place,
    format: 'json',
    title: word(feed.title),
    description: word(feed.description),
    language: word(feed.language),
    copyright: null,
    author: word(author?.name),
    site: word(feed.home_page_url),
    self: word(feed.feed_url),
    entries: items.map((item) => ({
      id: word(item.id) ?? (typeof item.id === 'number' ? String(item.id) : null),
      url: word(item.url),
      title: word(item.title),
      published: instant(word(item.date_published)),
    })),
  };
}

/** Titles may be HTML. */
const plain = (text: string | null) =>
  text &&
  decodeHTML(text.replace(/<[^>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();

function instant(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

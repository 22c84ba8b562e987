import type { Article, Author, Correction, Enclosure, Episode, Image } from '../articles/article.ts';
import type { Podcast } from '../config/schema.ts';

/** The formats every feed has, and the file name of each document. */
export const FORMATS = ['rss', 'atom', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export const FILE_NAMES: Record<Format, string> = { rss: 'rss.xml', atom: 'atom.xml', json: 'feed.json' };

export const CONTENT_TYPES: Record<Format, string> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
};

/** Whether an entry carries its whole text, or only its summary, or its summary and a link where the text is too long. */
export type Variant = 'full' | 'excerpt' | 'cut';

/**
 * An article as feeds show it: the file, what the ledger knows of it (id, published, updated) and its rendered body.
 * Instants are ISO 8601 in UTC. The text may hold anything but what XML forbids.
 */
export interface Entry {
  /** The id for life, as the ledger has it; not necessarily an IRI. */
  id: string;
  /** The host in whose name Atom's ids are made: the site's first, for life. */
  host: string;
  url: string;
  title: string;
  published: string;
  updated: string;
  /** Plain text. */
  summary: string;
  /** Sanitized HTML. */
  html: string;
  authors: Author[];
  categories: string[];
  tags: string[];
  image: Image | null;
  lang: string | null;
  enclosures: Enclosure[];
  /** A wide picture for the head of a page. */
  banner?: string;
  /** The page elsewhere that the article is about. */
  external?: string;
  /** Where the article first stood, if that was elsewhere. */
  original?: string;
  /** The address that copies are asked to name as the canonical one. */
  canonical?: string;
  /** On what terms copies may be made. */
  licence?: string;
  episode?: Episode;
  /** What was mended, which the text and the summary say already; the newest first. */
  corrections?: Correction[];
}

/** An article as a page shows it, too. */
export type ArticleEntry = Omit<Entry, 'host'>;

/** What a feed says of itself, in every format. */
export interface FeedHead {
  title: string;
  description: string;
  /** The page that this feed is of, absolute. */
  home: string;
  /** Absolute addresses of the documents; `topics[format]` is the document's own. */
  topics: Topics;
  /** Absolute address of the hub; null for an archive, which nobody is told of. */
  hub: string | null;
  /** Other hubs that are told of every change, absolute. */
  otherHubs?: readonly string[];
  /** Where rssCloud takes registrations; of no use without a hub. */
  cloud?: Cloud;
  lang: string | null;
  author: Author | null;
  image: string | null;
  copyright: string | null;
  /** The newest `updated` of its entries; what an empty feed says is the ledger's to tell. ISO 8601. */
  updated: string;
  /** Permanent id of the Atom feed. */
  id: string;
  /** Where its older entries are; null when it has no older ones, or no archives. */
  archives: ArchiveLinks | null;
  /** What podcast directories want to know; null when the publisher has not said. */
  podcast: Podcast | null;
  /** Whether search engines are asked to leave copies out. */
  noindex?: boolean;
  /** Whether every format says what was taken back, and why; otherwise Atom says that it was. */
  tellsWithdrawals?: boolean;
}

/**
 * Where a process registers to be notified by rssCloud.
 *
 * @see https://www.rssboard.org/rss-specification#ltcloudgtSubelementOfLtchannelgt
 */
export interface Cloud {
  domain: string;
  port: number;
  path: string;
}

/** Addresses of the documents of a feed in each format, absolute. */
export type Topics = Record<Format, string>;

/**
 * How a document is linked with the other documents of its feed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5005#section-4
 */
export interface ArchiveLinks {
  /** Whether this is an archive document itself. */
  archive: boolean;
  /** The feed's own documents, to which one subscribes. */
  current: Topics;
  /** The archive of the entries before; null for the first. */
  previous: Topics | null;
  /** Leads to the archive of the entries after, whichever that is by then; null for what is not an archive. */
  next: Topics | null;
}

/** An entry that was taken back. */
export interface Tombstone {
  id: string;
  host: string;
  /** When; ISO 8601. */
  at: string;
  /** Why, in a word: deleted, draft, expired, withdrawn, killed, …; only partners are told. */
  reason?: string;
}

/**
 * Which articles, as a feed is known in the database: `''`, `category/news`, `tag/bus`, `author/kim`, `lang/ko`,
 * `folder/posts/news`, `/inside-rust`, `partners/portal`.
 */
export interface FeedRef {
  key: string;
  kind: 'site' | 'category' | 'tag' | 'author' | 'lang' | 'folder' | 'defined' | 'partner';
  title: string;
  lang: string | null;
}

/** What of an article decides in which feeds it stands. */
export type Selectable = Pick<Article, 'path' | 'categories' | 'tags' | 'authors' | 'lang' | 'inFeeds'>;

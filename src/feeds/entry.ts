import type { Article, Author, Enclosure, Image } from '../articles/article.ts';

/** The formats every feed has, and the file name of each document. */
export const FORMATS = ['rss', 'atom', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export const FILE_NAMES: Record<Format, string> = { rss: 'rss.xml', atom: 'atom.xml', json: 'feed.json' };

export const CONTENT_TYPES: Record<Format, string> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
};

/** Whether an entry carries its whole text or only its summary. */
export type Variant = 'full' | 'excerpt';

/**
 * An article as feeds show it: the file, what the ledger knows of it (id, published, updated) and its rendered body.
 * Instants are ISO 8601 in UTC. The text may hold anything but what XML forbids.
 */
export interface Entry {
  /** The id for life, as the ledger has it; not necessarily an IRI. */
  id: string;
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
}

/** What a feed says of itself, in every format. */
export interface FeedHead {
  title: string;
  description: string;
  /** The page that this feed is of, absolute. */
  home: string;
  /** Absolute addresses of the documents; `topics[format]` is the document's own. */
  topics: Record<Format, string>;
  /** Absolute address of the hub. */
  hub: string;
  lang: string | null;
  author: Author | null;
  image: string | null;
  copyright: string | null;
  /** The newest `updated` of its entries; what an empty feed says is the ledger's to tell. ISO 8601. */
  updated: string;
  /** Permanent id of the Atom feed. */
  id: string;
}

/** Which articles, as a feed is known in the database: `''`, `category/news`, `tag/bus`, `author/kim`, `lang/ko`, `/inside-rust`. */
export interface FeedRef {
  key: string;
  kind: 'site' | 'category' | 'tag' | 'author' | 'lang' | 'defined';
  title: string;
  lang: string | null;
}

/** What of an article decides in which feeds it stands. */
export type Selectable = Pick<Article, 'path' | 'categories' | 'tags' | 'authors' | 'lang' | 'inFeeds'>;

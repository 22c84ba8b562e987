import type { Config } from '../config/config.ts';
import { FILE_NAMES, type Format } from '../feeds/entry.ts';
import { addresses, folderAddress } from '../feeds/selection.ts';
import { slugOf } from '../feeds/slug.ts';

/** What other generators call a feed, below the site or below a category, tag or author, and what was meant by it. */
const NAMES: Record<string, Format> = {
  'feed.xml': 'atom',
  'feed.atom': 'atom',
  'index.atom': 'atom',
  atom: 'atom',
  'feed/atom': 'atom',
  'feed/feed.xml': 'atom',
  'atom/index.xml': 'atom',
  'index.xml': 'rss',
  'rss2.xml': 'rss',
  'feed.rss': 'rss',
  'index.rss': 'rss',
  rss: 'rss',
  rss2: 'rss',
  'feed/rss': 'rss',
  'feed/rss2': 'rss',
  'feed/index.xml': 'rss',
  'rss/index.xml': 'rss',
  'feed/json': 'json',
  'feed/feed.json': 'json',
  'rss.xml': 'rss',
  'atom.xml': 'atom',
  'feed.json': 'json',
};

/** The same for the site alone. */
const OF_SITE: Record<string, Format> = {
  '/feeds/all.rss.xml': 'rss',
  '/feeds/all.atom.xml': 'atom',
  '/feeds/posts/default': 'atom',
};

/** Other generators' folders, and the kind of feed that ours have there; the empty one is the site. */
const FOLDERS: Record<string, string> = {
  categories: 'category',
  category: 'category',
  tags: 'tag',
  tag: 'tag',
  authors: 'author',
  author: 'author',
  lang: 'lang',
  blog: '',
  posts: '',
};

/** Feeds of a category or tag that are named by their file: jekyll-feed, Pelican, Nikola. */
const BY_FILE: { pattern: RegExp; kind: string; format: Format }[] = [
  { pattern: /^\/feed\/by_tag\/([^/]+)\.xml$/, kind: 'tag', format: 'atom' },
  { pattern: /^\/feed\/([^/]+)\.xml$/, kind: 'category', format: 'atom' },
  { pattern: /^\/feeds\/([^/]+)\.atom\.xml$/, kind: 'category', format: 'atom' },
  { pattern: /^\/feeds\/([^/]+)\.rss\.xml$/, kind: 'category', format: 'rss' },
  { pattern: /^\/categories\/([^/]+)\.xml$/, kind: 'category', format: 'rss' },
  { pattern: /^\/tags\/([^/]+)\.xml$/, kind: 'tag', format: 'rss' },
];

/**
 * The address of ours that may be meant by another generator's, or by one that the publisher named; null when none is.
 * A guess: whether there is such a document is not known here.
 */
export function aliasOf(pathname: string, { aliases }: Pick<Config['feeds'], 'aliases'>): string | null {
  const path = withoutSlash(pathname);
  const named = Object.entries(aliases).find(([alias]) => withoutSlash(canonicalPath(alias)) === path);
  if (named) return canonicalPath(named[1]);
  const ofSite = OF_SITE[path];
  if (ofSite) return addresses('')[ofSite];
  const parts = path.slice(1).split('/');
  for (const length of [2, 1]) {
    const format = NAMES[parts.slice(-length).join('/')];
    const folder = parts.slice(0, -length);
    if (!format || parts.length < length) continue;
    const key = keyOf(folder);
    const address = key === null ? `/${[...folder, FILE_NAMES[format]].join('/')}` : addresses(key)[format];
    return address === pathname ? null : address;
  }
  for (const { pattern, kind, format } of BY_FILE) {
    const name = pattern.exec(path)?.[1];
    if (name !== undefined) return addresses(`${kind}/${slugOf(decoded(name))}`)[format];
  }
  return null;
}

/** The feed that stands at a folder's address, `/tags/Bus/` or `/inside-rust`, as its keys may be. */
export function keysAt(pathname: string): string[] {
  const path = decoded(withoutSlash(pathname)).normalize('NFC');
  if (path === '') return [''];
  const key = keyOf(path.slice(1).split('/'));
  return [...(key === null ? [] : [key]), path.slice(1), path, withoutSlash(pathname)];
}

/** The key of a feed by its folder; null where only a defined feed can be. */
function keyOf(folder: string[]): string | null {
  if (folder.length === 0) return '';
  const [first = '', ...rest] = folder;
  const kind = FOLDERS[first.toLowerCase()];
  if (kind === undefined || rest.length !== (kind === '' ? 0 : 1)) return null;
  return kind === '' ? '' : `${kind}/${slugOf(decoded(rest[0] ?? ''))}`;
}

/** Where a feed that was renamed is now: the address of the same document or page there; null when it was not. */
export function renamedTo(pathname: string, feeds: Pick<Config['feeds'], 'aliases' | 'renamed'>): string | null {
  if (Object.keys(feeds.renamed).length === 0) return null;
  const named = followed(pathname, feeds.renamed);
  if (named !== pathname) return aliasOf(named, feeds) ?? named;
  // By a name that another generator has for it.
  const meant = meantBy(pathname, feeds);
  const renamed = followed(meant, feeds.renamed);
  return renamed === meant ? null : renamed;
}

/** The document, page or `/feed` of ours that a path means by whatever name; the path itself where it means none. */
function meantBy(pathname: string, feeds: Pick<Config['feeds'], 'aliases'>): string {
  const document = aliasOf(pathname, feeds);
  if (document !== null) return document;
  const [, folder = '', rest = '/'] = /^(.*?)(\/feed)?\/?$/.exec(pathname) ?? [];
  const key = keyOf(folder.slice(1).split('/'));
  return key ? folderAddress(key) + rest : pathname;
}

function followed(pathname: string, renamed: Config['feeds']['renamed']): string {
  let path = pathname;
  // As many names as there are, so that a circle ends.
  for (let turn = 0; turn <= Object.keys(renamed).length; turn++) {
    const rule = Object.entries(renamed).find(([from]) => isBelow(path, folderAddress(from)));
    if (!rule) break;
    path = folderAddress(rule[1]) + path.slice(folderAddress(rule[0]).length);
  }
  return path;
}

const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

const withoutSlash = (path: string) => path.replace(/\/+$/, '');

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A path as our addresses are written: NFC, percent-encoded as a URL parser does. */
export function canonicalPath(pathname: string): string {
  try {
    const decoded = decodeURIComponent(pathname).normalize('NFC');
    return new URL(decoded.replace(/[%?#\\]/g, encodeURIComponent), 'http://host').pathname;
  } catch {
    return pathname;
  }
}

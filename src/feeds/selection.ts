import { oneLine } from '../articles/characters.ts';
import type { Config, DefinedFeed, Where } from '../config/schema.ts';
import { type Cloud, type FeedHead, type FeedRef, FILE_NAMES, FORMATS, type Format, type Selectable } from './entry.ts';
import { tagUri } from './identity.ts';
import { slugOf } from './slug.ts';

/** The site's own feed, which has every article. */
const SITE_KEY = '';

/**
 * Every feed in which an article stands, in a fixed order. One feed for all names with the same slug; its title is the
 * first of this article's spellings by code point. An article without a language speaks the site's.
 */
export function feedsOf(article: Selectable, config: Config): FeedRef[] {
  if (!article.inFeeds) return [];
  const lang = article.lang ?? config.site.language;
  return [
    siteFeed(config),
    ...named('category', article.categories),
    ...named('tag', article.tags),
    ...named(
      'author',
      article.authors.map((author) => author.name),
    ),
    ...named('lang', [lang]).map((ref) => ({ ...ref, lang })),
    ...folders(article.path),
    ...config.feeds.defined.filter((feed) => matches(feed.where, article, config.site.language)).map(defined),
  ];
}

/**
 * Every folder in which a file stands. Not the one that is the article itself (`a-storm/index.md`), nor days and months
 * of a calendar (`2024/03/05`), which say what dates say already.
 */
function folders(path: string): FeedRef[] {
  const parts = path.normalize('NFC').split('/');
  const bundle = /^index\.[^.]+$|^index\.[\w-]+\.[^.]+$/i.test(parts.at(-1) ?? '');
  const names = parts.slice(0, bundle ? -2 : -1);
  const date = names.findIndex((name) => /^\d+$/.test(name));
  return (date < 0 ? names : names.slice(0, date)).flatMap((_, at, above) => {
    const folder = above.slice(0, at + 1).join('/');
    const addressable = oneLine(folder) === folder && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(folder);
    return addressable ? [{ key: `folder/${folder}`, kind: 'folder' as const, title: folder, lang: null }] : [];
  });
}

/**
 * Where an article stands in a feed: an order that sorts the newest last. Most feeds go by publication; one that the
 * publisher defined may go by the last significant update.
 */
export function sortIn(feed: FeedRef, config: Config, article: { order: string }, updated: string): string {
  return ruleOf(feed, config)?.order === 'updated' ? `${updated} ${article.order}` : article.order;
}

/** What the configuration says of a feed that the publisher defined. */
export function ruleOf(feed: Pick<FeedRef, 'key' | 'kind'>, config: Config): DefinedFeed | undefined {
  return feed.kind === 'defined' ? config.feeds.defined.find((one) => one.path === feed.key) : undefined;
}

/** The feeds that exist without any article: the site's and those that the publisher defined. */
export function definedFeeds(config: Config): FeedRef[] {
  return [siteFeed(config), ...config.feeds.defined.map(defined)];
}

function siteFeed(config: Config): FeedRef {
  return { key: SITE_KEY, kind: 'site', title: config.site.title, lang: null };
}

/** A feed of one language says so; what speaks several has the site's, and each entry its own. */
function defined({ path, title, where }: DefinedFeed): FeedRef {
  const [lang = null, ...others] = [where.lang ?? []].flat();
  return { key: path, kind: 'defined', title, lang: others.length > 0 ? null : lang };
}

function named(kind: 'category' | 'tag' | 'author' | 'lang', names: string[]): FeedRef[] {
  const refs = new Map<string, FeedRef>();
  for (const title of names.map(oneLine).sort(byCodePoint)) {
    const slug = slugOf(title);
    const key = `${kind}/${slug}`;
    if (slug !== '' && !refs.has(key)) refs.set(key, { key, kind, title, lang: null });
  }
  return [...refs.values()];
}

/** UTF-16 order is code point order but for surrogates, which `Array.sort` would place before U+E000. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

type Selectors = Omit<Where, 'not'>;

/** What of an article filters look at, ready to be compared with many of them. */
export interface Names {
  categories: Set<string>;
  tags: Set<string>;
  authors: Set<string>;
  /** In lower case. */
  lang: string;
  path: string;
}

/** An article's names as filters compare them: by slug. One without a language has the site's. */
export function namesOf(article: Omit<Selectable, 'inFeeds'>, siteLanguage: string): Names {
  return {
    categories: slugsOf(article.categories),
    tags: slugsOf(article.tags),
    authors: slugsOf(article.authors.map((author) => author.name)),
    lang: (article.lang ?? siteLanguage).toLowerCase(),
    path: article.path.normalize('NFC'),
  };
}

/**
 * Whether an article is meant: all the keys of `where` must match, any value of a list is enough, `not` leaves out what
 * matches all of its own keys. Names are compared by slug, so letter case and separators do not matter. A language
 * means its regions too (`en` takes `en-GB`, RFC 4647 section 3.3.1); an article without one has `siteLanguage`. A
 * folder has everything below it; `''` or `.` is the content folder's own files alone.
 */
export function matches(where: Where, article: Omit<Selectable, 'inFeeds'>, siteLanguage = ''): boolean {
  return filterOf(where)(namesOf(article, siteLanguage));
}

/** {@link matches} for many articles: what the filter names is worked out once. */
export function filterOf(where: Where): (names: Names) => boolean {
  const { not, ...wanted } = where;
  const includes = selectorOf(wanted);
  if (not === undefined || Object.values(not).every((value) => value === undefined)) return includes;
  const excludes = selectorOf(not);
  return (names) => includes(names) && !excludes(names);
}

function selectorOf({ category, tag, author, lang, folder }: Selectors): (names: Names) => boolean {
  const categories = wantedSlugs(category);
  const tags = wantedSlugs(tag);
  const authors = wantedSlugs(author);
  const langs = listed(lang)?.map((one) => one.toLowerCase());
  const folders = listed(folder)?.map(folderOf);
  return (names) =>
    (categories?.some((slug) => names.categories.has(slug)) ?? true) &&
    (tags?.some((slug) => names.tags.has(slug)) ?? true) &&
    (authors?.some((slug) => names.authors.has(slug)) ?? true) &&
    (langs?.some((one) => names.lang === one || names.lang.startsWith(`${one}-`)) ?? true) &&
    (folders?.some((one) => isIn(one, names.path)) ?? true);
}

function listed(value: string | string[] | undefined): string[] | undefined {
  return value === undefined ? undefined : [value].flat();
}

function wantedSlugs(value: string | string[] | undefined): string[] | undefined {
  return listed(value)?.map(slugOf);
}

function slugsOf(names: string[]): Set<string> {
  const slugs = new Set(names.map(slugOf));
  slugs.delete('');
  return slugs;
}

function folderOf(value: string): string {
  const parts = value.normalize('NFC').split('/');
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function isIn(folder: string, path: string): boolean {
  return folder === '' ? !path.includes('/') : path.startsWith(`${folder}/`);
}

/** Paths below the server of a feed's three documents, percent-encoded as a URL parser would. */
export function addresses(key: string): Record<Format, string> {
  const folder = folderAddress(key);
  return eachFormat((format) => `${folder}/${FILE_NAMES[format]}`);
}

/** The path below which a feed has its documents, without a slash at the end. */
export function folderAddress(key: string): string {
  // A publisher's own path may be encoded already; a slug never is.
  const path = key === '' || key.startsWith('/') ? key : `/${key.replace(/[%?#\\]/g, encodeURIComponent)}`;
  const { pathname } = new URL(path, 'http://host');
  return pathname === '/' ? '' : pathname;
}

/**
 * What a feed says of itself.
 *
 * @param serverUrl public address of this server, without a slash at the end
 * @param host the site's first, in whose name the feed's id is made
 * @param updated the newest `updated` of its entries, ISO 8601
 */
export function headOf(ref: FeedRef, config: Config, serverUrl: string, host: string, updated: string): FeedHead {
  const { site } = config;
  const paths = addresses(ref.key);
  const [hub, ...otherHubs] = hubsOf(config, serverUrl);
  return {
    // No feed may be without a title.
    title: titleOf(ref, site) || host,
    description: site.description,
    home: `${site.url}/`,
    topics: eachFormat((format) => serverUrl + paths[format]),
    hub: hub ?? null,
    otherHubs,
    ...(config.hub.own && { cloud: cloudOf(serverUrl) }),
    lang: ref.lang ?? site.language,
    author: site.author,
    image: site.image === null ? null : absolute(site.image, site.url),
    copyright: site.copyright,
    updated,
    // The publisher's host and not the server's: a second home, or another port, is the same feed.
    id: tagUri(host, ref.key === SITE_KEY ? 'feed' : `feed/${ref.key}`),
    archives: null,
    podcast: site.podcast && {
      ...site.podcast,
      image: site.podcast.image === null ? null : absolute(site.podcast.image, site.url),
    },
  };
}

/** What a feed calls itself: the publisher's own ones by their names, every other one with the site's. */
export function titleOf({ kind, title }: Pick<FeedRef, 'kind' | 'title'>, site: Pick<Config['site'], 'title'>): string {
  const own = kind === 'site' || kind === 'defined' || kind === 'partner';
  return [title, own ? '' : site.title].filter((part) => oneLine(part) !== '').join(' · ');
}

/** Every hub that is told of changes, this server's own first. */
export function hubsOf({ push, hub }: Pick<Config, 'push' | 'hub'>, serverUrl: string): string[] {
  return [...(hub.own ? [`${serverUrl}/hub`] : []), ...push.hubs];
}

/** Where a process registers by rssCloud, below the server's address. */
export const CLOUD_PATH = '/rsscloud/please-notify';

/** The protocol says http-post for both schemes: those who register know 443 for https. */
function cloudOf(serverUrl: string): Cloud {
  const { protocol, hostname, port, pathname } = new URL(serverUrl);
  const base = pathname.replace(/\/$/, '');
  return {
    domain: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    path: base + CLOUD_PATH,
  };
}

/** One value for each format. */
export function eachFormat<T>(value: (format: Format) => T): Record<Format, T> {
  return Object.fromEntries(FORMATS.map((format) => [format, value(format)])) as Record<Format, T>;
}

function absolute(reference: string, base: string): string | null {
  return URL.parse(reference, `${base}/`)?.href ?? null;
}

import type { Config } from '../config/schema.ts';
import type { Article } from './article.ts';
import type { FileName } from './file-name.ts';
import { hugoPart, plainSlug, prettySlug } from './slug.ts';
import { type LocalTime, localTime } from './time-zone.ts';

/** An article before it has an address. */
export type Unaddressed = Omit<Article, 'url' | 'id'>;

/** What decides an address. */
export interface Place {
  article: Unaddressed;
  file: FileName;
  /** From the front matter. */
  slug: string | null;
  /** From the front matter: a path below the site or an absolute address, also with tokens. */
  permalink: string | null;
  /** Any key of the front matter, for a token that is none of ours. */
  field: (name: string) => string | null;
}

/** Jekyll's names for whole patterns. */
const STYLES = new Map(
  Object.entries({
    date: '/:categories/:year/:month/:day/:title:output_ext',
    pretty: '/:categories/:year/:month/:day/:title/',
    ordinal: '/:categories/:year/:y_day/:title:output_ext',
    weekdate: '/:categories/:year/W:week/:short_day/:title:output_ext',
    none: '/:categories/:title:output_ext',
  }),
);

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Folders that are the generator's own and stand in no address. */
const CONTAINERS = new Set(['_posts', '_drafts', 'content', 'source', 'src', 'docs']);

/** The address is none, or leads out of the site. `message` says what to do. */
export class AddressError extends Error {
  override name = 'AddressError';
}

/**
 * The absolute address of an article: what its front matter says, else what `site.permalink` makes of it, else a page
 * of Tidings' own below `/articles/`.
 *
 * @throws {AddressError}
 * @see https://jekyllrb.com/docs/permalinks/
 * @see https://gohugo.io/configuration/permalinks/
 */
export function articleUrl(place: Place, config: Config): string {
  const { permalink: wanted } = config.site;
  if (place.permalink !== null) return addressOf(filled(place.permalink, place, config), config, true);
  if (typeof wanted === 'function') return addressOf(filled(made(wanted, place), place, config, true), config, true);
  if (wanted !== null) return addressOf(filled(STYLES.get(wanted) ?? wanted, place, config), config, false);
  return `${config.url}/articles/${ownPath(place)}/`;
}

/** First parts of paths below which no article is ever shown, and paths that are something else themselves. */
const TAKEN = {
  below: ['admin', 'api', 'docs', 'partners'],
  exact: ['/', '/feed', '/hub', '/healthz', '/readyz', '/metrics'],
};

/** Whether an address is one at which this server answers with something else. */
export function isTaken(url: string, config: Pick<Config, 'url'>): boolean {
  if (!url.startsWith(`${config.url}/`)) return false;
  const { pathname } = new URL(url.slice(config.url.length), 'http://host');
  return TAKEN.below.includes(pathname.split('/')[1] ?? '') || TAKEN.exact.includes(pathname.replace(/(.)\/$/, '$1'));
}

function made(permalink: (article: Unaddressed) => string, { article }: Place): string {
  let result: unknown;
  try {
    result = permalink(article);
  } catch (error) {
    throw new AddressError(`site.permalink failed for this article: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof result === 'string' && result !== '') return result;
  throw new AddressError(
    'site.permalink gave no address for this article. It must return a path or an absolute address.',
  );
}

/** The file's place without its ending, so that every file has a page of its own. */
function ownPath({ article, file, slug }: Place): string {
  const parts = article.path.normalize('NFC').split('/');
  const name = parts.pop() ?? '';
  const last = slug ?? (file.bundle ? null : name.slice(0, name.length - file.extension.length));
  if (slug !== null && file.bundle) parts.pop();
  return [...parts, ...(last === null ? [] : last.split('/').filter(Boolean))].map(segment).join('/');
}

/**
 * A path with its tokens replaced.
 *
 * @param lenient whether what is no token is a plain colon
 */
function filled(pattern: string, place: Place, config: Config, lenient = false): string {
  if (!pattern.includes(':')) return pattern;
  if (/^[a-z][a-z0-9+.-]*:/i.test(pattern)) return pattern;
  const time = localTime(config.site.timezone, Date.parse(place.article.published));
  return pattern.replace(/:([A-Za-z]\w*)(\[[^\]]*\])?/g, (all, name: string, range?: string) => {
    const value = token(name, range, place, time);
    if (value === null && lenient) return all;
    if (value === null) throw new AddressError(`The address ${pattern} has the token :${name}, which is not known.`);
    return value;
  });
}

function token(name: string, range: string | undefined, place: Place, time: LocalTime): string | null {
  const { article, file, slug } = place;
  switch (name) {
    case 'title':
      return prettySlug(slug ?? file.slug)
        .split('/')
        .map(segment)
        .join('/');
    case 'slug':
      return segment(plainSlug(slug ?? file.slug));
    case 'name':
    case 'basename':
      return segment(prettySlug(file.slug));
    case 'filename':
    case 'contentbasename':
      return segment(hugoPart(file.base));
    case 'slugorfilename':
    case 'slugorcontentbasename':
      return segment(slug ?? hugoPart(file.base));
    case 'post_title':
      return segment(prettySlug(article.title));
    case 'slugified_title':
      return segment(plainSlug(slug ?? article.title));
    case 'urlized_title':
      return segment(slug ?? hugoPart(article.title));
    case 'path':
      return sections(file).map(segment).join('/');
    case 'section':
      return segment(hugoPart(sections(file)[0] ?? ''));
    case 'sections':
      return ranged(sections(file), range)
        .map((part) => segment(hugoPart(part)))
        .join('/');
    case 'category':
      return segment(plainSlug(article.categories[0] ?? ''));
    case 'categories':
      return unique([...above(file), ...article.categories.map((category) => category.toLowerCase())])
        .map(segment)
        .join('/');
    case 'slugified_categories':
      return unique([...above(file), ...article.categories].map(plainSlug))
        .map(segment)
        .join('/');
    case 'lang':
      return segment(article.lang ?? '');
    case 'output_ext':
      return '.html';
    default:
      return timeToken(name, time) ?? fieldToken(name, place);
  }
}

function fieldToken(name: string, place: Place): string | null {
  const text = place.field(name);
  return text === null ? null : segment(text);
}

function timeToken(name: string, time: LocalTime): string | null {
  const date = new Date(Date.UTC(2000, time.month - 1, time.day));
  date.setUTCFullYear(time.year);
  const weekday = date.getUTCDay();
  const week = isoWeek(date);
  switch (name) {
    case 'year':
      return String(time.year).padStart(4, '0');
    case 'short_year':
      return pad(time.year % 100);
    case 'month':
      return pad(time.month);
    case 'i_month':
      return String(time.month);
    case 'monthname':
      return (MONTHS[time.month - 1] ?? '').toLowerCase();
    case 'short_month':
      return (MONTHS[time.month - 1] ?? '').slice(0, 3);
    case 'long_month':
      return MONTHS[time.month - 1] ?? '';
    case 'day':
      return pad(time.day);
    case 'i_day':
      return String(time.day);
    case 'y_day':
      return String(dayOfYear(date)).padStart(3, '0');
    case 'yearday':
      return String(dayOfYear(date));
    case 'w_year':
      return String(week.year);
    case 'week':
      return pad(week.week);
    case 'w_day':
      return String(weekday || 7);
    case 'weekday':
      return String(weekday);
    case 'weekdayname':
      return (DAYS[weekday] ?? '').toLowerCase();
    case 'short_day':
      return (DAYS[weekday] ?? '').slice(0, 3);
    case 'long_day':
      return DAYS[weekday] ?? '';
    case 'hour':
      return pad(time.hour);
    case 'minute':
      return pad(time.minute);
    case 'second':
      return pad(time.second);
    default:
      return null;
  }
}

/** Folders of the file without those of the generator. */
function sections(file: FileName): string[] {
  const first = file.folders.findIndex((folder) => !CONTAINERS.has(folder));
  return first < 0 ? [] : file.folders.slice(first).filter((folder) => folder !== '_posts');
}

/** Folders above `_posts`, which Jekyll takes for categories. */
function above(file: FileName): string[] {
  const posts = file.folders.findIndex((folder) => folder === '_posts' || folder === '_drafts');
  return posts < 0 ? [] : file.folders.slice(0, posts).filter((folder) => !CONTAINERS.has(folder));
}

/** Hugo's `:sections[1]`, `[last]`, `[:2]` and `[1:last]`. */
function ranged(parts: string[], range: string | undefined): string[] {
  if (range === undefined) return parts;
  const [from = '', to] = range.slice(1, -1).split(':');
  const index = (text: string) => (text === 'last' ? parts.length - 1 : Number(text));
  if (to === undefined) return parts.slice(index(from)).slice(0, 1);
  return parts.slice(from === '' ? 0 : index(from), to === '' ? undefined : index(to));
}

/** @param literal whether the text is an address as it stands, and not one made of escaped parts */
function addressOf(text: string, config: Config, literal: boolean): string {
  const { site } = config;
  const trimmed = text.trim().normalize('NFC');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    if ((scheme === 'http' || scheme === 'https') && URL.canParse(trimmed)) return new URL(trimmed).href;
    throw new AddressError(`${JSON.stringify(trimmed)} is no address of a page. Write a path such as /news/title/.`);
  }
  const [path = '', rest = ''] = literal ? splitQuery(trimmed) : [trimmed];
  const parts = path.replaceAll('\\', '/').split('/').filter(Boolean);
  if (parts.some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
    throw new AddressError(`The address ${JSON.stringify(trimmed)} leads out of the site. Write a path without ..`);
  }
  if (/^index\.html?$/.test(parts.at(-1) ?? '')) parts[parts.length - 1] = '';
  const slash = path.endsWith('/') && parts.length > 0 ? '/' : '';
  const joined = parts.map((part) => (literal ? literalSegment(part) : part)).join('/');
  return new URL(`${site.url}/${joined}${slash}${rest}`).href;
}

function splitQuery(text: string): [string, string] {
  const at = text.search(/[?#]/);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

/** Percent signs that begin an escape stay, others are escaped. */
function literalSegment(text: string): string {
  return segment(text).replace(/%25([0-9A-Fa-f]{2})/g, '%$1');
}

/** One part of a path, percent-encoded but for what may stand there (RFC 3986 section 3.3). */
function segment(text: string): string {
  return encodeURIComponent(text.normalize('NFC').toWellFormed()).replace(
    /%(?:24|26|2B|2C|3A|3B|3D|40)/g,
    decodeURIComponent,
  );
}

function unique(values: string[]): string[] {
  return [...new Set(values)].filter(Boolean);
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

function dayOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / 86_400_000) + 1;
}

/** Week and year of ISO 8601. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}

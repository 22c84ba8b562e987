import type { Config } from '../config/schema.ts';
import type { Article, Author, BodyFormat, Problem, Reading } from './article.ts';
import { type AuthorDirectory, authorsOf, authorWithSiblings } from './authors.ts';
import { correctionsOf } from './corrections.ts';
import { dayInstant, isoOf, parseDate } from './dates.ts';
import { decodeText } from './encoding.ts';
import { episodeOf } from './episode.ts';
import { type Found, flagOf, type Lookup, lookup, namesOf, textOf } from './fields.ts';
import { type FileName, languageTag, parseFileName } from './file-name.ts';
import { type Split, splitFrontMatter } from './front-matter.ts';
import { KEYS } from './keys.ts';
import { enclosuresOf, imageOf, withRights } from './media.ts';
import { AddressError, articleUrl, isTaken, type Place, type Unaddressed } from './permalink.ts';
import { wantsExcerpt, wantsFeeds, wantsIndexing, withheldBecause } from './state.ts';
import { plainText } from './text.ts';

/** A source file as it was found. */
export interface ArticleFile {
  /** Below the content folder, separated by `/`. */
  path: string;
  bytes: Uint8Array;
}

/** What a file is read with. */
export interface ReadingContext {
  config: Config;
  /** Epoch milliseconds; decides only what is future, an update too, what is expired, and whose rights have ended. */
  now: number;
  /** Authors that articles name by key. */
  authors?: AuthorDirectory;
}

/**
 * Reads one article file. Never throws: what is wrong is said in the Reading, with line, column and what to do.
 */
export function readArticle(file: ArticleFile, context: ReadingContext): Reading {
  try {
    return read(file, context);
  } catch (error) {
    const message = `The file could not be read: ${error instanceof Error ? error.message : String(error)}.`;
    return { state: 'rejected', problems: [{ code: 'unreadable', message }] };
  }
}

/** What is wrong with a file of so many bytes; it need not be fetched to be told. */
export function tooLarge(bytes: number, config: Config): Problem {
  const limit = config.content.maxBytes;
  const message = `The file has ${bytes} bytes, more than the ${limit} that content.maxBytes allows.`;
  return { code: 'too-large', message };
}

function read({ path, bytes }: ArticleFile, context: ReadingContext): Reading {
  const { config, now } = context;
  if (bytes.length > config.content.maxBytes) return rejected(tooLarge(bytes.length, config));
  const decoded = decodeText(bytes);
  if ('problem' in decoded) return rejected(decoded.problem);
  const split = splitFrontMatter(decoded.text);
  if ('problem' in split) return rejected(split.problem);
  const problems = [...decoded.warnings, ...split.warnings];
  if (decoded.loneReturn !== null && decoded.loneReturn < split.bodyLine) {
    problems.push(loneReturnProblem(decoded.loneReturn, decoded.text));
  }
  const repaired = problems.some(({ code }) => code === 'front-matter-repaired');
  const file = parseFileName(path);
  const ask = lookup(split.fields);
  const dates = datesOf(ask, file, config.site.timezone, decoded.text);
  const withheld = withheldBecause(ask, file);
  const fatal: Problem[] = [];
  // A draft need not have a date yet.
  if ('problem' in dates) fatal.push(dates.problem);
  const { published, expires, warnings, ...said } =
    'problem' in dates ? { published: 0, updated: null, expires: null, warnings: [] } : dates;
  // No document may say that it was changed tomorrow; when the time comes the file is read again.
  const later = said.updated !== null && said.updated > now ? said.updated : null;
  const updated = later === null ? said.updated : null;
  if (later !== null) {
    const message = `Its update is dated ${isoOf(later)}, which has not come yet; until then it counts as not updated.`;
    problems.push({ code: 'updated-future', message, ...lineOf(decoded.text, ask.first(KEYS.updated)) });
  }
  problems.push(...warnings);
  const base = unaddressed(path, split, ask, file, { published, updated, expires }, context.authors ?? {});
  const url = addressFor(base, ask, file, config);
  if (typeof url !== 'string') fatal.push({ ...url, ...lineOf(decoded.text, ask.first(KEYS.permalink)) });
  if (typeof url === 'string' && isTaken(url, config)) {
    const message = `Tidings itself answers at ${url}, so that nobody sees the article there. Give it another permalink, or set site.url to the address of your site.`;
    problems.push({ code: 'url-taken', message, ...lineOf(decoded.text, ask.first(KEYS.permalink)) });
  }
  if (withheld === null && fatal.length > 0) return { state: 'rejected', problems: [...fatal, ...problems] };
  const address = typeof url === 'string' ? url : `${config.site.url}/`;
  const zone = config.site.timezone;
  const { article, ends } = addressed(base, address, { ask, text: decoded.text, zone, now }, problems);
  if (withheld !== null) {
    problems.unshift({ code: 'draft', message: `The article is withheld: ${withheld}` });
    return { state: 'withheld', article, repaired, problems, due: null };
  }
  if (expires !== null && expires <= now) {
    problems.unshift({ code: 'expired', message: `The article expired on ${isoOf(expires)}.` });
    return { state: 'withheld', article, repaired, problems, due: null };
  }
  if (published > now) {
    problems.unshift({ code: 'future', message: `The article will be published on ${isoOf(published)}.` });
    return { state: 'withheld', article, repaired, problems, due: published };
  }
  const changes = [expires, ends, later].filter((at) => at !== null);
  return { state: 'accepted', article, repaired, problems, due: changes.length > 0 ? Math.min(...changes) : null };
}

function loneReturnProblem(line: number, text: string): Problem {
  const message = 'The front matter has a carriage return without a line feed, which was read as the end of the line.';
  return { code: 'front-matter-repaired', message, line, mend: text.split('\n')[line - 1] ?? '' };
}

interface Dates {
  published: number;
  updated: number | null;
  expires: number | null;
}

/** Published: the front matter's date, else the one of the file's name or folders, else the one of its `path`. */
function datesOf(
  ask: Lookup,
  file: FileName,
  zone: string,
  text: string,
): (Dates & { warnings: Problem[] }) | { problem: Problem } {
  const warnings: Problem[] = [];
  const optional = (names: readonly string[]): number | null => {
    const found = ask.all(names).find(({ value }) => flagOf(value) === null);
    if (!found) return null;
    const instant = parseDate(textOf(found.value) ?? '', zone);
    if (instant === null) warnings.push(invalidDate(found, text));
    return instant;
  };
  const updated = optional(KEYS.updated);
  const expires = optional(KEYS.expires);
  const found = ask.all(KEYS.published).find(({ value }) => flagOf(value) === null && !isFileTime(value));
  if (found) {
    const published = parseDate(textOf(found.value) ?? '', zone);
    return published === null ? { problem: invalidDate(found, text) } : { published, updated, expires, warnings };
  }
  const day = file.day ?? parseFileName(`${textOf(ask.first(['path', 'permalink', 'slug'])?.value) ?? ''}.md`).day;
  if (day) {
    const published = dayInstant(day, zone);
    if (published !== null) return { published, updated, expires, warnings };
    const message = `The file's name has a date that no calendar has: ${day.year}-${day.month}-${day.day}.`;
    return { problem: { code: 'date-invalid', message } };
  }
  return {
    problem: {
      code: 'date-missing',
      message:
        'The article has no date. Write one in its front matter, such as date: 2024-03-05 09:00, or in its file name.',
    },
  };
}

/** Eleventy's words for times of the file, which are never used: a copy or a checkout changes them. */
function isFileTime(value: Found['value']): boolean {
  return /^(?:git )?(?:last modified|created)$/i.test(textOf(value) ?? '');
}

function invalidDate(found: Found, text: string): Problem {
  const shown = JSON.stringify((textOf(found.value) ?? '').slice(0, 80));
  return {
    code: 'date-invalid',
    message: `${found.key} is ${shown}, which is no date. Write it like 2024-03-05 or 2024-03-05 09:00 +09:00.`,
    ...lineOf(text, found),
  };
}

const FORMATS = new Map<string, BodyFormat>([
  ['.mdx', 'mdx'],
  ['.html', 'html'],
  ['.htm', 'html'],
  ['.xhtml', 'html'],
]);

/** Everything but the address and what is resolved against it. */
function unaddressed(
  path: string,
  split: Split,
  ask: Lookup,
  file: FileName,
  dates: Dates,
  directory: AuthorDirectory,
): Unaddressed {
  const jekyll = file.folders.includes('_posts') && !file.folders.includes('source') && file.day !== null;
  const published = isoOf(dates.published);
  const summary = plainText(textOf(ask.first(KEYS.summary)?.value) ?? '');
  const lang = textOf(ask.first(KEYS.lang)?.value);
  return {
    path,
    title: titleOf(ask, split, file),
    published,
    updated: dates.updated === null ? null : isoOf(dates.updated),
    expires: dates.expires === null ? null : isoOf(dates.expires),
    summary: summary || null,
    authors: articleAuthors(ask, directory),
    categories: namesOf(ask.all(KEYS.categories), jekyll && ask.first(['categories']) !== null),
    tags: namesOf(ask.all(KEYS.tags), jekyll),
    image: null,
    lang: (lang ? languageTag(lang) : null) ?? file.lang,
    canonical: null,
    aliases: aliasesOf(ask),
    enclosures: [],
    inFeeds: wantsFeeds(ask),
    ...(wantsExcerpt(ask) ? { excerpt: true } : {}),
    ...(wantsIndexing(ask) ? {} : { unindexed: true }),
    order: `${published} ${String(file.number).padStart(15, '0')} ${path.normalize('NFC')}`,
    format: FORMATS.get(file.extension.toLowerCase()) ?? 'markdown',
    body: split.body,
    bodyLine: split.bodyLine,
  };
}

/** The front matter's title, else the body's first heading, else the words of the file's name. */
function titleOf(ask: Lookup, split: Split, file: FileName): string {
  const title = plainText(textOf(ask.first(KEYS.title)?.value) ?? '');
  if (title) return title;
  const heading = /^(?:#[ \t]+(.+?)[ \t]*#*[ \t]*$|<h1[^>]*>([^<]+)<\/h1>)/m.exec(split.body.slice(0, 5000));
  const found = plainText(heading?.[1] ?? heading?.[2] ?? '');
  if (found) return found;
  const words = file.slug.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function articleAuthors(ask: Lookup, directory: AuthorDirectory): Author[] {
  const found = ask.first(KEYS.authors);
  if (!found) return [];
  const url = ask.first(['authorUrl'])?.value;
  const avatar = ask.first(['authorImageUrl', 'authorAvatar'])?.value;
  if ((url || avatar) && typeof found.value === 'string') {
    const author = authorWithSiblings(found.value, url, avatar);
    if (author) return [author];
  }
  return authorsOf(found.value, directory);
}

/** Former addresses; Obsidian's other names of a note are none. */
function aliasesOf(ask: Lookup): string[] {
  const found = ask.all(KEYS.aliases).flatMap(({ value }) => (Array.isArray(value) ? value : [value]));
  return [...new Set(found.map((value) => textOf(value) ?? '').filter((text) => /^\/|^\S*[/.]\S*$/.test(text)))];
}

function addressFor(article: Unaddressed, ask: Lookup, file: FileName, config: Config): string | Problem {
  const place: Place = {
    article,
    file,
    slug: textOf(ask.first(KEYS.slug)?.value),
    permalink: permalinkOf(ask, config),
    field: (name) => textOf(ask.first([name])?.value),
  };
  try {
    return articleUrl(place, config);
  } catch (error) {
    if (error instanceof AddressError) return { code: 'url-invalid', message: error.message };
    throw error;
  }
}

/**
 * What the front matter says of the address. A `url` on another host is what the article is about. A `path` that begins
 * without a slash is Zola's, whose addresses all end with one.
 *
 * @see https://www.getzola.org/documentation/content/page/#front-matter
 */
function permalinkOf(ask: Lookup, config: Config): string | null {
  for (const name of KEYS.permalink) {
    const text = textOf(ask.first([name])?.value);
    if (text === null || flagOf(text) !== null) continue;
    if (name === 'url' && URL.canParse(text) && new URL(text).host !== new URL(config.site.url).host) continue;
    return name === 'path' && /^[^/:]+(?:\/[^/:]+)*$/.test(text) && !/\.html?$/.test(text) ? `${text}/` : text;
  }
  return null;
}

/**
 * The article with its address, and all that is relative to it made absolute.
 *
 * @returns also when the rights in its picture end, if that is to come
 */
function addressed(
  base: Unaddressed,
  url: string,
  { ask, text, zone, now }: { ask: Lookup; text: string; zone: string; now: number },
  problems: Problem[],
): { article: Article; ends: number | null } {
  const { image: named, invalid } = imageOf(ask, url);
  if (invalid) {
    const message = `${invalid.key} is no address of a picture and was left out.`;
    problems.push({ code: 'image-invalid', message, ...lineOf(text, invalid) });
  }
  const { image, ends, ended } = shownImage(named, { ask, text, zone, now }, problems);
  const corrections = correctionsOf(ask, zone);
  const enclosures = enclosuresOf(ask, url);
  const episode = episodeOf(ask, enclosures, url);
  const banner = addressIn(ask, KEYS.banner, url);
  const external = addressIn(ask, KEYS.external, url);
  const article = {
    ...base,
    id: idOf(ask),
    url,
    image,
    canonical: addressIn(ask, KEYS.canonical, url),
    ...(banner !== null && banner !== ended && { banner }),
    ...(external !== null && { external }),
    enclosures,
    ...(episode && { episode }),
    ...(ended !== null && { endedImage: ended }),
    ...(corrections.length > 0 && { corrections }),
  };
  return { article, ends };
}

/** The picture while there are rights in it. Where their end cannot be read nobody can say that there are. */
function shownImage(
  named: Article['image'],
  { ask, text, zone, now }: { ask: Lookup; text: string; zone: string; now: number },
  problems: Problem[],
): { image: Article['image']; ends: number | null; ended: string | null } {
  if (named === null) return { image: null, ends: null, ended: null };
  const { image, ends, invalid } = withRights(named, ask, zone);
  if (invalid) {
    const { message, ...rest } = invalidDate(invalid, text);
    problems.push({ ...rest, message: `${message} The picture is left out until the end of its rights can be read.` });
    return { image: null, ends: null, ended: named.url };
  }
  if (ends === null || ends > now) return { image, ends, ended: null };
  const message = `The rights in the picture ended on ${isoOf(ends)}; it is shown nowhere any more.`;
  problems.push({
    code: 'image-expired',
    message,
    ...lineOf(text, ask.first(KEYS.imageExpires) ?? ask.first(KEYS.image)),
  });
  return { image: null, ends: null, ended: named.url };
}

/** A web address, or a path of the site, made absolute; null where there is none. */
function addressIn(ask: Lookup, names: readonly string[], url: string): string | null {
  const text = textOf(ask.first(names)?.value);
  if (!text || !/^https?:|^\//.test(text) || !URL.canParse(text, url)) return null;
  return new URL(text, url).href;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const IRI = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;

/**
 * An id that the file names for life. `guid` may be any text; `id` and `uuid` count when they are an IRI or a UUID, since
 * an `id` such as `intro` is only Docusaurus' name of a page within its folder.
 */
function idOf(ask: Lookup): string | null {
  for (const name of KEYS.id) {
    const text = textOf(ask.first([name])?.value);
    if (text === null) continue;
    if (UUID.test(text)) return `urn:uuid:${text.toLowerCase()}`;
    if (IRI.test(text) || name === 'guid') return plainText(text);
  }
  return null;
}

/** The line on which a key of the front matter stands. */
function lineOf(text: string, found: Found | null): { line?: number } {
  const key = found?.key.split('.')[0];
  if (!key) return {};
  const lines = text.slice(0, 20_000).split('\n');
  const at = lines.findIndex((line) => {
    const start = line.replace(/^[\s"'.{[]+/, '');
    return start.startsWith(key) && /^["']?\s*[:=\]]/.test(start.slice(key.length));
  });
  return at < 0 ? {} : { line: at + 1 };
}

function rejected(problem: Problem): Reading {
  return { state: 'rejected', problems: [problem] };
}

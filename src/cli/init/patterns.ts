import type { ArticleFile } from '../../articles/read.ts';
import { resolveConfig } from '../../config/config.ts';
import type { Config, ConfigInput } from '../../config/schema.ts';
import type { FeedEntry } from '../feed/entries.ts';

/** Tokens that stand for one part of a path; the first that says what was published is taken for the first guess. */
const TOKENS = [
  ...['year', 'month', 'day', 'i_month', 'i_day', 'short_year', 'short_month', 'y_day', 'week', 'hour', 'minute'],
  ...['title', 'basename', 'slug', 'contentbasename', 'post_title', 'slugified_title', 'urlized_title'],
  ...['category', 'section', 'lang'],
];
/** Those that tell articles apart. */
const TELLING = TOKENS.slice(TOKENS.indexOf('title'), TOKENS.indexOf('category'));
/** Tokens that stand for several parts, or none. */
const SPANS = ['sections', 'categories', 'slugified_categories', 'path'];
/** Patterns that are tried. */
const MOST = 16;

type UrlOf = (file: ArticleFile, config: Config) => string | null;

/** Patterns that make the published address of at least one article, the plainest first. */
export function patternsFor(
  pairs: { entry: FeedEntry; file: ArticleFile }[],
  input: ConfigInput,
  urlOf: UrlOf,
): string[] {
  const found = new Map<string, number>();
  const base = new URL(input.site?.url ?? 'http://localhost').pathname.replace(/\/$/, '');
  for (const { entry, file } of pairs.filter((_, at) => at % 2 === 0)) {
    if (entry.url === null || !URL.canParse(entry.url)) continue;
    const path = new URL(entry.url).pathname;
    if (!path.startsWith(`${base}/`)) continue;
    for (const pattern of patternsOf(path.slice(base.length), valuesOf(file, input, urlOf)))
      found.set(pattern, (found.get(pattern) ?? 0) + 1);
  }
  return [...found]
    .toSorted((a, b) => b[1] - a[1])
    .map(([pattern]) => pattern)
    .slice(0, MOST);
}

/** What each token stands for in an article, as parts of a path. */
function valuesOf(file: ArticleFile, input: ConfigInput, urlOf: UrlOf): Map<string, string> {
  const values = new Map<string, string>();
  for (const token of [...TOKENS, ...SPANS]) {
    const site = { ...input.site, url: 'http://localhost', permalink: `/_/:${token}` };
    const url = urlOf(file, resolveConfig({ ...input, site }, 'http://localhost'));
    // What the front matter itself says needs no pattern.
    if (url?.startsWith('http://localhost/_')) values.set(token, decoded(url.slice('http://localhost/_/'.length)));
  }
  return values;
}

function patternsOf(path: string, values: Map<string, string>): string[] {
  const ending = /\.html?$/.exec(path)?.[0] ?? (path.endsWith('/') && path !== '/' ? '/' : '');
  const parts = path
    .slice(0, path.length - ending.length)
    .split('/')
    .filter(Boolean)
    .map(decoded);
  const results = new Set<string>();
  const walk = (at: number, made: string[], telling: boolean) => {
    if (results.size >= MOST) return;
    if (at === parts.length) {
      if (telling) results.add(`/${made.join('/')}${ending}`);
      return;
    }
    const rest = parts.slice(at).join('/');
    for (const span of SPANS) {
      const value = values.get(span);
      const uses = made.includes(`:${span}`);
      if (value && !uses && rest.startsWith(`${value}/`))
        walk(at + value.split('/').length, [...made, `:${span}`], telling);
    }
    const part = parts[at] ?? '';
    const fitting = TOKENS.filter((token) => values.get(token) === part && !made.includes(`:${token}`));
    // A number may be a month or a day: in the order in which people write them.
    const choices = /^\d+$/.test(part) ? fitting.slice(0, 2) : fitting;
    for (const token of choices) walk(at + 1, [...made, `:${token}`], telling || TELLING.includes(token));
    if (!choices.some((token) => TELLING.includes(token))) walk(at + 1, [...made, part], telling);
  };
  walk(0, [], false);
  return [...results];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

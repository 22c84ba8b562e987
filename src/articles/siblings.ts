import type { Config } from '../config/schema.ts';
import type { Article } from './article.ts';
import { dayInstant, isoOf } from './dates.ts';
import { parseFileName } from './file-name.ts';
import { AddressError, articleUrl } from './permalink.ts';

/** Tokens that only the other file's own text can fill. */
const OWN = /:(?:categories|category|slugified_categories|post_title|hour|minute|second|abbrlink|id|hash)\b/;

/**
 * The address of another article by its file's path (`_posts/2018-01-02-news.md`, `../notes/tea.md`) or name, without
 * reading it: what `site.permalink` makes of the name. Null when the name alone cannot tell it.
 */
export function siblingAddress(article: Article, config: Config, target: string): string | null {
  const [, file = '', fragment = ''] = /^([^#?]*)([\s\S]*)$/.exec(target.trim()) ?? [];
  if (file === '') return null;
  const { permalink } = config.site;
  if (typeof permalink === 'function' || (permalink !== null && OWN.test(permalink))) return null;
  const path = pathOf(article.path, file);
  const name = parseFileName(path);
  const instant = name.day ? dayInstant(name.day, config.site.timezone) : null;
  if (instant === null && permalink !== null && needsDay(permalink)) return null;
  const published = isoOf(instant ?? 0);
  const other = { ...article, path, published, categories: [], tags: [], title: name.slug };
  try {
    const place = { article: other, file: name, slug: null, permalink: null, field: () => null };
    return articleUrl(place, config) + fragment;
  } catch (error) {
    if (error instanceof AddressError) return null;
    throw error;
  }
}

function needsDay(permalink: string): boolean {
  return !permalink.includes(':') || /:(?:\w*year|\w*month\w*|\w*day\w*|week)\b/.test(permalink);
}

/** A path of the content folder. `./` and `../` begin at the article's folder, a bare name of Jekyll's is beside it. */
function pathOf(from: string, target: string): string {
  const named = /\.(?:mdx?|markdown|html?)$/i.test(target) ? target : `${target}.md`;
  const parts = from.split('/').slice(0, -1);
  // `@/` is the content folder in Zola.
  if (/^(?:@?\/|_posts\/)/.test(named)) parts.length = 0;
  for (const part of named.replace(/^@/, '').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

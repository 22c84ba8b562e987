import type { Config } from '../config/schema.ts';
import type { Article } from './article.ts';
import { localTime } from './time-zone.ts';

/**
 * The id of an article that is new. What the file itself names goes before the configuration's way:
 *
 * - `tag`: a tag URI of the site's host, the day of publication in the site's zone, and the path of the address
 * - `permalink`: the address
 * - `jekyll`: what jekyll-feed prints, the site's address with Jekyll's id: the path without its ending or last slash
 * - a function: whatever the publisher makes of it
 *
 * @see https://www.rfc-editor.org/rfc/rfc4151 section 2.1 (tag URIs)
 */
export function makeId(article: Article, config: Config): string {
  if (article.id !== null) return article.id;
  const { ids, site } = config;
  if (typeof ids === 'function') return ids(article);
  if (ids === 'permalink') return article.url;
  const url = new URL(article.url);
  if (ids === 'jekyll') return `${url.origin}${url.pathname.replace(/\/(?:index\.\w+)?$/, '').replace(/\.html?$/, '')}`;
  const { year, month, day } = localTime(site.timezone, Date.parse(article.published));
  const date = [String(year).padStart(4, '0'), pad(month), pad(day)].join('-');
  return `tag:${new URL(site.url).hostname},${date}:${url.pathname}${url.search}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

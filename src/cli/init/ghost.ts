import { basename } from 'node:path';
import { at, type Data, isData, list, word } from './data.ts';
import type { Findings } from './findings.ts';
import { pathOf } from './generator.ts';

/** A file that is made of a post. */
export interface MadeArticle {
  path: string;
  text: string;
}

/** Whether JSON is what Ghost exports: `{ "db": [{ "data": { "posts": […] } }] }`, in older ones without the list. */
export function ghostData(json: unknown): Data | null {
  const data = at(Array.isArray(at(json, 'db')) ? (at(json, 'db') as unknown[])[0] : json, 'data');
  return isData(data) && Array.isArray(data.posts) ? data : null;
}

/**
 * An export of Ghost: its posts become article files, since it has all of them in one. A post keeps the id that Ghost's
 * feed prints, its slug and its dates; pages stay out, and what is not for everybody becomes a draft.
 *
 * @param routes what routes.yaml says, where the publisher has one
 * @see https://ghost.org/docs/migration/ghost/
 */
export function readGhost(file: string, data: Data, routes: Data, findings: Findings): MadeArticle[] {
  const name = basename(file);
  const settings = new Map(rows(data, 'settings').map((row) => [word(row, 'key'), row.value]));
  const setting = (key: string, ...names: string[]) => {
    for (const one of names) findings.take(key, settings.get(one), `${name}: settings.${one}`);
  };
  setting('site.title', 'title');
  setting('site.description', 'description');
  setting('site.language', 'locale', 'lang', 'default_locale');
  setting('site.timezone', 'timezone', 'active_timezone', 'activeTimezone');
  const collections = at(routes, 'collections');
  const [collection] = isData(collections) ? Object.values(collections) : [];
  const pattern = word(collection, 'permalink');
  findings.take('site.permalink', pattern && pathOf(pattern.replace(/\{(\w+)\}/g, ':$1')), 'routes.yaml: permalink');
  findings.take('site.permalink', '/:slug/', `Ghost's default`);
  findings.take('feeds.limit', 15, `Ghost's default`);
  findings.take('feeds.aliases', { '/rss': '/rss.xml' }, `the name of Ghost's feed`);
  findings.note('An export does not name the site: give --url, unless --feed says it.');
  const posts = rows(data, 'posts').filter(
    (post) => word(post, 'type') !== 'page' && word(post, 'page') !== 'true' && word(post, 'page') !== '1',
  );
  const closed = posts.filter((post) => !['public', null].includes(word(post, 'visibility')));
  if (closed.length > 0)
    findings.note(`${closed.length} posts are for members: they became drafts, so that nothing leaks.`);
  const empty = posts.filter((post) => word(post, 'html') === null);
  if (empty.length > 0)
    findings.note(
      `${empty.length} posts have no HTML in the export and were left out: ${empty.map((post) => word(post, 'title')).join(', ')}.`,
    );
  const tags = linked(data, 'tags', 'posts_tags', 'tag_id');
  const authors = linked(data, 'users', 'posts_authors', 'author_id');
  const url = () => String(findings.get('site.url') ?? '');
  return posts
    .filter((post) => word(post, 'html') !== null)
    .map((post) => ({
      path: `${safeName(word(post, 'slug') ?? word(post, 'id') ?? '')}.html`,
      text: article(post, { tags: tags(post), authors: authors(post), url: url(), isClosed: closed.includes(post) }),
    }));
}

function rows(data: Data, table: string): Data[] {
  return list(data, table).filter(isData);
}

/** Rows of another table that belong to a post, in their order. */
function linked(data: Data, table: string, links: string, column: string): (post: Data) => Data[] {
  const byId = new Map(rows(data, table).map((row) => [word(row, 'id'), row]));
  const byPost = Map.groupBy(rows(data, links), (row) => word(row, 'post_id'));
  return (post) =>
    (byPost.get(word(post, 'id')) ?? [])
      .toSorted((a, b) => Number(a.sort_order ?? 0) - Number(b.sort_order ?? 0))
      .flatMap((row): Data[] => [byId.get(word(row, column))].filter((found) => found !== undefined));
}

function article(
  post: Data,
  { tags, authors, url, isClosed }: { tags: Data[]; authors: Data[]; url: string; isClosed: boolean },
): string {
  // Internal ones begin with #.
  const shown = tags.filter((tag) => word(tag, 'visibility') !== 'internal' && !word(tag, 'name')?.startsWith('#'));
  const whole = (text: string | null) => text?.replaceAll('__GHOST_URL__', url) ?? null;
  const names = authors.flatMap((author) => word(author, 'name') ?? []);
  const status = word(post, 'status') ?? 'draft';
  const fields: [string, unknown][] = [
    ['title', word(post, 'title')],
    ['slug', word(post, 'slug')],
    // Ghost's feed prints it as the guid.
    ['guid', word(post, 'id')],
    ['date', instant(word(post, 'published_at'))],
    ['updated', instant(word(post, 'updated_at'))],
    ['authors', names.length > 0 ? names : null],
    ['tags', shown.length > 0 ? shown.map((tag) => word(tag, 'name')) : null],
    ['primary_tag', shown[0] ? word(shown[0], 'slug') : null],
    ['summary', word(post, 'custom_excerpt')],
    ['image', whole(word(post, 'feature_image'))],
    ['draft', isClosed || !['published', 'scheduled', 'sent'].includes(status) ? true : null],
  ];
  // JSON is YAML.
  const lines = fields.filter(([, value]) => value !== null).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n${whole(word(post, 'html'))}\n`;
}

/** Ghost writes UTC, in older exports without saying so, or as milliseconds. */
function instant(text: string | null): string | null {
  if (text === null) return null;
  const ms = /^\d{10,}$/.test(text)
    ? Number(text)
    : Date.parse(/[zZ]|[-+]\d\d:?\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

const safeName = (slug: string) => slug.replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '-').slice(0, 150) || 'post';

import { distance } from 'fastest-levenshtein';
import type { Context } from 'hono';
import type { FeedRef } from '../feeds/entry.ts';
import { listedFeeds } from '../feeds/list.ts';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { aliasOf, canonicalPath } from './aliases.ts';
import { basePath } from './base.ts';
import { goneSentence } from './documents.ts';
import { frameOf, shown } from './frame.ts';
import { redirected } from './headers.ts';
import { negotiated } from './negotiation.ts';
import { lostPage } from './pages/lost.ts';
import { servePage, serveText } from './rendered.ts';

/** Feeds among which the nearest are looked for, and how many of them are named. */
const SOUGHT = 200;
const NAMED = 5;
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** The answer where there is nothing: where it went, that it is gone, or what may have been meant. */
export async function lost(home: Home, c: Context, pathname: string): Promise<Response> {
  const path = canonicalPath(pathname);
  const elsewhere = await articleFormerlyAt(home, path);
  if (elsewhere !== null) return redirected(home.config, elsewhere, 301);
  const words = frameOf(home).words;
  const sentence = `There is nothing at ${path}.`;
  if (await wasWithdrawn(home, path))
    return answer(home, c, 410, words.gone, words.goneArticle, 'This article was withdrawn by its publisher.\n', []);
  if (await hadDocument(home, path))
    return answer(home, c, 410, words.gone, words.goneFeed, goneSentence(home.url), []);
  const near = nearest(path, await listedFeeds(home, SOUGHT));
  const text = [
    `${sentence} The feeds are listed at ${home.url}/`,
    ...near.map((feed) => `Perhaps you meant ${home.url}${addresses(feed.key).rss} (${feed.title})`),
  ];
  return answer(home, c, 404, words.notFound, words.notFoundHint(decodedPath(path)), `${text.join('\n')}\n`, near);
}

function answer(
  home: Home,
  c: Context,
  status: 404 | 410,
  title: string,
  sentence: string,
  text: string,
  near: FeedRef[],
): Promise<Response> {
  const headers = { 'X-Robots-Tag': 'noindex', Vary: 'Accept' };
  if (negotiated(c) !== 'html') return serveText(home, c.req.raw, text, { ...TEXT, ...headers }, status);
  const markup = lostPage({
    site: frameOf(home),
    title,
    sentence,
    feed: { title: home.config.site.title, ...addresses('') },
    feeds: near.map((feed) => shown(feed, home.config.site.language)),
  });
  return servePage(home, c.req.raw, markup, headers, status);
}

/** Where the article is now that had this address once, or names it as its alias; null when there is none. */
async function articleFormerlyAt(home: Home, path: string): Promise<string | null> {
  const spellings = JSON.stringify(spellingsOf(home, path));
  const row = await home.db
    .prepare(
      `SELECT a.url FROM article_aliases AS f JOIN articles AS a ON a.id = f.article
       WHERE f.alias IN (SELECT value FROM json_each(?1))
       UNION ALL SELECT a.url FROM former_urls AS f JOIN articles AS a ON a.id = f.article
       WHERE f.url IN (SELECT value FROM json_each(?1)) LIMIT 1`,
    )
    .bind(spellings)
    .first<{ url: string }>();
  // An article that names its own address as an alias would lead in a circle.
  return row === null || [path, basePath(home) + path].includes(new URL(row.url).pathname) ? null : row.url;
}

async function wasWithdrawn(home: Home, path: string): Promise<boolean> {
  const row = await home.db
    .prepare(
      `SELECT 1 AS one FROM ledger WHERE url IN (SELECT value FROM json_each(?)) AND withdrawn IS NOT NULL LIMIT 1`,
    )
    .bind(JSON.stringify(spellingsOf(home, path)))
    .first();
  return row !== null;
}

/** Whether a document stood at a path, or a feed whose page or `/feed` it was. */
async function hadDocument(home: Home, path: string): Promise<boolean> {
  const document = `${path.replace(/(?:\/feed)?\/*$/, '')}/rss.xml`;
  const addresses = [path, document].flatMap((one) => [one, aliasOf(one, home.config.feeds) ?? one]);
  const row = await home.db
    .prepare(
      `SELECT 1 AS one FROM former_documents WHERE address IN (SELECT value FROM json_each(?1))
       UNION ALL SELECT 1 FROM documents WHERE address IN (SELECT value FROM json_each(?1)) AND gone = 1 LIMIT 1`,
    )
    .bind(JSON.stringify(addresses))
    .first();
  return row !== null;
}

/** How an address may be written: as a path or whole, with a slash at its end or without, encoded or not. */
function spellingsOf(home: Home, path: string): string[] {
  const bare = path.replace(/(?:\/index\.html?)?\/*$/, '');
  const paths = [...new Set([path, bare, `${bare}/`, `${bare}.html`, `${bare}/index.html`])].filter(
    (one) => one !== '',
  );
  const written = paths.flatMap((one) => [one, decodedPath(one)]);
  const { url } = home.config.site;
  const base = basePath(home);
  return [
    ...new Set(
      written.flatMap((one) => [one, one.slice(1), base + one, home.url + one, url + one]).filter((one) => one !== ''),
    ),
  ];
}

/** The feeds whose addresses are most like a path. */
function nearest(path: string, feeds: FeedRef[]): FeedRef[] {
  const wanted = decodedPath(path).toLowerCase();
  return feeds
    .map((feed) => {
      const near = Object.values(addresses(feed.key)).map((address) => distance(wanted, decodedPath(address)));
      return { feed, far: Math.min(distance(wanted, `/${feed.key}/`), ...near) };
    })
    .filter(({ far }) => far <= Math.max(3, wanted.length / 2))
    .sort((a, b) => a.far - b.far)
    .slice(0, NAMED)
    .map(({ feed }) => feed);
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

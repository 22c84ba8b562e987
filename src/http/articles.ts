import type { ArticleData } from '../articles/article.ts';
import { readableFeeds } from '../feeds/list.ts';
import { addresses, feedsOf } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { canonicalPath } from './aliases.ts';
import { frameOf, pageOf } from './frame.ts';
import { articlePage } from './pages/article.ts';
import { type Content, pageHeaders, serveKept } from './rendered.ts';

/** Feeds that an article's page names, beside the site's. */
const KINDS = new Set(['category', 'tag']);

/** The page of the article whose address is on this server: that of a site which has no pages of its own. */
export async function articleAt(home: Home, request: Request, pathname: string): Promise<Response | null> {
  return serveKept(home, request, `article ${pathname}`, () => contentAt(home, pathname));
}

async function contentAt(home: Home, pathname: string): Promise<Content | null> {
  const own = canonicalPath(pathname);
  const row = await home.db
    .prepare('SELECT id, updated, body_hash, data FROM articles WHERE url IN (?, ?, ?) LIMIT 1')
    .bind(home.url + pathname, home.url + own, `${home.url}${own}/`)
    .first<{ id: string; updated: string; body_hash: string; data: string }>();
  if (!row) return null;
  const { bodiesOf, entryOf } = await import('../feeds/rendering.ts');
  const data = JSON.parse(row.data) as ArticleData;
  const entry = entryOf(home, row, (await bodiesOf(home, [row])).get(row.body_hash) ?? '');
  const { site } = home.config;
  const refs = feedsOf(data, home.config).filter((ref) => KINDS.has(ref.kind));
  // A tag with one article may have none.
  const readable = new Set(
    (
      await readableFeeds(
        home,
        refs.map(({ key }) => key),
      )
    ).map(({ key }) => key),
  );
  const text = articlePage({
    site: frameOf(home),
    entry,
    canonical: data.canonical ?? entry.url,
    unindexed: data.unindexed ?? false,
    feeds: [
      { title: site.title, ...addresses('') },
      ...refs
        .filter((ref) => ref.kind === 'category' && readable.has(ref.key))
        .map((ref) => ({ title: ref.title, ...addresses(ref.key) })),
    ],
    sections: refs.map((ref) => ({ title: ref.title, page: readable.has(ref.key) ? pageOf(ref.key) : null })),
  });
  const link = `<${entry.url}>; rel="canonical"`;
  return { text, headers: pageHeaders({ Link: link, ...(data.unindexed && { 'X-Robots-Tag': 'noindex' }) }) };
}

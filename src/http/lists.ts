import { type Context, Hono } from 'hono';
import type { ArticleData } from '../articles/article.ts';
import { listedFeeds } from '../feeds/list.ts';
import { NEWS_LIMIT, NEWS_WINDOW_MS, renderNewsSitemap } from '../feeds/news-sitemap.ts';
import { renderOpml } from '../feeds/opml.ts';
import { addresses, titleOf } from '../feeds/selection.ts';
import { renderSitemapIndex, renderSitemapShard, SHARD_SIZE } from '../feeds/sitemap.ts';
import type { Home } from '../home.ts';
import { basePath } from './base.ts';
import { pageOf } from './frame.ts';
import { type Content, serveKept, serveText } from './rendered.ts';

const OPML = {
  'Content-Type': 'text/x-opml; charset=utf-8',
  'Content-Disposition': 'inline; filename="feeds.opml"',
};
const XML = { 'Content-Type': 'application/xml; charset=utf-8' };

/** Articles whose files do not ask to be left out. */
const INDEXED = "data ->> 'unindexed' IS NULL";

/** What lists the rest: OPML for readers, sitemaps and robots.txt for search engines. */
export function listRoutes(home: Home): Hono {
  const app = new Hono();
  const { site } = home.config;

  /** A list that changes with what is published alone. */
  const kept = (path: string, make: (c: Context) => Promise<Content | null>, also: () => string = () => '') =>
    app.get(
      path,
      async (c) =>
        (await serveKept(home, c.req.raw, `list ${new URL(c.req.url).pathname} ${also()}`, () => make(c))) ??
        c.notFound(),
    );

  kept('/feeds.opml', async () => {
    const feeds = await listedFeeds(home, -1);
    const text = renderOpml(
      { title: site.title, updated: await newestUpdate(home) },
      feeds.map((feed) => ({
        title: titleOf(feed, site),
        lang: feed.lang ?? site.language,
        xmlUrl: home.url + addresses(feed.key).rss,
        htmlUrl: feed.key === '' ? new URL(`${site.url}/`).href : home.url + pageOf(feed.key),
      })),
    );
    return { text, headers: OPML };
  });

  kept('/sitemap.xml', async () => {
    const months = await home.db
      .prepare(
        `SELECT substr(published, 1, 7) AS month, COUNT(*) AS n, MAX(updated) AS updated FROM articles
         WHERE ${INDEXED} GROUP BY substr(published, 1, 7) ORDER BY 1`,
      )
      .all<{ month: string; n: number; updated: string }>();
    const shards = months.flatMap(({ month, n, updated }) =>
      Array.from({ length: Math.ceil(n / SHARD_SIZE) }, (_, at) => ({
        url: `${home.url}/sitemap-${month}${at === 0 ? '' : `-${at + 1}`}.xml`,
        lastmod: updated,
      })),
    );
    return { text: renderSitemapIndex(shards), headers: XML };
  });

  // An article stays in the shard of its month, whatever is added elsewhere.
  kept('/:shard{sitemap-[0-9]{4}-[0-9]{2}(?:-[0-9]+)?\\.xml}', async (c) => {
    const [, year = '', month = '', part = '1'] = /(\d{4})-(\d{2})(?:-(\d+))?/.exec(c.req.path) ?? [];
    const pages = await home.db
      .prepare(
        `SELECT url, updated AS lastmod FROM articles WHERE substr(published, 1, 7) = ? AND ${INDEXED}
         ORDER BY sort LIMIT ? OFFSET ?`,
      )
      .bind(`${year}-${month}`, SHARD_SIZE, (Number(part) - 1) * SHARD_SIZE)
      .all<{ url: string; lastmod: string }>();
    return pages.length === 0 ? null : { text: renderSitemapShard(pages), headers: XML };
  });

  // It loses what is two days old by the clock; a minute later is early enough.
  kept(
    '/news-sitemap.xml',
    async () => {
      const since = new Date(home.now() - NEWS_WINDOW_MS).toISOString();
      const rows = await home.db
        .prepare(`SELECT url, published, data FROM articles WHERE sort >= ? AND ${INDEXED} ORDER BY sort DESC LIMIT ?`)
        .bind(since, NEWS_LIMIT)
        .all<{ url: string; published: string; data: string }>();
      const news = rows.map(({ url, published, data }) => {
        const { title, lang } = JSON.parse(data) as ArticleData;
        return { url, published, title, lang };
      });
      return { text: renderNewsSitemap({ name: site.title, lang: site.language }, news), headers: XML };
    },
    () => String(Math.floor(home.now() / 60_000)),
  );

  const robots = [
    'User-agent: *',
    `Disallow: ${basePath(home)}/admin`,
    `Disallow: ${basePath(home)}/api/`,
    '',
    `Sitemap: ${home.url}/sitemap.xml`,
    `Sitemap: ${home.url}/news-sitemap.xml`,
  ];
  app.get('/robots.txt', (c) =>
    serveText(home, c.req.raw, `${robots.join('\n')}\n`, { 'Content-Type': 'text/plain; charset=utf-8' }),
  );
  return app;
}

async function newestUpdate(home: Home): Promise<string> {
  const row = await home.db
    .prepare("SELECT MAX(last_modified) AS at FROM documents WHERE feed = ''")
    .first<{ at: string | null }>();
  return row?.at ?? new Date(0).toISOString();
}

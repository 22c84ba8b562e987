import { type Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import type { ArticleData } from '../articles/intake.ts';
import type { Format } from '../feeds/entry.ts';
import { listedFeeds } from '../feeds/list.ts';
import { NEWS_LIMIT, NEWS_WINDOW_MS, renderNewsSitemap } from '../feeds/news-sitemap.ts';
import { renderOpml } from '../feeds/opml.ts';
import { bodiesOf, entryOf } from '../feeds/publish.ts';
import { addresses } from '../feeds/selection.ts';
import { renderSitemapIndex, renderSitemapShard, SHARD_SIZE } from '../feeds/sitemap.ts';
import type { Home } from '../home.ts';
import { readDocument } from '../storage/documents.ts';
import { answerDocument } from './documents.ts';
import { articlePage } from './pages/article.ts';
import { PAGE_HEADERS, STYLE } from './pages/layout.ts';
import { sitePage } from './pages/site.ts';

/** Feeds shown on the page; OPML has them all. */
const SHOWN_FEEDS = 500;
const XML = { 'Content-Type': 'application/xml; charset=utf-8', 'Access-Control-Allow-Origin': '*' };

/** What readers and people ask for: feeds, the lists of them, pages. */
export function siteRoutes(home: Home): Hono {
  const app = new Hono();
  const { site } = home.config;

  app.get('/', async (c) => {
    const feeds = await listedFeeds(home, SHOWN_FEEDS);
    const newest = await home.db
      .prepare('SELECT url, published, data FROM articles ORDER BY sort DESC LIMIT 10')
      .all<{ url: string; published: string; data: string }>();
    const markup = sitePage({
      title: site.title,
      description: site.description,
      lang: site.language,
      zone: site.timezone,
      hub: `${home.url}/hub`,
      feeds: feeds.map((feed) => ({ ...feed, ...addresses(feed.key) })),
      newest: newest.map(({ url, published, data }) => {
        const { title, lang } = JSON.parse(data) as ArticleData;
        return { url, published, title, lang };
      }),
    });
    return c.html(markup, 200, {
      ...PAGE_HEADERS,
      Link: `<${home.url}/hub>; rel="hub", <${home.url}/atom.xml>; rel="self"`,
    });
  });

  app.get('/style.css', (c) =>
    c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'max-age=3600' }),
  );

  app.get('/feed', async (c) => {
    c.header('Vary', 'Accept');
    const wanted = negotiated(c);
    if (wanted === 'html') return c.redirect('/', 302);
    return (await documentAt(home, c, addresses('')[wanted], { Vary: 'Accept' })) ?? c.notFound();
  });

  app.get('/feeds.opml', async (c) => {
    const feeds = await listedFeeds(home, -1);
    const opml = renderOpml(
      { title: site.title, updated: await newestUpdate(home) },
      feeds.map(({ key, title, lang }) => ({
        title,
        lang: lang ?? site.language,
        xmlUrl: home.url + addresses(key).rss,
        htmlUrl: `${site.url}/`,
      })),
    );
    return c.body(opml, 200, { ...XML, 'Content-Type': 'text/x-opml; charset=utf-8' });
  });

  app.get('/sitemap.xml', async (c) => {
    const counted = await home.db
      .prepare('SELECT COUNT(*) AS n, MAX(updated) AS updated FROM articles')
      .first<{ n: number; updated: string | null }>();
    const shards = Math.max(1, Math.ceil((counted?.n ?? 0) / SHARD_SIZE));
    const list = Array.from({ length: shards }, (_, at) => ({
      url: `${home.url}/sitemap-${at + 1}.xml`,
      lastmod: counted?.updated ?? null,
    }));
    return c.body(renderSitemapIndex(list), 200, XML);
  });

  app.get('/:shard{sitemap-[1-9][0-9]*\\.xml}', async (c) => {
    const shard = Number(c.req.param('shard').replace(/\D/g, ''));
    const pages = await home.db
      .prepare('SELECT url, updated AS lastmod FROM articles ORDER BY sort LIMIT ? OFFSET ?')
      .bind(SHARD_SIZE, (shard - 1) * SHARD_SIZE)
      .all<{ url: string; lastmod: string }>();
    if (pages.length === 0 && shard > 1) return c.notFound();
    return c.body(renderSitemapShard(pages), 200, XML);
  });

  app.get('/news-sitemap.xml', async (c) => {
    const since = new Date(home.now() - NEWS_WINDOW_MS).toISOString();
    const rows = await home.db
      .prepare('SELECT url, published, data FROM articles WHERE sort >= ? ORDER BY sort DESC LIMIT ?')
      .bind(since, NEWS_LIMIT)
      .all<{ url: string; published: string; data: string }>();
    const news = rows.map(({ url, published, data }) => {
      const { title, lang } = JSON.parse(data) as ArticleData;
      return { url, published, title, lang };
    });
    return c.body(renderNewsSitemap({ name: site.title, lang: site.language }, news), 200, XML);
  });

  app.get('/robots.txt', (c) =>
    c.text(
      `User-agent: *\nDisallow: /admin\nDisallow: /api/\n\nSitemap: ${home.url}/sitemap.xml\nSitemap: ${home.url}/news-sitemap.xml\n`,
    ),
  );

  app.on(['GET', 'HEAD'], '/*', async (c) => {
    const { pathname } = new URL(c.req.url);
    return (await documentAt(home, c, pathname)) ?? (await articleAt(home, c, pathname)) ?? c.notFound();
  });
  return app;
}

/** The page of the article whose address is on this server: that of a site which has no pages of its own. */
async function articleAt(home: Home, c: Context, pathname: string): Promise<Response | null> {
  const { site } = home.config;
  const row = await home.db
    .prepare('SELECT id, updated, body_hash, data FROM articles WHERE url IN (?, ?)')
    .bind(home.url + pathname, home.url + canonical(pathname))
    .first<{ id: string; updated: string; body_hash: string; data: string }>();
  if (!row) return null;
  const body = (await bodiesOf(home, [row])).get(row.body_hash) ?? '';
  const entry = entryOf(home, row, body);
  return c.html(articlePage(entry, { title: site.title, lang: site.language, zone: site.timezone }), 200, PAGE_HEADERS);
}

/** The document at a path, also where its percent-encoding or Unicode form is another than ours. */
async function documentAt(
  home: Home,
  c: Context,
  pathname: string,
  headers: Record<string, string> = {},
): Promise<Response | null> {
  if (!/\/(?:rss\.xml|atom\.xml|feed\.json)$/.test(pathname)) return null;
  const document = (await readDocument(home, pathname)) ?? (await readDocument(home, canonical(pathname)));
  if (!document) return null;
  const answer = answerDocument(document, c.req.raw, home.url);
  for (const [name, value] of Object.entries(headers)) answer.headers.append(name, value);
  return answer;
}

function canonical(pathname: string): string {
  try {
    const decoded = decodeURIComponent(pathname).normalize('NFC');
    return new URL(decoded.replace(/[%?#\\]/g, encodeURIComponent), 'http://host').pathname;
  } catch {
    return pathname;
  }
}

/** RSS where the client has no wish of its own. */
function negotiated(c: Context): Format | 'html' {
  const types = {
    'application/rss+xml': 'rss',
    'application/atom+xml': 'atom',
    'application/feed+json': 'json',
    'application/json': 'json',
    'text/html': 'html',
  } as const;
  const chosen = accepts(c, { header: 'Accept', supports: Object.keys(types), default: 'application/rss+xml' });
  return types[chosen as keyof typeof types];
}

async function newestUpdate(home: Home): Promise<string> {
  const row = await home.db
    .prepare("SELECT MAX(last_modified) AS at FROM documents WHERE feed = ''")
    .first<{ at: string | null }>();
  return row?.at ?? new Date(0).toISOString();
}

import { type Context, Hono } from 'hono';
import type { FeedRef } from '../feeds/entry.ts';
import { listedFeeds, readableFeeds } from '../feeds/list.ts';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { isPartnerAddress } from '../partners/addresses.ts';
import { aliasOf, canonicalPath, keysAt, renamedTo } from './aliases.ts';
import { archiveAt } from './archives.ts';
import { articleAt } from './articles.ts';
import { type AnswerFor, documentAnswers, serveDocument } from './documents.ts';
import { frameOf, shown } from './frame.ts';
import { discoveryLinks, redirected } from './headers.ts';
import { lost } from './lost.ts';
import { negotiated } from './negotiation.ts';
import { feedPage } from './pages/feed.ts';
import { ICON, SCRIPT, styleIn } from './pages/layout.ts';
import type { ShownEntry } from './pages/parts.ts';
import { sitePage } from './pages/site.ts';
import { type Content, pageHeaders, serveKept, serveText } from './rendered.ts';

/** Feeds shown on the page; OPML has them all. */
const SHOWN_FEEDS = 500;
/** Entries shown on a page. */
const SHOWN_ENTRIES = { site: 10, feed: 30 };

/** What readers and people ask for: documents at their own and at other addresses, the pages of feeds and articles. */
export function feedRoutes(home: Home): Hono {
  const app = new Hono();
  const answerFor = documentAnswers(home);
  app.get('/', async (c) => (await serveKept(home, c.req.raw, 'site', () => siteContent(home))) ?? lost(home, c, '/'));

  const asset = (path: string, text: string, type: string) =>
    app.get(path, (c) => serveText(home, c.req.raw, text, { 'Content-Type': type }));
  asset('/style.css', styleIn(home.config.site.color), 'text/css; charset=utf-8');
  asset('/copy.js', SCRIPT, 'text/javascript; charset=utf-8');
  asset('/icon.svg', ICON, 'image/svg+xml');

  app.get('/*', async (c) => {
    const { pathname } = new URL(c.req.url);
    const own = canonicalPath(pathname);
    if (isPartnerAddress(own)) {
      const { partnerFeedAt } = await import('./partner-feeds.ts');
      return partnerFeedAt(home, answerFor, c, own);
    }
    const moved = renamedTo(own, home.config.feeds);
    if (moved !== null) return redirected(home.config, home.url + moved, 301);
    return (
      (await documentAt(home, answerFor, c, pathname)) ??
      (await archiveAt(home, answerFor, c, own)) ??
      (await feedByAccept(home, answerFor, c, pathname)) ??
      (await articleAt(home, c.req.raw, pathname)) ??
      (await feedPageAt(home, c.req.raw, pathname)) ??
      (await lost(home, c, pathname))
    );
  });
  return app;
}

async function siteContent(home: Home): Promise<Content> {
  const { site } = home.config;
  const feeds = await listedFeeds(home, SHOWN_FEEDS);
  const text = sitePage({
    site: frameOf(home),
    description: site.description,
    feeds: feeds.map((feed) => shown(feed, site.language)),
    newest: await entriesOf(home, '', SHOWN_ENTRIES.site),
  });
  return { text, headers: pageHeaders({ Link: discoveryLinks(home.config, '/atom.xml') }) };
}

/** The document at a path: its own, also where its percent-encoding or Unicode form is another; else an alias of it. */
async function documentAt(home: Home, answerFor: AnswerFor, c: Context, pathname: string): Promise<Response | null> {
  const own = canonicalPath(pathname);
  const meant = aliasOf(own, home.config.feeds);
  const candidates = /\.(?:xml|json)$/.test(pathname) ? [pathname, own, meant] : [meant];
  for (const address of new Set(candidates)) {
    const response = address === null ? null : await serveDocument(home, answerFor, c.req.raw, address);
    if (response) return response;
  }
  return null;
}

/** `/feed` of the site or of a feed: the document that Accept asks for, in a browser the page. */
async function feedByAccept(home: Home, answerFor: AnswerFor, c: Context, pathname: string): Promise<Response | null> {
  const folder = /^(.*)\/feed\/?$/.exec(pathname)?.[1];
  if (folder === undefined) return null;
  const feed = await feedAt(home, folder);
  if (!feed) return null;
  const wanted = negotiated(c);
  if (wanted === 'html') return serveFeedPage(home, c.req.raw, feed, { Vary: 'Accept' });
  return serveDocument(home, answerFor, c.req.raw, addresses(feed.key)[wanted], { vary: 'Accept' });
}

async function feedPageAt(home: Home, request: Request, pathname: string): Promise<Response | null> {
  const feed = await feedAt(home, pathname);
  return feed && serveFeedPage(home, request, feed);
}

async function serveFeedPage(
  home: Home,
  request: Request,
  feed: FeedRef,
  headers: Record<string, string> = {},
): Promise<Response | null> {
  // What chooses between the page and a document is a part of the answer.
  const key = `feed ${feed.key}${headers.Vary ? ' by Accept' : ''}`;
  return serveKept(home, request, key, async () => {
    const text = feedPage({
      site: frameOf(home),
      feed: shown(feed, home.config.site.language),
      description: home.config.site.description,
      entries: await entriesOf(home, feed.key, SHOWN_ENTRIES.feed),
    });
    const { atom } = addresses(feed.key);
    const link = discoveryLinks(home.config, atom);
    return { text, headers: pageHeaders({ ...headers, Link: link }) };
  });
}

/** The feed whose folder a path is; null when there is none with documents and articles. */
async function feedAt(home: Home, pathname: string): Promise<FeedRef | null> {
  return (await readableFeeds(home, keysAt(pathname)))[0] ?? null;
}

/** The newest entries of a feed, as its fragments tell them. */
async function entriesOf(home: Home, feed: string, limit: number): Promise<ShownEntry[]> {
  const rows = await home.db
    .prepare(
      `SELECT a.url, a.published, a.data ->> 'title' AS title, a.data ->> 'lang' AS lang, a.data -> 'authors' AS authors,
              (SELECT f.text ->> 'summary' FROM fragments AS f
               WHERE f.article = a.id AND f.format = 'json' AND f.variant IN ('full', 'excerpt', 'cut') LIMIT 1) AS summary
       FROM memberships AS m JOIN articles AS a ON a.id = m.article WHERE m.feed = ? ORDER BY m.sort DESC LIMIT ?`,
    )
    .bind(feed, limit)
    .all<{
      url: string;
      published: string;
      title: string;
      lang: string | null;
      authors: string;
      summary: string | null;
    }>();
  return rows.map((row) => ({
    ...row,
    summary: row.summary ?? '',
    authors: (JSON.parse(row.authors) as { name: string }[]).map((author) => author.name),
  }));
}

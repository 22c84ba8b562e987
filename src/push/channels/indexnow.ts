import type { IndexNow } from '../../config/schema.ts';
import type { Home } from '../../home.ts';
import { OutboundError, type Statement } from '../../storage/ports.ts';
import { forRows } from '../../storage/rows.ts';
import { inTurn } from '../turns.ts';
import type { Announcer, Notice, Outcome } from './channel.ts';
import { post } from './post.ts';

/** Milliseconds that a page has to answer whether it is there; pages that are asked at a time, and for one request. */
const PAGE_MS = 10_000;
const PAGES_AT_ONCE = 4;
const ASKED = 200;

/** An address that search engines are to be told of. */
interface Page {
  notice: Notice;
  url: string;
  isLive: boolean;
  /** It was the article's address once. */
  isFormer?: true;
}

/**
 * Tells search engines which pages are new, changed or gone, by IndexNow: all of one host in a request, and none before
 * its own site shows it as it is told.
 *
 * @see https://www.indexnow.org/documentation
 */
export const indexnow: Announcer = {
  about: 'articles',
  // The protocol allows 10,000; with long addresses these are what fits into one statement.
  atMost: 2_000,
  receivers: ({ config }) =>
    config.push.indexNow ? [{ ...config.push.indexNow, url: config.push.indexNow.endpoint }] : [],

  async announce(
    home: Home,
    { key, receiver }: { key: string; receiver: IndexNow & { url: string } },
    notices: Notice[],
    timeoutMs: number,
  ): Promise<Outcome> {
    // Former addresses first: with another host they have a request of their own, and their article the next one.
    const pages = [...(await formerPages(home, key, notices)), ...(await pagesOf(home, key, notices))];
    const isOwn = ({ url }: Page) => url.startsWith(`${home.url}/`);
    const elsewhere = pages.filter((page) => !isOwn(page));
    const asked = elsewhere.slice(0, ASKED);
    // Pages of this server are what the database says.
    const shown = pages.filter(isOwn);
    await inTurn(asked, PAGES_AT_ONCE, async (page) => {
      if (await isAsTold(home, page)) shown.push(page);
    });
    // A request is of one host; the pages of others have the next one.
    const host = shown[0] && new URL(shown[0].url).host;
    const ready = shown.filter(({ url }) => new URL(url).host === host);
    // A former address that still shows a page is left to the next change of its article.
    const later = asked.filter((page) => !page.isFormer && !shown.includes(page)).map(({ notice }) => notice);
    const unsent = [...shown.filter((page) => !ready.includes(page)), ...elsewhere.slice(ASKED)];
    const rest = [...new Set(unsent.map(({ notice }) => notice))].filter((notice) => !later.includes(notice));
    if (host === undefined) return { attempt: null, later, rest };
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const body = JSON.stringify({
      host,
      key: receiver.key,
      keyLocation: keyLocation(home, host, receiver.key),
      urlList: [...new Set(ready.map(({ url }) => url))],
    });
    const { attempt } = await post(home, { url: receiver.endpoint, headers, body }, timeoutMs);
    const facts = attempt.outcome === 'delivered' ? submitted(home, key, ready, attempt.status ?? 200) : [];
    return { attempt, later, rest, facts };
  },
};

/** The path at which this server has the key, below its address. */
export function keyPath(key: string): string {
  return `/${key}.txt`;
}

/** Where the key of a host is: this server has it for itself, another site at its root or below its address. */
function keyLocation(home: Home, host: string, key: string): string {
  const base = [home.url, home.config.site.url].find((url) => new URL(url).host === host) ?? `https://${host}`;
  return base + keyPath(key);
}

/** What is not to be indexed is told of only where search engines know its address already. */
async function pagesOf(home: Home, key: string, notices: Notice[]): Promise<Page[]> {
  const rows = await home.db
    .prepare(
      `SELECT l.id, coalesce(a.url, l.url) AS url, a.id IS NOT NULL AS live
       FROM ledger l LEFT JOIN articles a ON a.id = l.id LEFT JOIN former_articles f ON f.id = l.id
       WHERE l.id IN (SELECT value FROM json_each(?1)) AND (coalesce(a.data, f.data) ->> 'unindexed' IS NULL
         OR EXISTS (SELECT 1 FROM submissions AS s WHERE s.receiver = ?2 AND s.url = coalesce(a.url, l.url)))`,
    )
    .bind(JSON.stringify(notices.map(({ subject }) => subject)), key)
    .all<{ id: string; url: string; live: number }>();
  const known = new Map(rows.map((row) => [row.id, row]));
  return notices.flatMap((notice) => {
    const row = known.get(notice.subject);
    return row ? [{ notice, url: new URL(row.url).href, isLive: row.live === 1 }] : [];
  });
}

/** Addresses that search engines were told of and at which the articles are no more. */
async function formerPages(home: Home, key: string, notices: Notice[]): Promise<Page[]> {
  const rows = await home.db
    .prepare(
      `SELECT DISTINCT f.article, f.url FROM json_each(?1) AS j CROSS JOIN former_urls AS f ON f.article = j.value
         CROSS JOIN submissions AS s ON s.receiver = ?2 AND s.url = f.url
       WHERE s.type <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM articles AS a WHERE a.url = f.url)`,
    )
    .bind(JSON.stringify(notices.map(({ subject }) => subject)), key)
    .all<{ article: string; url: string }>();
  return rows.flatMap(({ article, url }) => {
    const notice = notices.find(({ subject }) => subject === article);
    return notice ? [{ notice, url: new URL(url).href, isLive: false, isFormer: true }] : [];
  });
}

/** Whether the page is there, or no longer there, as it is told. */
async function isAsTold(home: Home, { url, isLive }: Page): Promise<boolean> {
  try {
    const { status } = await home.request({ url, method: 'HEAD', timeoutMs: PAGE_MS });
    return isLive ? status >= 200 && status < 300 : status >= 300 && status < 500 && status !== 429;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return false;
  }
}

/** Statements that remember what was submitted. */
function submitted(home: Home, key: string, pages: Page[], status: number): Statement[] {
  return forRows(
    home.db,
    `INSERT INTO submissions (receiver, url, article, type, at, status)
     SELECT ?2, value ->> 'url', value ->> 'article', value ->> 'type', ?3, ?4 FROM json_each(?1) WHERE true
     ON CONFLICT (receiver, url) DO UPDATE SET article = excluded.article, type = excluded.type, at = excluded.at,
       status = excluded.status`,
    pages.map(({ notice, url, isLive }) => ({
      url,
      article: notice.subject,
      type: isLive ? (notice.type === 'withdrawn' ? 'updated' : notice.type) : 'withdrawn',
    })),
    key,
    home.now(),
    status,
  );
}

import { Hono } from 'hono';
import * as v from 'valibot';
import type { ArticleData } from '../articles/published.ts';
import { listedFeeds } from '../feeds/list.ts';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { listReceivers } from '../push/channels/receivers.ts';
import { republish } from '../republish.ts';
import { PathRefused, pathProblem } from '../storage/paths.ts';
import { findRun, listRuns, requestRun } from '../storage/runs.ts';
import { requireAdmin } from './auth.ts';
import { deliveryRoutes } from './deliveries.ts';
import { problem } from './problem.ts';
import { subscriberRoutes } from './subscribers.ts';

/** How long POST /api/runs waits for the run before it answers with its address. */
const RUN_WAIT_MS = 25_000;
const POLL_MS = 25;
const PAGE = 1000;

const runSchema = v.strictObject({
  paths: v.optional(v.array(v.string())),
  acceptWithdrawals: v.optional(v.boolean()),
});

/** The interface for programs. */
export function apiRoutes(home: Home): Hono {
  const app = new Hono();
  app.use('*', requireAdmin(home));

  app.post('/runs', async (c) => {
    const text = await c.req.text();
    const parsed = v.safeParse(runSchema, text.trim() === '' ? {} : parseJson(text));
    if (!parsed.success)
      return problem(c, 400, 'Bad Request', 'The body is empty or {"paths"?: [path, …], "acceptWithdrawals"?: true}.');
    const { paths, acceptWithdrawals = false } = parsed.output;
    const wanted = { trigger: 'api' as const, acceptWithdrawals, ...(paths ? { paths } : {}) };
    const id = await requestRun(home, wanted);
    if (id === null) throw new Error('a run without a tick is always new');
    home.waitUntil(republish(home));
    const until = Date.now() + RUN_WAIT_MS;
    while (Date.now() < until) {
      const run = await findRun(home, id);
      if (run?.state === 'done') return c.json(run.report);
      if (run?.state === 'failed') return c.json(run.report, run.report.held ? 200 : 500);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return c.json({ id, href: `${home.url}/api/runs/${id}` }, 202, { Location: `${home.url}/api/runs/${id}` });
  });

  app.get('/receivers', async (c) => c.json({ receivers: await listReceivers(home) }));

  app.get('/runs', async (c) => {
    const runs = await listRuns(home, Math.min(Number(c.req.query('limit')) || 50, PAGE));
    return c.json({ runs: runs.map((run) => ({ ...run.report, state: run.state, tick: run.tick })) });
  });

  app.get('/runs/:id', async (c) => {
    const run = await findRun(home, c.req.param('id'));
    if (!run) return problem(c, 404, 'Not Found', 'There is no such run; GET /api/runs lists them.');
    return c.json({ ...run.report, state: run.state, tick: run.tick });
  });

  app.get('/articles', async (c) => {
    const rows = await home.db
      .prepare(
        `SELECT f.path, f.hash, f.state, f.repaired, f.problems, a.id, a.updated, a.data
         FROM files AS f LEFT JOIN articles AS a ON a.id = f.article AND a.path = f.path
         WHERE f.path > ? AND f.missing_since IS NULL ORDER BY f.path LIMIT ?`,
      )
      .bind(c.req.query('after') ?? '', PAGE)
      .all<FileRow & { [column: string]: string | number | null }>();
    const files = rows.map(({ path, hash, state, repaired, problems, ...article }) => ({
      path,
      hash,
      state,
      repaired: repaired === 1,
      problems: JSON.parse(problems) as unknown,
      article: published(article),
    }));
    return c.json({ files, next: rows.length === PAGE ? rows.at(-1)?.path : null });
  });

  app.on(['GET', 'HEAD'], '/articles/*', async (c) => {
    const path = pathOf(c.req.url);
    const got = path === null ? null : await home.source.get(path);
    if (!got) return problem(c, 404, 'Not Found', 'There is no such file; GET /api/articles lists them.');
    return c.body(got.bytes as Uint8Array<ArrayBuffer>, 200, {
      'Content-Type': 'application/octet-stream',
      ETag: `"${home.sha256(got.bytes)}"`,
      'Cache-Control': 'no-store',
    });
  });

  app.put('/articles/*', async (c) => {
    const path = pathOf(c.req.url);
    if (path === null) return problem(c, 400, 'Bad Request', 'The path must lie below the content folder.');
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    if (bytes.byteLength > home.config.content.maxBytes)
      return problem(c, 413, 'Content Too Large', `An article may have ${home.config.content.maxBytes} bytes.`);
    const before = await home.source.get(path);
    const refused = precondition(c.req.raw.headers, before && home.sha256(before.bytes));
    if (refused) return problem(c, 412, 'Precondition Failed', refused);
    try {
      await home.source.put(path, bytes);
    } catch (error) {
      if (error instanceof PathRefused) return problem(c, 400, 'Bad Request', error.message);
      throw error;
    }
    if (c.req.query('run') !== 'later') await told(path);
    return c.body(null, before ? 204 : 201, { ETag: `"${home.sha256(bytes)}"` });
  });

  app.delete('/articles/*', async (c) => {
    const path = pathOf(c.req.url);
    const before = path === null ? null : await home.source.get(path);
    if (path === null || !before) return problem(c, 404, 'Not Found', 'There is no such file.');
    const refused = precondition(c.req.raw.headers, home.sha256(before.bytes));
    if (refused) return problem(c, 412, 'Precondition Failed', refused);
    await home.source.delete(path);
    if (c.req.query('run') !== 'later') await told(path);
    return c.body(null, 204);
  });

  /** A change that was told is taken in without a listing. With `?run=later` the caller asks for one run after many. */
  async function told(path: string): Promise<void> {
    await requestRun(home, { trigger: 'upload', paths: [path] });
    home.waitUntil(republish(home));
  }

  app.get('/feeds', async (c) => {
    const feeds = await listedFeeds(home, -1);
    return c.json({
      feeds: feeds.map((feed) => {
        const { rss, atom, json } = addresses(feed.key);
        return { ...feed, rss: home.url + rss, atom: home.url + atom, json: home.url + json };
      }),
    });
  });

  app.route('/subscribers', subscriberRoutes(home));
  app.route('/deliveries', deliveryRoutes(home));

  app.all('*', (c) => problem(c, 404, 'Not Found', 'There is no such address below /api.'));
  return app;
}

interface FileRow {
  path: string;
  hash: string | null;
  state: string;
  repaired: number;
  problems: string;
  /** Null where no article of the file is published. */
  id: string | null;
  updated: string | null;
  data: string | null;
}

/** The article that is published of a file, in the shape of `tidings articles check`. */
function published({ id, updated, data }: Pick<FileRow, 'id' | 'updated' | 'data'>) {
  if (id === null || data === null) return null;
  const article = JSON.parse(data) as ArticleData;
  const { url, title, published: at, summary, authors, categories, tags, lang } = article;
  const image = article.image?.url ?? null;
  return { id, url, title, published: at, updated, summary, authors, categories, tags, image, lang };
}

/** The file's path in an address, decoded; null when it cannot be one. */
function pathOf(url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url).pathname.slice('/api/articles/'.length));
    return pathProblem(path) ? null : path;
  } catch {
    return null;
  }
}

/** Why If-Match or If-None-Match forbids a change (RFC 9110 section 13.1); null when it does not. */
function precondition(headers: Headers, hash: string | null): string | null {
  const match = headers.get('if-match');
  if (match !== null) {
    const given = match.split(',').map((tag) => tag.trim());
    if (hash === null || !(given.includes('*') || given.includes(`"${hash}"`)))
      return 'The file is not the one that If-Match names; get it again.';
  }
  if (headers.get('if-none-match')?.trim() === '*' && hash !== null) return 'There is such a file already.';
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { Hono } from 'hono';
import * as v from 'valibot';
import type { ArticleData } from '../articles/published.ts';
import { listedFeeds } from '../feeds/list.ts';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { listReceivers } from '../push/channels/receivers.ts';
import { findRun, listRuns, requestRun } from '../storage/runs.ts';
import { articleFileRoutes } from './article-files.ts';
import { requireAdmin } from './auth.ts';
import { deliveryRoutes } from './deliveries.ts';
import { problem } from './problem.ts';
import { retractionRoutes } from './retractions.ts';
import { runToEnd, stillRunning } from './runs.ts';
import { subscriberRoutes } from './subscribers.ts';

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
    const run = await runToEnd(home, id);
    if (!run) return stillRunning(home, c, id);
    return c.json(run.report, run.state === 'done' || run.report.held ? 200 : 500);
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

  app.route('/articles', articleFileRoutes(home));

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
  app.route('/', retractionRoutes(home));

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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { historyOf } from '../articles/history.ts';
import {
  AlreadyKilled,
  findArticle,
  listRetractions,
  type RetractionKind,
  restore,
  retract,
} from '../articles/retractions.ts';
import type { Home } from '../home.ts';
import { problem } from './problem.ts';
import { runToEnd, stillRunning } from './runs.ts';

const PAGE = 1_000;

const article = v.pipe(v.string(), v.trim(), v.minLength(1));
const retractionSchema = v.strictObject({
  article,
  reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1_000)),
});
const restorationSchema = v.strictObject({ article });

/**
 * Taking articles back by command: `/api/withdrawals`, `/api/kills`, `/api/restorations`, and `/api/ledger`, which says
 * what is known of one. An article is named by its id, its file or its address.
 */
export function retractionRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/ledger', async (c) => {
    const id = await findArticle(home, c.req.query('article') ?? '');
    const history = id === null ? null : await historyOf(home, id);
    return history ? c.json(history) : unknownArticle(c);
  });

  app.get('/withdrawals', async (c) => {
    return c.json({ withdrawals: await listRetractions(home, Math.min(Number(c.req.query('limit')) || 100, PAGE)) });
  });

  const takeBack = (path: string, kind: RetractionKind) =>
    app.post(path, async (c) => {
      const parsed = v.safeParse(retractionSchema, await c.req.json().catch(() => null));
      if (!parsed.success)
        return problem(c, 400, 'Bad Request', 'The body is {"article": ID, PATH or URL, "reason": TEXT}.');
      const id = await findArticle(home, parsed.output.article);
      if (id === null) return unknownArticle(c);
      try {
        return await afterRun(home, c, id, await retract(home, id, kind, parsed.output.reason));
      } catch (error) {
        if (error instanceof AlreadyKilled) return problem(c, 409, 'Conflict', error.message);
        throw error;
      }
    });
  takeBack('/withdrawals', 'withdraw');
  takeBack('/kills', 'kill');

  app.post('/restorations', async (c) => {
    const parsed = v.safeParse(restorationSchema, await c.req.json().catch(() => null));
    if (!parsed.success) return problem(c, 400, 'Bad Request', 'The body is {"article": ID, PATH or URL}.');
    const id = await findArticle(home, parsed.output.article);
    if (id === null) return unknownArticle(c);
    const run = await restore(home, id);
    if (run === null)
      return problem(c, 409, 'Conflict', 'This article was not taken back by command; its file decides over it.');
    return afterRun(home, c, id, run);
  });
  return app;
}

function unknownArticle(c: Context): Response {
  const detail = 'The ledger has no such article; give its id, its file or its address: tidings articles list';
  return problem(c, 404, 'Not Found', detail);
}

/** What has become of the article when its documents are made. */
async function afterRun(home: Home, c: Context, id: string, run: string): Promise<Response> {
  const ended = await runToEnd(home, run);
  if (!ended) return stillRunning(home, c, run, { article: id });
  if (ended.state === 'failed') {
    const why = ended.report.error ?? ended.report.held?.message ?? 'the log says why';
    return problem(c, 500, 'The run failed', `It is decided and will be done by the next run: ${why}`);
  }
  return c.json(await historyOf(home, id));
}

import type { Context } from 'hono';
import * as v from 'valibot';
import type { Home } from '../home.ts';
import { type ArticleHistory, historyOf } from '../ledger/history.ts';
import {
  AlreadyKilled,
  findArticle,
  listRetractions,
  type RetractionKind,
  restore,
  retract,
} from '../ledger/retractions.ts';
import { problemSchema } from './article-files.ts';
import { type Answer, type Operations, operations, wholeNumber } from './operations.ts';
import { problem } from './problem.ts';
import { going, runToEnd, stillRunning } from './runs.ts';

const PAGE = 1_000;
const USUAL = 100;

const instant = v.string();
const article = v.pipe(v.string(), v.trim(), v.minLength(1, 'must name an article by its id, its file or its address'));
const wanted = v.strictObject({
  article,
  reason: v.pipe(v.string(), v.trim(), v.minLength(1, 'must say why'), v.maxLength(1_000)),
});

const retraction = v.object({ kind: v.picklist(['withdraw', 'kill']), reason: v.string(), at: instant });

/** What is known of one article. */
const history = v.object({
  id: v.string(),
  path: v.string(),
  url: v.string(),
  title: v.string(),
  state: v.picklist(['published', 'withdrawn']),
  published: instant,
  updated: instant,
  firstSeen: instant,
  withdrawn: v.nullable(v.object({ at: instant, reason: v.nullable(v.string()) })),
  retraction: v.nullable(retraction),
  corrections: v.array(v.looseObject({})),
  image: v.nullable(v.object({ url: v.string(), expires: v.nullable(instant) })),
  feeds: v.array(v.string()),
  events: v.array(v.object({ seq: v.number(), type: v.string(), at: instant, because: v.array(v.string()) })),
  problems: v.array(problemSchema),
  significant: v.looseObject({}),
});

const unknown: Answer = { says: 'The ledger has no such article' };
const answers: Record<number, Answer> = {
  200: { says: 'What has become of the article, once its documents are made', schema: history },
  202: { says: 'The run goes on after 25 seconds: its address', schema: going },
  404: unknown,
};

/**
 * Taking articles back by command: `/api/withdrawals`, `/api/kills`, `/api/restorations`, and `/api/ledger`, which says
 * what is known of one. An article is named by its id, its file or its address.
 */
export function retractionOperations(home: Home): Operations {
  const api = operations();

  api.on(
    {
      method: 'get',
      path: '/ledger',
      summary: 'What is known of one article',
      query: v.strictObject({ article }),
      answers: {
        200: { says: 'What is published of it, and what the ledger remembers', schema: history },
        404: unknown,
      },
    },
    async (c, { query }) => {
      const id = await findArticle(home, query.article);
      const found: ArticleHistory | null = id === null ? null : await historyOf(home, id);
      return found ? c.json(found) : unknownArticle(c);
    },
  );

  api.on(
    {
      method: 'get',
      path: '/withdrawals',
      summary: 'Articles that were taken back by command, the last first',
      query: v.strictObject({ limit: v.optional(wholeNumber(PAGE)) }),
      answers: {
        200: {
          says: 'Those that still are',
          schema: v.object({
            withdrawals: v.array(
              v.object({ ...retraction.entries, article: v.string(), title: v.string(), url: v.string() }),
            ),
          }),
        },
      },
    },
    async (c, { query: { limit = USUAL } }) => c.json({ withdrawals: await listRetractions(home, limit) }),
  );

  const takeBack = (path: string, kind: RetractionKind, summary: string) =>
    api.on(
      {
        method: 'post',
        path,
        summary,
        body: wanted,
        answers: { ...answers, 409: { says: 'It was killed, which a withdrawal does not undo' } },
      },
      async (c, { body }) => {
        const id = await findArticle(home, body.article);
        if (id === null) return unknownArticle(c);
        try {
          return await afterRun(home, c, id, await retract(home, id, kind, body.reason));
        } catch (error) {
          if (error instanceof AlreadyKilled) return problem(c, 409, 'Conflict', error.message);
          throw error;
        }
      },
    );
  takeBack('/withdrawals', 'withdraw', 'Takes an article back though its file is there');
  takeBack('/kills', 'kill', 'Takes an article back from everybody, at once and until each has acknowledged it');

  api.on(
    {
      method: 'post',
      path: '/restorations',
      summary: 'Publishes an article again that was taken back by command',
      body: v.strictObject({ article }),
      answers: { ...answers, 409: { says: 'It was not taken back by command' } },
    },
    async (c, { body }) => {
      const id = await findArticle(home, body.article);
      if (id === null) return unknownArticle(c);
      const run = await restore(home, id);
      if (run === null)
        return problem(c, 409, 'Conflict', 'This article was not taken back by command; its file decides over it.');
      return afterRun(home, c, id, run);
    },
  );
  return api;
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

import type { Context } from 'hono';
import * as v from 'valibot';
import type { Home } from '../home.ts';
import { republish } from '../republish.ts';
import { findRun, listRuns, type Run, type RunReport, requestRun } from '../storage/runs.ts';
import { type Operations, operations, wholeNumber } from './operations.ts';
import { problem } from './problem.ts';

/** How long an answer waits for the run that was asked for. */
const RUN_WAIT_MS = 25_000;
const POLL_MS = 25;
const PAGE = 1000;
const USUAL = 50;

const wanted = v.optional(
  v.strictObject({ paths: v.optional(v.array(v.string())), acceptWithdrawals: v.optional(v.boolean()) }),
  {},
);

/** Where the report of a run that goes on will be. */
export const going = v.object({ id: v.string(), href: v.string() });

const count = v.number();

/** A run's report. */
const report = v.object({
  id: v.string(),
  trigger: v.picklist(['start', 'schedule', 'missed', 'watch', 'due', 'api', 'cli', 'upload', 'event', 'push']),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  ms: count,
  articles: v.object({
    seen: count,
    added: count,
    changed: count,
    removed: count,
    accepted: count,
    withheld: count,
    rejected: count,
  }),
  documents: v.object({ written: count }),
  events: v.object({ published: count, updated: count, withdrawn: count }),
  held: v.nullable(
    v.object({
      reason: v.string(),
      message: v.string(),
      withdrawals: count,
      articles: v.array(v.object({ path: v.string(), title: v.string(), reason: v.string() })),
    }),
  ),
  error: v.nullable(v.string()),
}) satisfies v.GenericSchema<RunReport>;

/** A report with how the run stands. */
const run = v.object({
  ...report.entries,
  state: v.picklist(['queued', 'running', 'done', 'failed']),
  /** Epoch milliseconds of the cron line's instant. */
  tick: v.nullable(v.number()),
  /** Where a run that goes on stands; null before its first step and after its end. */
  progress: v.nullable(
    v.object({
      phase: v.picklist(['scan', 'withdraw', 'publish', 'compress']),
      /** The last path that was looked at, or the last feed that was made. */
      after: v.nullable(v.string()),
    }),
  ),
});

const viewOf = ({ report, state, tick, progress }: Run): v.InferOutput<typeof run> => ({
  ...report,
  state,
  tick,
  progress: state === 'running' && progress ? { phase: progress.phase, after: progress.after } : null,
});

/** `/api/runs`: regenerations. */
export function runOperations(home: Home): Operations {
  const api = operations();

  api.on(
    {
      method: 'post',
      path: '/',
      summary: 'Starts a regeneration and waits for its report',
      details:
        'Without a body the whole folder is looked at; `paths` names the files that changed. `acceptWithdrawals` lets a held run go.',
      body: wanted,
      answers: {
        200: { says: 'The report, once all is committed', schema: report },
        202: {
          says: 'It goes on after 25 seconds: its address',
          schema: v.object({ id: v.string(), href: v.string() }),
        },
        500: { says: 'The report of a run that failed', schema: report },
      },
    },
    async (c, { body: { paths, acceptWithdrawals = false } }) => {
      const id = await requestRun(home, { trigger: 'api', acceptWithdrawals, ...(paths ? { paths } : {}) });
      if (id === null) throw new Error('a run without a tick is always new');
      const ended = await runToEnd(home, id);
      if (!ended) return stillRunning(home, c, id);
      return c.json(ended.report, ended.state === 'done' || ended.report.held ? 200 : 500);
    },
  );

  api.on(
    {
      method: 'get',
      path: '/',
      summary: 'Regenerations, the newest first',
      query: v.strictObject({ limit: v.optional(wholeNumber(PAGE)) }),
      answers: { 200: { says: 'Their reports', schema: v.object({ runs: v.array(run) }) } },
    },
    async (c, { query: { limit = USUAL } }) => {
      const runs = await listRuns(home, limit);
      return c.json({ runs: runs.map(viewOf) });
    },
  );

  api.on(
    {
      method: 'get',
      path: '/:id',
      summary: 'One regeneration',
      params: v.object({ id: v.string() }),
      answers: { 200: { says: 'Its report', schema: run }, 404: { says: 'There is no such run' } },
    },
    async (c, { params: { id } }) => {
      const found = await findRun(home, id);
      if (!found) return problem(c, 404, 'Not Found', 'There is no such run; GET /api/runs lists them.');
      return c.json(viewOf(found));
    },
  );

  return api;
}

/** Starts the run that was asked for and waits for its end. Null when that takes longer than anybody waits. */
export async function runToEnd(home: Home, id: string): Promise<Run | null> {
  home.waitUntil(republish(home));
  const until = Date.now() + RUN_WAIT_MS;
  while (Date.now() < until) {
    const found = await findRun(home, id);
    if (found?.state === 'done' || found?.state === 'failed') {
      // Who is told that it is done fetches nothing older.
      if (found.report.documents.written > 0) await home.freshness.settle(`/api/runs/${id}`, 1);
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

/** The answer where a run takes longer: its address, and what is known beside it. */
export function stillRunning(home: Home, c: Context, id: string, more: object = {}): Response {
  const href = `${home.url}/api/runs/${id}`;
  return c.json({ id, href, ...more }, 202, { Location: href });
}

import type { Context } from 'hono';
import * as v from 'valibot';
import type { Home } from '../home.ts';
import { findArticle } from '../ledger/retractions.ts';
import { type ArticleProof, proofOf } from '../partners/proof.ts';
import { type PushState, type PushView, pushState } from '../partners/pushes.ts';
import { partnerRecord, type RecordLine, recordCsv } from '../partners/record.ts';
import { type Replayed, replay } from '../partners/replay.ts';
import { type Operations, operations, wholeNumber } from './operations.ts';
import { problem } from './problem.ts';

const PAGE = 10_000;
const USUAL = 100;

const instant = v.string();
/** An instant or a day, as a query gives it. */
const moment = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'must be an instant such as 2026-11-03T09:00:00Z, or a day'),
  v.transform((text) => Date.parse(text)),
);
const params = v.object({ id: v.string() });
const named = v.pipe(v.string(), v.trim(), v.minLength(1, 'must name an article by its id, its file or its address'));
const flag = v.picklist(['', '0', '1', 'true', 'false']);

const push = v.object({
  id: v.string(),
  type: v.string(),
  article: v.string(),
  version: v.nullable(v.string()),
  at: instant,
  attempts: v.number(),
  lastAt: instant,
  status: v.nullable(v.number()),
  error: v.nullable(v.string()),
  takenAt: v.nullable(instant),
}) satisfies v.GenericSchema<PushView>;

const state = v.object({
  receiver: v.nullable(
    v.object({
      origin: v.string(),
      failures: v.number(),
      status: v.nullable(v.number()),
      error: v.nullable(v.string()),
      failingSince: v.nullable(instant),
      suspendedAt: v.nullable(instant),
      nextAt: v.nullable(instant),
      scheduleSeconds: v.array(v.number()),
    }),
  ),
  waiting: v.array(
    v.object({ article: v.string(), type: v.string(), at: instant, dueAt: instant, attempts: v.number() }),
  ),
  pushes: v.array(push),
}) satisfies v.GenericSchema<PushState>;

const versions = v.record(v.string(), v.number());
const proof = v.object({
  partner: v.string(),
  article: v.string(),
  title: v.string(),
  current: v.nullable(instant),
  has: v.boolean(),
  versions: v.array(
    v.object({
      version: instant,
      offered: v.array(v.object({ at: instant, from: versions, until: v.nullable(versions) })),
      fetched: v.array(
        v.object({
          format: v.string(),
          documentVersion: v.number(),
          agent: v.string(),
          firstAt: instant,
          lastAt: instant,
          times: v.number(),
        }),
      ),
      pushed: v.array(push),
      acknowledgedAt: v.nullable(instant),
    }),
  ),
  withdrawal: v.nullable(
    v.object({
      type: v.picklist(['withdrawn', 'killed']),
      reason: v.nullable(v.string()),
      at: instant,
      settledAt: v.nullable(instant),
      settledBy: v.nullable(v.string()),
      pushed: v.array(push),
      acknowledgedAt: v.nullable(instant),
    }),
  ),
}) satisfies v.GenericSchema<ArticleProof>;

const kinds = ['offered', 'fetched', 'pushed', 'acknowledged', 'withdrawn'] as const;
const line = v.object({
  at: instant,
  kind: v.picklist(kinds),
  article: v.nullable(v.string()),
  version: v.nullable(v.string()),
  documents: v.nullable(v.string()),
  detail: v.nullable(v.string()),
  outcome: v.nullable(v.string()),
}) satisfies v.GenericSchema<RecordLine>;

/** One of the three. */
const HOW = 'must be {"event": ID}, {"article": ID, PATH or URL} or {"since": TIME, "until"?: TIME}';
const wanted = v.pipe(
  v.strictObject(
    {
      event: v.optional(v.string()),
      article: v.optional(named),
      since: v.optional(moment),
      until: v.optional(moment),
    },
    HOW,
  ),
  v.check(
    ({ event, article, since, until }) =>
      [event, article, since].filter((given) => given !== undefined).length === 1 &&
      (until === undefined || since !== undefined),
    HOW,
  ),
);

const unknown = { says: 'There is no such partner, or no such article' };

/** `/api/partners/ID/…`: what a partner was offered, fetched, was sent and acknowledged, and sending it again. */
export function partnerRecordOperations(home: Home): Operations {
  const api = operations();
  const isPartner = async (id: string) =>
    (await home.db.prepare('SELECT 1 AS one FROM partners WHERE id = ?').bind(id).first()) !== null;

  api.on(
    {
      method: 'get',
      path: '/:id/pushes',
      summary: "How a partner's webhook stands, what waits for it and what it was sent, the newest first",
      params,
      query: v.strictObject({
        article: v.optional(named),
        failed: v.optional(flag),
        before: v.optional(moment),
        limit: v.optional(wholeNumber(PAGE)),
      }),
      answers: { 200: { says: 'Open events are one for each article at most', schema: state }, 404: unknown },
    },
    async (c, { params: { id }, query: { article, failed, before, limit = USUAL } }) => {
      if (!(await isPartner(id))) return unknownPartner(c, id);
      const meant = article === undefined ? undefined : await findArticle(home, article);
      if (meant === null) return unknownArticle(c);
      return c.json(
        await pushState(home, id, {
          ...(meant !== undefined && { article: meant }),
          ...(before !== undefined && { before: new Date(before).toISOString() }),
          failed: failed !== undefined && failed !== '0' && failed !== 'false',
          limit,
        }),
      );
    },
  );

  api.on(
    {
      method: 'post',
      path: '/:id/replay',
      summary: 'Sends events to a partner once more, under their own ids',
      details:
        'For each article the last event that is meant, told as the article is now; of one that was taken back only that.',
      params,
      body: wanted,
      answers: {
        202: { says: 'They are on their way', schema: v.object({ events: v.array(v.string()) }) },
        404: unknown,
        409: { says: 'The partner has no webhook' },
      },
    },
    async (c, { params: { id }, body: { event, article, since, until } }) => {
      if (!(await isPartner(id))) return unknownPartner(c, id);
      const named = article === undefined ? undefined : await findArticle(home, article);
      if (named === null) return unknownArticle(c);
      const iso = (at: number) => new Date(at).toISOString();
      const which: Replayed =
        event !== undefined
          ? { event }
          : named !== undefined
            ? { article: named }
            : { since: iso(since ?? 0), ...(until !== undefined && { until: iso(until) }) };
      const events = await replay(home, id, which);
      if (events === null) return problem(c, 409, 'Conflict', `The partner ${id} has no webhook; give it one first.`);
      if (events.length === 0 && event !== undefined)
        return problem(c, 404, 'Not Found', `The partner ${id} was never sent ${event}.`);
      return c.json({ events }, 202);
    },
  );

  api.on(
    {
      method: 'get',
      path: '/:id/proof',
      summary: 'Has this partner got this article, in which version, and how is that known?',
      params,
      query: v.strictObject({ article: named }),
      answers: { 200: { says: '`has` says it in a word', schema: proof }, 404: unknown },
    },
    async (c, { params: { id }, query }) => {
      if (!(await isPartner(id))) return unknownPartner(c, id);
      const article = await findArticle(home, query.article);
      const found = article === null ? null : await proofOf(home, id, article);
      return found ? c.json(found) : unknownArticle(c);
    },
  );

  api.on(
    {
      method: 'get',
      path: '/:id/record',
      summary: 'All that a partner was offered, fetched, was sent and acknowledged, the newest first',
      details: 'With `format=csv` a table of the same columns, for others to keep.',
      params,
      query: v.strictObject({
        kind: v.optional(v.picklist(kinds)),
        article: v.optional(named),
        since: v.optional(moment),
        until: v.optional(moment),
        offset: v.optional(wholeNumber()),
        limit: v.optional(wholeNumber(PAGE)),
        format: v.optional(v.picklist(['json', 'csv'])),
      }),
      answers: {
        200: {
          says: '`next` is the `offset` of the next page, or null',
          schema: v.object({ lines: v.array(line), next: v.nullable(v.number()) }),
        },
        404: unknown,
      },
    },
    async (c, { params: { id }, query: { kind, article, since, until, offset = 0, limit, format } }) => {
      if (!(await isPartner(id))) return unknownPartner(c, id);
      const named = article === undefined ? undefined : await findArticle(home, article);
      if (named === null) return unknownArticle(c);
      const most = limit ?? (format === 'csv' ? PAGE : USUAL);
      const lines = await partnerRecord(home, id, { kind, article: named, since, until, offset, limit: most });
      if (format !== 'csv') return c.json({ lines, next: lines.length === most ? offset + most : null });
      return c.body(recordCsv(lines), 200, {
        'Content-Type': 'text/csv; charset=utf-8; header=present',
        'Content-Disposition': `attachment; filename="${id}.csv"`,
      });
    },
  );

  return api;
}

function unknownPartner(c: Context, id: string): Response {
  return problem(c, 404, 'Not Found', `There is no partner ${JSON.stringify(id)}; GET /api/partners lists them.`);
}

function unknownArticle(c: Context): Response {
  return problem(c, 404, 'Not Found', 'The ledger has no such article; give its id, its file or its address.');
}

import * as v from 'valibot';
import type { Home } from '../home.ts';
import { exportPage, markOf } from '../moving/export.ts';
import { ImportRefused, importLines } from '../moving/import.ts';
import type { Line } from '../moving/lines.ts';
import { type Operations, operations } from './operations.ts';
import { problem } from './problem.ts';

const JSON_LINES = 'application/jsonl; charset=utf-8';

/** What `tidings export` and `tidings import` ask: everything that a server knows, as JSON lines, a page at a time. */
export function movingOperations(home: Home): Operations {
  const api = operations();

  api.on(
    {
      method: 'get',
      path: '/export',
      summary: 'Everything that this server knows, secrets included',
      details: 'The last line of a page has the `after` of the next one in `next`, or `end`.',
      query: v.strictObject({ part: v.optional(v.picklist(['all', 'ledger'])), after: v.optional(v.string()) }),
      answers: { 200: { says: 'A page of lines', type: JSON_LINES } },
    },
    async (c, { query: { part = 'all', after = null } }) => {
      const lines = await exportPage(home, part, after);
      return c.body(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 200, { 'Content-Type': JSON_LINES });
    },
  );

  api.on(
    {
      method: 'get',
      path: '/export/mark',
      summary: 'What differs when something happened that an export must not miss',
      answers: { 200: { says: 'Compare it with the mark of the last line', schema: v.object({ mark: v.string() }) } },
    },
    async (c) => c.json({ mark: await markOf(home) }),
  );

  api.on(
    {
      method: 'post',
      path: '/import',
      summary: 'Takes lines of an export, in their order, some at a time',
      query: v.strictObject({ replace: v.optional(v.picklist(['1'])) }),
      takes: JSON_LINES,
      answers: {
        204: { says: 'They are taken' },
        400: { says: 'They are no lines of JSON' },
        409: { says: 'They cannot be taken, and why' },
      },
    },
    async (c, { query: { replace } }) => {
      let lines: Line[];
      try {
        const text = await c.req.text();
        lines = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
      } catch {
        return problem(c, 400, 'Bad Request', 'The body is lines of JSON, as GET /api/export gives them.');
      }
      try {
        await importLines(home, lines, { replace: replace === '1' });
      } catch (error) {
        if (error instanceof ImportRefused) return problem(c, 409, 'Conflict', error.message);
        throw error;
      }
      return c.body(null, 204);
    },
  );
  return api;
}

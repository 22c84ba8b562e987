import * as v from 'valibot';
import type { Home } from '../home.ts';
import { checkPartner, type PartnerCheck } from '../partners/check.ts';
import type { Finding } from '../partners/profiles/profile.ts';
import { type Operations, operations } from './operations.ts';
import { problem } from './problem.ts';

const finding = v.object({
  rule: v.string(),
  level: v.picklist(['required', 'recommended']),
  message: v.string(),
  mend: v.string(),
  source: v.object({ url: v.string(), section: v.string() }),
}) satisfies v.GenericSchema<Finding>;

const checked = v.object({
  partner: v.string(),
  profile: v.string(),
  passes: v.boolean(),
  feed: v.array(finding),
  articles: v.array(v.object({ id: v.string(), url: v.string(), title: v.string(), findings: v.array(finding) })),
  counts: v.object({
    articles: v.number(),
    refused: v.number(),
    required: v.number(),
    recommended: v.number(),
  }),
}) satisfies v.GenericSchema<PartnerCheck>;

/** `/api/partners/:id/check`: what a partner's destination would not take of what it gets. */
export function partnerCheckOperations(home: Home): Operations {
  const api = operations();
  api.on(
    {
      method: 'get',
      path: '/:id/check',
      summary: 'What the destination of a partner would not take, article by article',
      details: 'By the rules of its profile, each with the public page that it follows.',
      params: v.object({ id: v.string() }),
      answers: {
        200: { says: '`passes` is false when something fails that the destination requires', schema: checked },
        404: { says: 'There is no such partner, or its settings cannot be read' },
      },
    },
    async (c, { params: { id } }) => {
      const check = await checkPartner(home, id);
      if (check) return c.json(check);
      return problem(c, 404, 'Not Found', `There is no partner ${JSON.stringify(id)} whose settings can be read.`);
    },
  );
  return api;
}

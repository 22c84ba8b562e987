import type { Context } from 'hono';
import * as v from 'valibot';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { feedKeyOf } from '../partners/addresses.ts';
import { partnerLog } from '../partners/log.ts';
import { hasNewsSitemap, newsSitemapAddress } from '../partners/news-sitemap.ts';
import { partnerSchema } from '../partners/partner.ts';
import {
  changePartner,
  createPartner,
  findPartner,
  listPartners,
  missing,
  type PartnerRefusal,
  type PartnerView,
  removePartner,
} from '../partners/partners.ts';
import { addKey, addSecret, removeOldSecret, revokeKey } from '../partners/rotation.ts';
import { requestRun } from '../storage/runs.ts';
import { type Answer, type Operations, operations } from './operations.ts';
import { problem } from './problem.ts';
import { runToEnd } from './runs.ts';

/** Partners on a page. */
const PAGE = 1000;

const STATUS = { invalid: 400, exists: 409, missing: 404, conflict: 409 } as const;
const TITLE = { invalid: 'Bad Request', exists: 'Conflict', missing: 'Not Found', conflict: 'Conflict' } as const;

const instant = v.nullable(v.string());

/** A partner: every setting with its default, and what is known of it. Instants are ISO 8601. */
const partner = v.looseObject({
  id: v.string(),
  name: v.string(),
  version: v.number(),
  createdAt: instant,
  changedAt: instant,
  error: v.nullable(v.string()),
  keys: v.array(v.object({ id: v.string(), createdAt: instant, lastUsedAt: instant })),
  feeds: v.record(v.string(), v.string()),
});

const logLine = v.object({
  at: v.string(),
  actor: v.string(),
  action: v.string(),
  version: v.number(),
  changes: v.record(v.string(), v.tuple([v.any(), v.any()])),
});

const id = v.object({ id: v.string() });
const none: Answer = { says: 'There is no such partner' };
const headers = { From: 'Who does it, for the log' };

/** `/api/partners`: who may have what, and their keys. Secrets are in the answer that makes them and nowhere else. */
export function partnerOperations(home: Home): Operations {
  const api = operations();
  settings(home, api);
  keys(home, api);
  return api;
}

function settings(home: Home, api: Operations): void {
  api.on(
    {
      method: 'get',
      path: '/',
      summary: 'Partners in the order of their ids',
      query: v.strictObject({ after: v.optional(v.string()) }),
      answers: {
        200: {
          says: `Up to ${PAGE}, those after the id \`after\`; \`next\` is where the following page begins`,
          schema: v.object({ partners: v.array(partner), next: v.nullable(v.string()) }),
        },
      },
    },
    async (c, { query: { after = '' } }) => {
      const list = await listPartners(home, { after, limit: PAGE });
      const next = list.length === PAGE ? (list.at(-1)?.id ?? null) : null;
      return c.json({ partners: list.map((one) => shown(home, one)), next });
    },
  );

  api.on(
    {
      method: 'post',
      path: '/',
      summary: 'Makes a partner with its feeds, its first key and the secret of its webhook',
      body: partnerSchema,
      headers,
      answers: {
        201: {
          says: 'It is made. Key and secret are shown this once',
          schema: v.object({ partner, key: v.string(), webhookSecret: v.string() }),
        },
        409: { says: 'There is a partner of that id' },
      },
    },
    async (c, { body }) => {
      const made = await createPartner(home, body, actorOf(c));
      if (!made.ok) return refused(c, made.refusal);
      await regenerated(home);
      const { key, webhookSecret } = made;
      return c.json({ partner: shown(home, made.partner), key, webhookSecret }, 201, {
        Location: `${home.url}/api/partners/${made.partner.id}`,
      });
    },
  );

  api.on(
    {
      method: 'get',
      path: '/:id',
      summary: 'One partner, and who changed what of it',
      params: id,
      answers: {
        200: { says: 'The log is the last first', schema: v.object({ partner, log: v.array(logLine) }) },
        404: none,
      },
    },
    async (c, { params }) => {
      const found = await findPartner(home, params.id);
      if (!found) return refused(c, missing(params.id).refusal);
      return c.json({ partner: shown(home, found), log: await partnerLog(home, found.id) });
    },
  );

  api.on(
    {
      method: 'patch',
      path: '/:id',
      summary: 'Changes settings of a partner; null gives one back its default (RFC 7396)',
      params: id,
      body: v.record(v.string(), v.any()),
      headers,
      answers: {
        200: { says: 'It is changed, and so are its feeds', schema: v.object({ partner }) },
        404: none,
        409: { says: 'Somebody else changed it meanwhile' },
      },
    },
    async (c, { params, body }) => {
      const changed = await changePartner(home, params.id, body, actorOf(c));
      if (!changed.ok) return refused(c, changed.refusal);
      await regenerated(home);
      return c.json({ partner: shown(home, changed.partner) });
    },
  );

  api.on(
    {
      method: 'delete',
      path: '/:id',
      summary: 'Removes a partner with its keys, feeds and subscriptions',
      params: id,
      headers,
      answers: { 204: { says: 'It is removed; its log stays' }, 404: none },
    },
    async (c, { params }) => {
      if (!(await removePartner(home, params.id, actorOf(c)))) return refused(c, missing(params.id).refusal);
      await regenerated(home);
      return c.body(null, 204);
    },
  );
}

function keys(home: Home, api: Operations): void {
  api.on(
    {
      method: 'post',
      path: '/:id/keys',
      summary: 'Gives a partner a second key, to take the place of the first',
      params: id,
      headers,
      answers: {
        201: { says: 'It is shown this once', schema: v.object({ id: v.string(), key: v.string() }) },
        404: none,
        409: { says: 'It has two keys already' },
      },
    },
    async (c, { params }) => {
      const added = await addKey(home, params.id, actorOf(c));
      return added.ok ? c.json({ id: added.keyId, key: added.key }, 201) : refused(c, added.refusal);
    },
  );

  api.on(
    {
      method: 'delete',
      path: '/:id/keys/:key',
      summary: 'Revokes a key and ends the subscriptions that it proved',
      params: v.object({ id: v.string(), key: v.string() }),
      headers,
      answers: { 204: { says: 'It is revoked' }, 404: { says: 'There is no such partner, or no such key of it' } },
    },
    async (c, { params }) => {
      const revoked = await revokeKey(home, params.id, params.key, actorOf(c));
      return revoked.ok ? c.body(null, 204) : refused(c, revoked.refusal);
    },
  );

  api.on(
    {
      method: 'post',
      path: '/:id/secrets',
      summary: 'Gives a partner’s webhook a second secret: messages are signed with both',
      params: id,
      headers,
      answers: {
        201: { says: 'It is shown this once', schema: v.object({ webhookSecret: v.string() }) },
        404: none,
        409: { says: 'It has two secrets already' },
      },
    },
    async (c, { params }) => {
      const added = await addSecret(home, params.id, actorOf(c));
      return added.ok ? c.json({ webhookSecret: added.webhookSecret }, 201) : refused(c, added.refusal);
    },
  );

  api.on(
    {
      method: 'delete',
      path: '/:id/secrets/old',
      summary: 'Removes the older of two secrets',
      params: id,
      headers,
      answers: {
        204: { says: 'Messages are signed with the newer one alone' },
        404: none,
        409: { says: 'It has but one' },
      },
    },
    async (c, { params }) => {
      const removed = await removeOldSecret(home, params.id, actorOf(c));
      return removed.ok ? c.body(null, 204) : refused(c, removed.refusal);
    },
  );
}

/** A partner as programs see it: with the addresses of its feeds, instants as ISO 8601. */
function shown(home: Home, { createdAt, changedAt, keys: held, broken: _, ...rest }: PartnerView) {
  const all = addresses(feedKeyOf(rest.id));
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    ...rest,
    createdAt: iso(createdAt),
    changedAt: iso(changedAt),
    keys: held.map((key) => ({ id: key.id, createdAt: iso(key.createdAt), lastUsedAt: iso(key.lastUsedAt) })),
    feeds: {
      ...Object.fromEntries(rest.formats.map((format) => [format, home.url + all[format]])),
      ...(hasNewsSitemap(rest) && { 'news-sitemap': home.url + newsSitemapAddress(rest.id) }),
    },
  };
}

/** Who does it: the name that a client gives in From (RFC 9110 section 10.1.2), behind the door that it came by. */
function actorOf(c: Context): string {
  const from = (c.req.header('from') ?? '').replace(/[^\x20-\x7e]/g, '').trim();
  return from === '' ? 'api' : `api ${from.slice(0, 200)}`;
}

function refused(c: Context, { reason, field, message }: PartnerRefusal): Response {
  const errors = field === null ? {} : { errors: [{ field, detail: message }] };
  return problem(c, STATUS[reason], TITLE[reason], message, errors);
}

/** Whoever asks for a feed next finds it as the change has made it; a long regeneration goes on after the answer. */
async function regenerated(home: Home): Promise<void> {
  const run = await requestRun(home, { trigger: 'api', paths: [] });
  if (run !== null) await runToEnd(home, run);
}

import type { Hono } from 'hono';
import * as v from 'valibot';
import { listedFeeds } from '../feeds/list.ts';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { listReceivers, type ReceiverView } from '../push/channels/receivers.ts';
import { articleFileOperations } from './article-files.ts';
import { requireAdmin } from './auth.ts';
import { deliveryOperations } from './deliveries.ts';
import { movingOperations } from './moving.ts';
import { type Operations, operations } from './operations.ts';
import { partnerCheckOperations } from './partner-checks.ts';
import { partnerRecordOperations } from './partner-record.ts';
import { partnerOperations } from './partners.ts';
import { problem } from './problem.ts';
import { retractionOperations } from './retractions.ts';
import { runOperations } from './runs.ts';
import { subscriberOperations } from './subscribers.ts';

/** The interface for programs. */
export function apiRoutes(home: Home): Hono {
  const { app } = apiOperations(home);
  app.all('*', (c) => problem(c, 404, 'Not Found', 'There is no such address below /api; /openapi.json lists them.'));
  return app;
}

const instant = v.nullable(v.number());

const receiver = v.object({
  key: v.string(),
  channel: v.string(),
  origin: v.string(),
  waiting: v.number(),
  failures: v.number(),
  status: v.nullable(v.number()),
  error: v.nullable(v.string()),
  failingSince: instant,
  suspendedAt: instant,
  nextAt: instant,
  toldAt: instant,
}) satisfies v.GenericSchema<ReceiverView>;

const feed = v.object({
  key: v.string(),
  kind: v.string(),
  title: v.string(),
  lang: v.nullable(v.string()),
  rss: v.string(),
  atom: v.string(),
  json: v.string(),
});

/** All that can be asked of `/api`, each behind the admin token. */
export function apiOperations(home: Home): Operations {
  const api = operations();
  api.app.use('*', requireAdmin(home));
  api.include('/runs', runOperations(home));
  api.include('/articles', articleFileOperations(home));

  api.on(
    {
      method: 'get',
      path: '/feeds',
      summary: 'Every feed with its addresses',
      answers: { 200: { says: 'The site’s own first', schema: v.object({ feeds: v.array(feed) }) } },
    },
    async (c) => {
      const feeds = await listedFeeds(home, -1, { partners: true });
      return c.json({
        feeds: feeds.map((one) => {
          const { rss, atom, json } = addresses(one.key);
          return { ...one, rss: home.url + rss, atom: home.url + atom, json: home.url + json };
        }),
      });
    },
  );

  api.on(
    {
      method: 'get',
      path: '/receivers',
      summary: 'Webhooks, chats, search engines, ping services and hubs, and how they stand',
      answers: {
        200: {
          says: 'Addresses may be secrets: only their origins',
          schema: v.object({ receivers: v.array(receiver) }),
        },
      },
    },
    async (c) => c.json({ receivers: await listReceivers(home) }),
  );

  api.include('/partners', partnerOperations(home));
  api.include('/partners', partnerCheckOperations(home));
  api.include('/partners', partnerRecordOperations(home));
  api.include('/subscribers', subscriberOperations(home));
  api.include('/deliveries', deliveryOperations(home));
  api.include('/', retractionOperations(home));
  api.include('/', movingOperations(home));
  return api;
}

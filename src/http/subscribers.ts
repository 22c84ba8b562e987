import * as v from 'valibot';
import type { Home } from '../home.ts';
import { listDeliveries } from '../hub/deliveries.ts';
import { listSubscriptions, removeSubscription, type SubscriptionView } from '../hub/subscriptions.ts';
import { delivery, topicAddress } from './deliveries.ts';
import { type Answer, type Operations, operations, wholeNumber } from './operations.ts';
import { problem } from './problem.ts';

const PAGE = 1_000;
/** Attempts that are shown with a subscription. */
const SHOWN = 50;

const instant = v.nullable(v.number());

/** A subscription, never with its secret; instants are epoch milliseconds. */
const subscriber = v.object({
  id: v.number(),
  channel: v.string(),
  topic: v.string(),
  callback: v.string(),
  signed: v.boolean(),
  leaseUntil: v.number(),
  createdAt: v.number(),
  verifiedAt: v.number(),
  delivered: v.number(),
  deliveredAt: instant,
  exception: v.nullable(
    v.object({
      reason: v.string(),
      failures: v.number(),
      status: v.nullable(v.number()),
      error: v.nullable(v.string()),
      since: v.number(),
      nextAt: instant,
    }),
  ),
}) satisfies v.GenericSchema<SubscriptionView>;

const none: Answer = { says: 'There is no such subscription' };

/** `/api/subscribers`: who subscribed to what, never with a secret. */
export function subscriberOperations(home: Home): Operations {
  const api = operations();

  api.on(
    {
      method: 'get',
      path: '/',
      summary: 'Who subscribed to what',
      query: v.strictObject({ topic: v.optional(v.string()), after: v.optional(wholeNumber()) }),
      answers: {
        200: {
          says: `Up to ${PAGE} in the order of their ids, those after the id \`after\``,
          schema: v.object({ subscribers: v.array(subscriber) }),
        },
      },
    },
    async (c, { query: { topic, after = 0 } }) => {
      const address = topic === undefined ? undefined : ((await topicAddress(home, topic)) ?? topic);
      const list = await listSubscriptions(home, {
        limit: PAGE,
        after,
        ...(address === undefined ? {} : { topic: address }),
      });
      return c.json({ subscribers: list });
    },
  );

  api.on(
    {
      method: 'get',
      path: '/:id',
      summary: 'One subscription with its last deliveries',
      params: v.object({ id: wholeNumber() }),
      answers: {
        200: { says: 'It is', schema: v.object({ subscriber, deliveries: v.array(delivery) }) },
        404: none,
      },
    },
    async (c, { params: { id } }) => {
      const [found] = await listSubscriptions(home, { after: id - 1, limit: 1 });
      if (found?.id !== id) return problem(c, 404, 'Not Found', 'There is no such subscription.');
      return c.json({ subscriber: found, deliveries: await listDeliveries(home, { subscription: id, limit: SHOWN }) });
    },
  );

  api.on(
    {
      method: 'delete',
      path: '/:id',
      summary: 'Ends a subscription and tells its callback',
      params: v.object({ id: wholeNumber() }),
      answers: { 204: { says: 'It is ended' }, 404: none },
    },
    async (c, { params: { id } }) => {
      const removed = await removeSubscription(home, id);
      return removed ? c.body(null, 204) : problem(c, 404, 'Not Found', 'There is no such subscription.');
    },
  );

  return api;
}

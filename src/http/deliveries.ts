import * as v from 'valibot';
import type { Home } from '../home.ts';
import { type DeliveryView, listDeliveries, replaySubscription, replayTopic } from '../hub/deliveries.ts';
import { findTopic, topicUrl } from '../hub/topics.ts';
import { type Operations, operations, wholeNumber } from './operations.ts';
import { problem } from './problem.ts';

const PAGE = 1_000;
const USUAL = 100;

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
/** One of the two. */
const wanted = v.pipe(
  v.strictObject(
    { subscription: v.optional(id), topic: v.optional(v.string()) },
    'must be {"subscription": ID} or {"topic": "/rss.xml"}',
  ),
  v.check(
    ({ subscription, topic }) => (subscription === undefined) !== (topic === undefined),
    'must be {"subscription": ID} or {"topic": "/rss.xml"}',
  ),
);

/** A line of the delivery log. */
export const delivery = v.object({
  id: v.number(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  topic: v.string(),
  version: v.number(),
  subscription: v.nullable(v.number()),
  receiver: v.nullable(v.string()),
  origin: v.nullable(v.string()),
  attempt: v.nullable(v.number()),
  outcome: v.string(),
  status: v.nullable(v.number()),
  error: v.nullable(v.string()),
  ms: v.number(),
  delivered: v.number(),
  failed: v.number(),
  reason: v.nullable(v.string()),
}) satisfies v.GenericSchema<DeliveryView>;

/** `/api/deliveries`: what was sent, and sending it again. */
export function deliveryOperations(home: Home): Operations {
  const api = operations();

  api.on(
    {
      method: 'get',
      path: '/',
      summary: 'The delivery log, the newest line first',
      query: v.strictObject({
        topic: v.optional(v.string()),
        subscription: v.optional(wholeNumber()),
        failed: v.optional(v.picklist(['', '0', '1', 'true', 'false'])),
        before: v.optional(wholeNumber()),
        limit: v.optional(wholeNumber(PAGE)),
      }),
      answers: {
        200: {
          says: '`next` is the `before` of the next page, or null',
          schema: v.object({ deliveries: v.array(delivery), next: v.nullable(v.number()) }),
        },
      },
    },
    async (c, { query: { topic, subscription, failed, before, limit = USUAL } }) => {
      const address = topic === undefined ? undefined : await topicAddress(home, topic);
      const deliveries = await listDeliveries(home, {
        topic: address ?? topic,
        subscription,
        failed: failed !== undefined && failed !== '0' && failed !== 'false',
        before,
        limit,
      });
      return c.json({ deliveries, next: deliveries.at(-1)?.id ?? null });
    },
  );

  api.on(
    {
      method: 'post',
      path: '/replay',
      summary: 'Sends the present document again, to one subscriber or to all of a topic',
      body: wanted,
      answers: {
        202: {
          says: 'It is on its way',
          schema: v.object({
            subscription: v.optional(v.number()),
            topic: v.optional(v.string()),
            subscribers: v.number(),
          }),
        },
        404: { says: 'There is no such subscription or topic' },
      },
    },
    async (c, { body: { subscription, topic } }) => {
      if (subscription !== undefined) {
        if (await replaySubscription(home, subscription)) return c.json({ subscription, subscribers: 1 }, 202);
        return problem(c, 404, 'Not Found', 'There is no such subscription; GET /api/subscribers lists them.');
      }
      const address = await topicAddress(home, topic ?? '');
      const subscribers = address === null ? null : await replayTopic(home, address);
      if (address === null || subscribers === null)
        return problem(c, 404, 'Not Found', 'There is no such topic; give the address of a feed, or its path.');
      return c.json({ topic: topicUrl(home, address), subscribers }, 202);
    },
  );

  return api;
}

/** The document that a program names by its path or as its topic; null when there is none. */
export function topicAddress(home: Home, given: string): Promise<string | null> {
  return findTopic(home, given.startsWith('/') ? home.url + given : given);
}

import { Hono } from 'hono';
import * as v from 'valibot';
import type { Home } from '../home.ts';
import { listDeliveries, replaySubscription, replayTopic } from '../hub/deliveries.ts';
import { findTopic, topicUrl } from '../hub/topics.ts';
import { problem } from './problem.ts';

const PAGE = 1_000;
const USUAL = 100;

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const replaySchema = v.union([v.strictObject({ subscription: id }), v.strictObject({ topic: v.string() })]);

/** `/api/deliveries`: what was sent, and sending it again. */
export function deliveryRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/', async (c) => {
    const { topic, subscription, failed, before, limit } = c.req.query();
    const address = topic === undefined ? undefined : await topicAddress(home, topic);
    const deliveries = await listDeliveries(home, {
      topic: address ?? topic,
      subscription: Number(subscription) || undefined,
      failed: failed !== undefined && failed !== '0',
      before: Number(before) || undefined,
      limit: Math.min(Number(limit) || USUAL, PAGE),
    });
    return c.json({ deliveries, next: deliveries.at(-1)?.id ?? null });
  });

  app.post('/replay', async (c) => {
    const parsed = v.safeParse(replaySchema, await c.req.json().catch(() => null));
    if (!parsed.success)
      return problem(c, 400, 'Bad Request', 'The body is {"subscription": ID} or {"topic": "/rss.xml"}.');
    if ('subscription' in parsed.output) {
      const { subscription } = parsed.output;
      if (await replaySubscription(home, subscription)) return c.json({ subscription, subscribers: 1 }, 202);
      return problem(c, 404, 'Not Found', 'There is no such subscription; GET /api/subscribers lists them.');
    }
    const address = await topicAddress(home, parsed.output.topic);
    const subscribers = address === null ? null : await replayTopic(home, address);
    if (address === null || subscribers === null)
      return problem(c, 404, 'Not Found', 'There is no such topic; give the address of a feed, or its path.');
    return c.json({ topic: topicUrl(home, address), subscribers }, 202);
  });

  return app;
}

/** The document that a program names by its path or as its topic; null when there is none. */
export function topicAddress(home: Home, given: string): Promise<string | null> {
  return findTopic(home, given.startsWith('/') ? home.url + given : given);
}

import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { listDeliveries } from '../hub/deliveries.ts';
import { listSubscriptions, removeSubscription } from '../hub/subscriptions.ts';
import { topicAddress } from './deliveries.ts';
import { problem } from './problem.ts';

const PAGE = 1_000;
/** Attempts that are shown with a subscription. */
const SHOWN = 50;

/** `/api/subscribers`: who subscribed to what, never with a secret. */
export function subscriberRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/', async (c) => {
    const { topic, after } = c.req.query();
    const address = topic === undefined ? undefined : ((await topicAddress(home, topic)) ?? topic);
    const list = await listSubscriptions(home, {
      limit: PAGE,
      after: Number(after) || 0,
      ...(address === undefined ? {} : { topic: address }),
    });
    return c.json({ subscribers: list });
  });

  app.get('/:id{[0-9]+}', async (c) => {
    const id = Number(c.req.param('id'));
    const [subscriber] = await listSubscriptions(home, { after: id - 1, limit: 1 });
    if (subscriber?.id !== id) return problem(c, 404, 'Not Found', 'There is no such subscription.');
    return c.json({ subscriber, deliveries: await listDeliveries(home, { subscription: id, limit: SHOWN }) });
  });

  app.delete('/:id', async (c) => {
    const removed = await removeSubscription(home, Number(c.req.param('id')));
    return removed ? c.body(null, 204) : problem(c, 404, 'Not Found', 'There is no such subscription.');
  });

  return app;
}

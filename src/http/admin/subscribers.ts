import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Home } from '../../home.ts';
import { listDeliveries, reasonOf, replaySubscription } from '../../hub/deliveries.ts';
import { listSubscriptions, removeSubscription, type SubscriptionView } from '../../hub/subscriptions.ts';
import type { Markup } from '../pages/layout.ts';
import { deliveryTable } from './deliveries.ts';
import { action, type Desk, deskOf, pill, table } from './desk.ts';

const PAGE = 100;
const SHOWN = 50;

/** `/admin/subscribers`: who is told, whether that goes well, and what was sent and answered. */
export function subscriberRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/subscribers', async (c) => {
    const desk = deskOf(home, c);
    const { words, base, when } = desk;
    const after = Number(c.req.query('after')) || 0;
    const list = await listSubscriptions(home, { limit: PAGE, after });
    const rows = list.map(
      (
        one,
      ) => html`<tr><td><a href="${base}/admin/subscribers/${one.id}"><code>${one.callback}</code></a></td><td><code>${pathOf(home, one.topic)}</code></td><td>${one.channel}</td><td>${health(desk, one)}</td><td>${when(one.leaseUntil)}</td><td>${when(one.deliveredAt)}</td></tr>
`,
    );
    const heads = [words.callback, words.topic, words.bySubscription, words.health, words.lease, words.lastDelivery];
    const last = list.length === PAGE ? list.at(-1) : undefined;
    const body = html`${rows.length === 0 ? html`<p class="soft">${words.none}</p>` : table(words.pages.subscribers, heads, rows)}
${last ? html`<p><a href="${base}/admin/subscribers?after=${last.id}">${words.more}</a></p>` : ''}`;
    return desk.show('subscribers', words.pages.subscribers, body);
  });

  app.get('/subscribers/:id{[0-9]+}', async (c) => {
    const desk = deskOf(home, c);
    const { words, base, when } = desk;
    const id = Number(c.req.param('id'));
    const [one] = await listSubscriptions(home, { after: id - 1, limit: 1 });
    if (one?.id !== id)
      return desk.show('subscribers', words.pages.subscribers, html`<p>${words.unknown}</p>`, { status: 404 });
    const deliveries = await listDeliveries(home, { subscription: id, limit: SHOWN });
    const body = html`<dl class="facts"><dt>${words.callback}</dt><dd><code>${one.callback}</code></dd><dt>${words.topic}</dt><dd><a href="${one.topic}"><code>${one.topic}</code></a></dd>
<dt>${words.bySubscription}</dt><dd>${one.channel} · ${when(one.verifiedAt)}</dd><dt>${words.lease}</dt><dd>${when(one.leaseUntil)}</dd>
<dt>${words.health}</dt><dd>${health(desk, one)}</dd><dt>${words.version}</dt><dd>${one.delivered}</dd></dl>
<p class="row">${action(`${base}/admin/subscribers/${id}/push`, words.testPush)}${action(`${base}/admin/subscribers/${id}/end`, words.end, {}, 'danger')}</p>
<h2>${words.pages.deliveries}</h2>${deliveryTable(desk, deliveries)}`;
    return desk.show('subscribers', new URL(one.callback).host, body);
  });

  app.post('/subscribers/:id{[0-9]+}/push', async (c) => {
    const id = c.req.param('id');
    const sent = await replaySubscription(home, Number(id));
    return deskOf(home, c).back(`/admin/subscribers/${id}`, sent ? 'push-sent' : 'failed');
  });

  app.post('/subscribers/:id{[0-9]+}/end', async (c) => {
    const ended = await removeSubscription(home, Number(c.req.param('id')));
    return deskOf(home, c).back('/admin/subscribers', ended ? 'ended' : 'failed');
  });

  return app;
}

/** A topic of this server by its path. */
export const pathOf = (home: Home, topic: string) =>
  topic.startsWith(home.url) ? topic.slice(home.url.length) : topic;

function health({ words, when }: Desk, { exception }: SubscriptionView): Markup {
  if (exception === null || exception.reason === 'first') return pill(words.well, 'good');
  const why = reasonOf(exception);
  return html`${pill(exception.reason, 'bad')} <span class="soft" lang="en">${why ?? ''}</span>${exception.nextAt === null ? '' : html` <span class="soft">${words.again} ${when(exception.nextAt)}</span>`}`;
}

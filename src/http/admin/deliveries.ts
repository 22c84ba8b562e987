import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Home } from '../../home.ts';
import { type DeliveryView, listDeliveries, replaySubscription, replayTopic } from '../../hub/deliveries.ts';
import { findTopic } from '../../hub/topics.ts';
import type { Markup } from '../pages/layout.ts';
import { action, type Desk, deskOf, formOf, pill, table } from './desk.ts';

const PAGE = 100;

/** `/admin/deliveries`: what was sent to whom, what came of it, and sending it again. */
export function deliveryRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/deliveries', async (c) => {
    const desk = deskOf(home, c);
    const { words, base } = desk;
    const failed = c.req.query('failed') === '1';
    const list = await listDeliveries(home, {
      failed,
      before: Number(c.req.query('before')) || undefined,
      limit: PAGE,
    });
    const last = list.length === PAGE ? list.at(-1) : undefined;
    const tab = (on: boolean, href: string, label: string) =>
      html`<a href="${base}${href}"${on ? html` aria-current="page"` : ''}>${label}</a>`;
    const body = html`<div class="tabs">${tab(!failed, '/admin/deliveries', words.all)}${tab(failed, '/admin/deliveries?failed=1', words.onlyFailed)}</div>
${deliveryTable(desk, list)}
${last ? html`<p><a href="${base}/admin/deliveries?${failed ? 'failed=1&' : ''}before=${last.id}">${words.older}</a></p>` : ''}`;
    return desk.show('deliveries', words.pages.deliveries, body);
  });

  app.post('/deliveries/replay', async (c) => {
    const desk = deskOf(home, c);
    const { subscription = '', topic = '' } = await formOf(c);
    const address = await findTopic(home, topic);
    const done =
      subscription === ''
        ? address !== null && (await replayTopic(home, address)) !== null
        : await replaySubscription(home, Number(subscription));
    return desk.back('/admin/deliveries', done ? 'replayed' : 'failed');
  });

  return app;
}

/** Lines of the delivery log. */
export function deliveryTable({ home, words, base, when }: Desk, list: DeliveryView[]): Markup {
  if (list.length === 0) return html`<p class="soft">${words.none}</p>`;
  const rows = list.map((one) => {
    const values: Record<string, string> =
      one.subscription === null ? { topic: one.topic } : { subscription: String(one.subscription) };
    const bad = one.outcome === 'slice' ? one.failed > 0 : one.outcome !== 'delivered';
    const outcome = html`${pill(words.outcomes[one.outcome] ?? one.outcome, bad ? 'bad' : 'good')}${one.outcome === 'slice' ? html` <span class="soft">${one.delivered} ${words.delivered}, ${one.failed} ${words.failed}</span>` : ''}${one.reason === null ? '' : html`<div class="soft" lang="en">${one.reason}</div>`}`;
    const whom = one.subscription === null ? (one.receiver ?? '') : `#${one.subscription}`;
    return html`<tr><td>${when(one.at)}</td><td><code>${one.topic.startsWith(home.url) ? one.topic.slice(home.url.length) : one.topic}</code> <span class="soft">v${one.version}</span></td><td>${one.subscription === null ? whom : html`<a href="${base}/admin/subscribers/${one.subscription}">${whom}</a>`} <span class="soft">${one.origin ?? ''}</span></td><td>${outcome}</td><td class="n">${one.attempt ?? ''}</td><td class="n">${one.status ?? ''}</td><td class="n">${one.ms}</td><td>${one.receiver === null ? action(`${base}/admin/deliveries/replay`, words.replay, values) : ''}</td></tr>
`;
  });
  const heads = [
    words.when,
    words.topic,
    words.where,
    words.outcome,
    { n: words.attempt },
    { n: words.status },
    { n: words.ms },
    words.replay,
  ];
  return table(words.pages.deliveries, heads, rows);
}

import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Home } from '../../home.ts';
import { listReceivers, type ReceiverView } from '../../push/channels/receivers.ts';
import type { Markup } from '../pages/layout.ts';
import { type Desk, deskOf, pill, table } from './desk.ts';

const HOSTS = 200;

/** `/admin/system`: what waits, which hosts fail, and how those stand whom the configuration names. */
export function systemRoutes(home: Home): Hono {
  const app = new Hono();
  app.get('/system', async (c) => {
    const desk = deskOf(home, c);
    const { words } = desk;
    const body = html`<h2>${words.queue}</h2>${await queue(desk)}<h2>${words.hosts}</h2>${await hosts(desk)}<h2>${words.receivers}</h2>${await receivers(desk)}`;
    return desk.show('system', words.pages.system, body);
  });
  return app;
}

async function queue({ home, words, when }: Desk): Promise<Markup> {
  const rows = await home.db
    .prepare('SELECT type, count(*) AS depth, min(due_at) AS oldest FROM outbox GROUP BY type ORDER BY type')
    .all<{ type: string; depth: number; oldest: number }>();
  if (rows.length === 0) return html`<p>${pill(words.none, 'good')}</p>`;
  return table(
    words.queue,
    [words.work, { n: words.depth }, words.oldest],
    rows.map(
      ({ type, depth, oldest }) =>
        html`<tr><td><code>${type}</code></td><td class="n">${depth}</td><td>${when(oldest)}</td></tr>`,
    ),
  );
}

async function hosts({ home, words, when }: Desk): Promise<Markup> {
  const rows = await home.db
    .prepare(
      `SELECT origin, tried, failed, open_until FROM hosts WHERE failed > 0 ORDER BY opens DESC, failed DESC LIMIT ${HOSTS}`,
    )
    .all<{ origin: string; tried: number; failed: number; open_until: number }>();
  if (rows.length === 0) return html`<p>${pill(words.allWell, 'good')}</p>`;
  return table(
    words.hosts,
    [words.where, { n: words.tried }, { n: words.failed }, words.opensUntil],
    rows.map(
      ({ origin, tried, failed, open_until }) =>
        html`<tr><td><code>${origin}</code></td><td class="n">${tried}</td><td class="n">${failed}</td><td>${open_until > home.now() ? when(open_until) : ''}</td></tr>`,
    ),
  );
}

async function receivers(desk: Desk): Promise<Markup> {
  const { home, words, when } = desk;
  const list = await listReceivers(home);
  if (list.length === 0) return html`<p class="soft">${words.noReceivers}</p>`;
  return table(
    words.receivers,
    [words.bySubscription, words.where, words.state, { n: words.depth }, words.lastDelivery],
    list.map(
      (one) =>
        html`<tr><td>${one.channel}</td><td><code>${one.origin}</code></td><td>${stateOf(desk, one)}</td><td class="n">${one.waiting}</td><td>${when(one.toldAt)}</td></tr>`,
    ),
  );
}

function stateOf({ words, when }: Desk, one: ReceiverView): Markup {
  if (one.suspendedAt === null && one.failures === 0) return pill(words.well, 'good');
  const why = one.error ?? (one.status === null ? '' : String(one.status));
  const next = one.nextAt === null ? '' : html` <span class="soft">${words.again} ${when(one.nextAt)}</span>`;
  return html`${pill(one.suspendedAt === null ? `${one.failures} × ${words.failed}` : words.suspended, 'bad')} <span class="soft" lang="en">${why}</span>${next}`;
}

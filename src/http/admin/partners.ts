import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { FORMATS } from '../../feeds/entry.ts';
import { addresses } from '../../feeds/selection.ts';
import type { Home } from '../../home.ts';
import { feedKeyOf } from '../../partners/addresses.ts';
import { partnerLog } from '../../partners/log.ts';
import { momentOf } from '../../partners/partner.ts';
import {
  changePartner,
  createPartner,
  findPartner,
  listPartners,
  type PartnerView,
  removePartner,
} from '../../partners/partners.ts';
import { type Replayed, replay } from '../../partners/replay.ts';
import { addKey, revokeKey } from '../../partners/rotation.ts';
import { republish } from '../../republish.ts';
import { requestRun } from '../../storage/runs.ts';
import type { Markup } from '../pages/layout.ts';
import { action, type Desk, deskOf, formOf, table } from './desk.ts';
import { proofPart, pushesOf } from './partner-proof.ts';

/** Who did it, in a partner's log. */
const ACTOR = 'dashboard';

/** `/admin/partners`: who may have what; making one, its keys, and what was changed. */
export function partnerRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/partners', async (c) => list(deskOf(home, c), null, {}));

  app.post('/partners', async (c) => {
    const desk = deskOf(home, c);
    const form = await formOf(c);
    const more = objectOf(form.more);
    if (more === null) return list(desk, desk.words.moreSettings, form);
    const made = await createPartner(home, { ...settingsOf(form), ...more }, ACTOR);
    if (!made.ok) return list(desk, made.refusal.message, form);
    await regenerate(home);
    const secrets = form.webhook ? { [desk.words.webhookSecret]: made.webhookSecret } : {};
    return one(desk, made.partner, { [desk.words.key]: made.key, ...secrets });
  });

  app.get('/partners/:id', async (c) => {
    const desk = deskOf(home, c);
    const partner = await findPartner(home, c.req.param('id'));
    return partner ? one(desk, partner, {}, null, c.req.query('article')) : unknown(desk);
  });

  app.post('/partners/:id/replay', (c) =>
    changed(home, c, `/admin/partners/${c.req.param('id')}`, 'replayed', async (id, form) => {
      const which = rangeOf(home, form);
      return which !== null && ((await replay(home, id, which)) ?? []).length > 0;
    }),
  );

  app.post('/partners/:id/settings', async (c) => {
    const desk = deskOf(home, c);
    const id = c.req.param('id');
    const patch = objectOf((await formOf(c)).settings);
    const done = patch === null ? null : await changePartner(home, id, patch, ACTOR);
    if (done?.ok) {
      await regenerate(home);
      return desk.back(`/admin/partners/${id}`, 'changed');
    }
    const partner = await findPartner(home, id);
    return partner ? one(desk, partner, {}, done?.refusal.message ?? desk.words.changeHint) : unknown(desk);
  });

  app.post('/partners/:id/keys', async (c) => {
    const desk = deskOf(home, c);
    const made = await addKey(home, c.req.param('id'), ACTOR);
    const partner = await findPartner(home, c.req.param('id'));
    if (!partner) return unknown(desk);
    return made.ok ? one(desk, partner, { [desk.words.key]: made.key }) : one(desk, partner, {}, made.refusal.message);
  });

  app.post('/partners/:id/revoke', (c) =>
    changed(home, c, `/admin/partners/${c.req.param('id')}`, 'revoked', async (id, { key = '' }) => {
      const done = await revokeKey(home, id, key, ACTOR);
      return done.ok;
    }),
  );

  app.post('/partners/:id/remove', (c) =>
    changed(home, c, '/admin/partners', 'removed', async (id) => {
      const done = await removePartner(home, id, ACTOR);
      if (done) await regenerate(home);
      return done;
    }),
  );

  return app;
}

async function regenerate(home: Home): Promise<void> {
  await requestRun(home, { trigger: 'api' });
  home.waitUntil(republish(home));
}

async function changed(
  home: Home,
  c: Context,
  to: string,
  note: string,
  deed: (id: string, form: Record<string, string>) => Promise<boolean>,
): Promise<Response> {
  const done = await deed(c.req.param('id') ?? '', await formOf(c));
  return deskOf(home, c).back(to, done ? note : 'failed');
}

/** Which events a form means: one, or those of some days where the site is. */
function rangeOf(home: Home, { event = '', since = '', until = '' }: Record<string, string>): Replayed | null {
  if (event !== '') return { event };
  const { timezone } = home.config.site;
  const [from, to] = [momentOf(since, timezone, 'start'), momentOf(until, timezone, 'end')];
  if (from === null) return null;
  return { since: new Date(from).toISOString(), ...(to !== null && { until: new Date(to).toISOString() }) };
}

const unknown = (desk: Desk) =>
  desk.show('partners', desk.words.pages.partners, html`<p>${desk.words.unknown}</p>`, { status: 404 });

/** A JSON object that was written into a form; empty where nothing was, null where it is none. */
function objectOf(text = ''): object | null {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** What the form says, as the interface for programs takes it. */
function settingsOf(form: Record<string, string>): object {
  const names = (text = '') =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  const where = { category: names(form.category), tag: names(form.tag) };
  return {
    id: form.id,
    name: form.name,
    ...(form.contact && { contact: form.contact }),
    where: Object.fromEntries(Object.entries(where).filter(([, values]) => values.length > 0)),
    content: form.content,
    ...(form.embargo && { embargoSeconds: Math.round(Number(form.embargo) * 60) }),
    ...(form.webhook && { webhook: { url: form.webhook } }),
  };
}

async function list(desk: Desk, refused: string | null, form: Record<string, string>): Promise<Response> {
  const { home, words, base, when } = desk;
  const partners = await listPartners(home);
  const rows = partners.map(
    (
      one,
    ) => html`<tr><td><a href="${base}/admin/partners/${one.id}">${one.name}</a> <span class="soft">${one.id}</span></td><td>${one.contact ?? ''}</td><td>${one.content === 'full' ? words.full : words.excerpt}</td><td class="n">${one.keys.length}</td><td>${when(one.changedAt)}</td><td class="bad" lang="en">${one.error ?? ''}</td></tr>
`,
  );
  const heads = [words.partner, words.contact, words.content, { n: words.keys }, words.updated, words.state];
  const field = (name: string, label: string, more: Markup = html``) =>
    html`<label>${label}<input name="${name}" value="${form[name] ?? ''}"${more}></label>`;
  const body = html`${rows.length === 0 ? html`<p class="soft">${words.none}</p>` : table(words.pages.partners, heads, rows)}
<h2 id="add">${words.addPartner}</h2>
${refused === null ? '' : html`<p class="bad" role="alert" lang="en">${refused}</p>`}
<form method="post" action="${base}/admin/partners" class="fields" aria-labelledby="add">
${field('id', words.partnerId, html` required pattern="[a-z0-9]([a-z0-9\\-]*[a-z0-9])?" autocapitalize="off"`)}${field('name', words.name, html` required`)}${field('contact', words.contact)}${field('category', words.categories)}${field('tag', words.tags)}
<label>${words.content}<select name="content"><option value="full">${words.full}</option><option value="excerpt"${form.content === 'excerpt' ? html` selected` : ''}>${words.excerpt}</option></select></label>
${field('embargo', words.embargo, html` type="number" min="0"`)}${field('webhook', words.webhook, html` type="url"`)}
<label><span>${words.moreSettings} (<a href="${base}/docs/partners">?</a>)</span><textarea name="more" rows="3" spellcheck="false" placeholder='{ "formats": ["atom"], "days": 30 }'>${form.more ?? ''}</textarea></label>
<p><button>${words.add}</button></p></form>`;
  return desk.show('partners', words.pages.partners, body, { status: refused === null ? 200 : 400, follow: false });
}

async function one(
  desk: Desk,
  partner: PartnerView,
  secrets: Record<string, string>,
  refused: string | null = null,
  article = '',
): Promise<Response> {
  const { home, words, base, when } = desk;
  const { id, name, keys, version, createdAt: _, changedAt, error, ...settings } = partner;
  const paths = addresses(feedKeyOf(id));
  const log = await partnerLog(home, id);
  const body = html`${
    Object.keys(secrets).length === 0
      ? ''
      : html`<section class="card" role="status"><p><b>${words.shownOnce}</b></p>${Object.entries(secrets).map(
          ([label, secret]) =>
            html`<div class="address"><label for="s-${label}">${label}</label><button type="button" data-copy="${secret}" data-done="✓" hidden>⧉</button><input id="s-${label}" readonly value="${secret}"></div>`,
        )}</section>`
  }
${refused === null ? '' : html`<p class="bad" role="alert" lang="en">${refused}</p>`}
${error === null ? '' : html`<p class="bad" lang="en">${error}</p>`}
<p>${FORMATS.map((format) => html`<code>${home.url}${paths[format]}</code><br>`)}</p>
<h2>${words.keys}</h2>
<ul class="plain">${keys.map((key) => html`<li><code>${key.id}…</code> ${words.made} ${when(key.createdAt)}, ${words.lastUsed} ${when(key.lastUsedAt)} ${action(`${base}/admin/partners/${id}/revoke`, words.revoke, { key: key.id }, 'danger')}</li>`)}</ul>
<p>${action(`${base}/admin/partners/${id}/keys`, words.rotate)}</p>
${await pushesOf(desk, id)}
${await proofPart(desk, id, article.trim())}
<h2>${words.settings} <span class="soft">v${version}, ${when(changedAt)}</span></h2>
<pre class="source" tabindex="0"><code>${JSON.stringify(settings, null, 2)}</code></pre>
<form method="post" action="${base}/admin/partners/${id}/settings" class="fields"><label>${words.changeHint}<textarea name="settings" rows="3" spellcheck="false" required placeholder='{ "embargoSeconds": 3600 }'></textarea></label><p><button class="quiet">${words.change}</button></p></form>
<h2>${words.changes}</h2>
<ul class="plain">${log.map((line) => html`<li>${when(line.at)} ${line.actor} <b>${line.action}</b> <span class="soft">${Object.keys(line.changes).join(', ')}</span></li>`)}</ul>
<p>${action(`${base}/admin/partners/${id}/remove`, words.remove, {}, 'danger')}</p>`;
  return desk.show('partners', name, body, { follow: false });
}

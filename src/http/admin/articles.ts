import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Problem } from '../../articles/article.ts';
import { FORMATS } from '../../feeds/entry.ts';
import { renderFragment } from '../../feeds/fragments.ts';
import { firstHost } from '../../feeds/host.ts';
import { bodiesOf, entryOf } from '../../feeds/rendering.ts';
import type { Home } from '../../home.ts';
import { historyOf } from '../../ledger/history.ts';
import { AlreadyKilled, findArticle, restore, retract } from '../../ledger/retractions.ts';
import { republish } from '../../republish.ts';
import { type Markup, sanitized } from '../pages/layout.ts';
import { action, type Desk, deskOf, formOf, pill, table } from './desk.ts';

const PAGE = 50;
const STATES = ['accepted', 'withheld', 'rejected', 'repaired'] as const;
const NAMES = { rss: 'RSS', atom: 'Atom', json: 'JSON Feed' };

interface FileRow {
  path: string;
  state: string;
  repaired: number;
  problems: string;
  article: string | null;
  title: string | null;
  updated: string | null;
}

/** `/admin/articles`: files with their state and what is wrong with them; each with its history and its entries. */
export function articleRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/articles', async (c) => {
    const desk = deskOf(home, c);
    return desk.show('articles', desk.words.pages.articles, await list(desk, c));
  });

  app.get('/articles/file', async (c) => {
    const desk = deskOf(home, c);
    const path = c.req.query('path') ?? '';
    const [file] = await filesLike(home, { exactly: path });
    const id = file?.article ?? (await findArticle(home, path));
    if (!file && id === null) return desk.show('articles', path, html`<p>${desk.words.unknown}</p>`, { status: 404 });
    const body = html`${file ? problemsOf(desk, file) : ''}${id === null ? '' : await article(desk, id)}`;
    return desk.show('articles', file?.title ?? path, body, { follow: false });
  });

  app.post('/articles/:deed{withdraw|kill|restore}', async (c) => {
    const desk = deskOf(home, c);
    const { article: id = '', reason = '', path = '' } = await formOf(c);
    const deed = c.req.param('deed');
    const done = deed === 'restore' ? await restore(home, id) : await takeBack(home, id, deed, reason);
    if (done !== null) await republish(home);
    const note = done === null ? 'failed' : deed === 'restore' ? 'restored' : 'withdrawn';
    return desk.back(`/admin/articles/file?path=${encodeURIComponent(path)}`, note);
  });

  return app;
}

async function takeBack(home: Home, id: string, deed: string, reason: string): Promise<string | null> {
  if (reason === '') return null;
  try {
    return await retract(home, id, deed === 'kill' ? 'kill' : 'withdraw', reason);
  } catch (error) {
    if (error instanceof AlreadyKilled) return null;
    throw error;
  }
}

async function list({ home, words, base, when }: Desk, c: Context): Promise<Markup> {
  const { state = '', q = '', after = '' } = c.req.query();
  const files = await filesLike(home, { state, q: q.trim(), after });
  const last = files.length === PAGE ? files.at(-1) : undefined;
  const tab = (value: string, label: string) =>
    html`<a href="${base}/admin/articles${value === '' ? '' : `?state=${value}`}"${value === state ? html` aria-current="page"` : ''}>${label}</a>`;
  const rows = files.map(
    (
      file,
    ) => html`<tr><td><a href="${base}/admin/articles/file?path=${encodeURIComponent(file.path)}"><bdi>${file.title ?? file.path}</bdi></a>${file.title === null ? '' : html`<br><code>${file.path}</code>`}</td><td>${stateOf(words, file)}</td><td>${reasonOf(words, file)}</td><td>${file.updated === null ? '' : when(file.updated)}</td></tr>
`,
  );
  return html`<div class="tabs">${tab('', words.all)}${STATES.map((one) => tab(one, words.states[one] ?? one))}
<form action="${base}/admin/articles" role="search"><input type="hidden" name="state" value="${state}"><input name="q" type="search" value="${q}" aria-label="${words.searchHint}" placeholder="${words.searchHint}"><button class="quiet">${words.search}</button></form></div>
${
  files.length === 0
    ? html`<p class="soft">${state === 'rejected' ? words.noProblem : words.none}</p>`
    : table(words.pages.articles, [words.article, words.state, words.why, words.updated], rows)
}
${last ? html`<p><a href="${base}/admin/articles?${new URLSearchParams({ state, q, after: last.path })}">${words.more}</a></p>` : ''}`;
}

function filesLike(
  home: Home,
  { state = '', q = '', after = '', exactly = '' }: { state?: string; q?: string; after?: string; exactly?: string },
): Promise<FileRow[]> {
  return home.db
    .prepare(
      `SELECT f.path, f.state, f.repaired, f.problems, f.article, l.title, a.updated FROM files AS f
       LEFT JOIN ledger AS l ON l.id = f.article LEFT JOIN articles AS a ON a.id = f.article AND a.path = f.path
       WHERE f.path > ?1 AND f.missing_since IS NULL AND (?2 = '' OR f.state = ?2 OR (?2 = 'repaired' AND f.repaired = 1))
         AND (?3 = '' OR instr(lower(f.path), ?3) > 0 OR instr(lower(l.title), ?3) > 0) AND (?4 = '' OR f.path = ?4)
       ORDER BY f.path LIMIT ${PAGE}`,
    )
    .bind(after, state, q.toLowerCase(), exactly)
    .all<FileRow & { [column: string]: string | number | null }>();
}

function stateOf(words: Desk['words'], { state, repaired }: Pick<FileRow, 'state' | 'repaired'>): Markup {
  const kind = state === 'rejected' ? 'bad' : state === 'accepted' ? 'good' : 'plain';
  return html`${pill(words.states[state] ?? state, kind)}${repaired ? html` ${pill(words.states.repaired ?? '')}` : ''}`;
}

function reasonOf(words: Desk['words'], { problems }: Pick<FileRow, 'problems'>): Markup {
  const [first] = JSON.parse(problems) as Problem[];
  if (!first) return html``;
  return html`<span lang="en">${first.message}</span>${first.line === undefined ? '' : html` <span class="soft">${words.line(first.line)}</span>`}`;
}

function problemsOf({ words }: Desk, file: FileRow): Markup {
  const problems = JSON.parse(file.problems) as Problem[];
  return html`<p><code>${file.path}</code> ${stateOf(words, file)}</p>
${problems.map(
  ({ message, code, line, mend }) =>
    html`<section class="card"><p>${line === undefined ? '' : html`<b>${words.line(line)}</b> `}<span lang="en">${message}</span> <span class="soft">${code}</span></p>${mend === undefined ? '' : html`<p>${words.mend}</p><pre tabindex="0"><code>${mend}</code></pre>`}</section>`,
)}`;
}

async function article(desk: Desk, id: string): Promise<Markup> {
  const { home, words, base, when } = desk;
  const known = await historyOf(home, id);
  if (!known) return html``;
  const { title, url, published, updated, feeds, events, retraction, path } = known;
  return html`<dl class="facts"><dt>${words.title}</dt><dd><a href="${url}"><bdi>${title}</bdi></a></dd><dt>${words.id}</dt><dd><code>${id}</code></dd>
<dt>${words.publishedAt}</dt><dd>${when(published)}</dd><dt>${words.updated}</dt><dd>${when(updated)}</dd>
<dt>${words.inFeeds}</dt><dd>${feeds.length === 0 ? words.none : feeds.map((key) => html`<code>${key.startsWith('/') ? key : `/${key}`}</code> `)}</dd></dl>
${retraction ? html`<section class="card held"><h2>${words.takenBack}</h2><p>${retraction.reason} <span class="soft">${when(retraction.at)}</span></p>${action(`${base}/admin/articles/restore`, words.restore, { article: id, path })}</section>` : ''}
${await preview(desk, id)}
<h2>${words.history}</h2>
<ul class="plain">${events.map(({ type, at, because }) => html`<li>${pill(words.events[type] ?? type)} ${when(at)} <span class="soft" lang="en">${because.join(', ')}</span></li>`)}</ul>
${
  retraction
    ? ''
    : html`<details><summary>${words.withdraw}</summary><form method="post" action="${base}/admin/articles/withdraw" class="fields"><input type="hidden" name="article" value="${id}"><input type="hidden" name="path" value="${path}">
<label>${words.reason}<input name="reason" required maxlength="1000"></label><p class="row"><button class="danger">${words.withdraw}</button><button class="danger" formaction="${base}/admin/articles/kill">${words.kill}</button></p></form></details>`
}`;
}

/** The entry as a reader shows it, and its source in each format. */
async function preview({ home, words }: Desk, id: string): Promise<Markup> {
  const stored = await home.db
    .prepare('SELECT id, updated, body_hash, data FROM articles WHERE id = ?')
    .bind(id)
    .first<{ id: string; updated: string; body_hash: string; data: string }>();
  if (!stored) return html``;
  const bodies = await bodiesOf(home, [stored]);
  const entry = { ...entryOf(home, stored, bodies.get(stored.body_hash) ?? ''), host: await firstHost(home) };
  return html`<h2>${words.preview}</h2><div class="frame"><article lang="${entry.lang ?? home.config.site.language}">${sanitized(entry.html)}</article></div>
${FORMATS.map(
  (format) =>
    html`<details><summary>${words.previewAs(NAMES[format])}</summary><pre class="source" tabindex="0"><code>${renderFragment(entry, format, 'full')}</code></pre></details>`,
)}`;
}

import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Problem } from '../../articles/article.ts';
import type { Home } from '../../home.ts';
import { republish } from '../../republish.ts';
import { fetchesByHour } from '../../storage/fetches.ts';
import { heldRun, isRefused, refuseHeld } from '../../storage/held.ts';
import { type Held, listRuns, requestRun } from '../../storage/runs.ts';
import type { Markup } from '../pages/layout.ts';
import { barChart } from './chart.ts';
import { type Counts, counts } from './counts.ts';
import { action, type Desk, deskOf, formOf, pill } from './desk.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const EVENTS = 15;
const FILES = 10;
const RUNS = 5;

/** `/admin`: how it stands, what happened lately, and what needs the publisher. */
export function overviewRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/', async (c) => {
    const desk = deskOf(home, c);
    const { words, base } = desk;
    const now = await counts(home);
    const held = await heldRun(home);
    const body = html`${numbers(desk, now)}
${held ? await heldCard(desk, held) : ''}
${await alerts(desk, now.rejected === 0 && !held)}
${await rejected(desk)}
<div class="charts">${await charts(desk)}</div>
${await lately(desk)}
${await runs(desk)}
<p>${action(`${base}/admin/runs`, words.runNow)}</p>`;
    return desk.show('overview', words.pages.overview, body);
  });

  app.post('/held', async (c) => {
    const desk = deskOf(home, c);
    const { decision } = await formOf(c);
    if (decision === 'refuse') {
      await refuseHeld(home);
      return desk.back('/admin', 'refused');
    }
    await requestRun(home, { trigger: 'api', acceptWithdrawals: true });
    await republish(home);
    return desk.back('/admin', 'run-started');
  });

  return app;
}

function numbers({ words, base, when }: Desk, now: Counts): Markup {
  const stat = (name: string, label: string, value: Markup | number, href: string, wrong = false) =>
    html`<div class="stat${wrong ? ' wrong' : ''}"><dt><a href="${base}${href}">${label}</a></dt><dd${typeof value === 'number' ? html` data-live="${name}"` : html` class="small"`}>${value}</dd></div>
`;
  return html`<dl class="stats">
${stat('published', words.published, now.published, '/admin/articles')}${stat('feeds', words.feedCount, now.feeds, '/admin/feeds')}${stat('subscriptions', words.subscriptions, now.subscriptions, '/admin/subscribers')}${stat('waiting', words.waiting, now.waiting, '/admin/system')}${stat('rejected', words.rejectedFiles, now.rejected, '/admin/articles?state=rejected', now.rejected > 0)}${stat('run', words.lastRun, when(now.lastRun), '/admin/runs')}</dl>`;
}

async function heldCard({ home, words, base }: Desk, held: Held): Promise<Markup> {
  const refused = await isRefused(home, held);
  return html`<section class="card held" aria-labelledby="held"><h2 id="held" class="bad">${words.heldTitle}</h2>
<p lang="en">${held.message}</p>
${refused ? html`<p>${words.heldRefused}</p>` : ''}
<ul>${held.articles.map((one) => html`<li><bdi>${one.title}</bdi> <code>${one.path}</code> <span class="soft" lang="en">${one.reason}</span></li>`)}</ul>
${
  held.withdrawals === 0
    ? ''
    : html`<p class="row">${action(`${base}/admin/held`, words.heldAccept(held.withdrawals), { decision: 'accept' }, 'danger')}${refused ? '' : action(`${base}/admin/held`, words.heldRefuse, { decision: 'refuse' })}</p>`
}</section>`;
}

/** @param isWhole whether nothing else needs the publisher either */
async function alerts({ home, words, when }: Desk, isWhole: boolean): Promise<Markup> {
  const open = await home.db
    .prepare('SELECT kind, subject, message, since FROM alerts WHERE mended_at IS NULL ORDER BY since DESC LIMIT 20')
    .all<{ kind: string; subject: string; message: string; since: number }>();
  if (open.length === 0) return isWhole ? html`<p>${pill(words.allWell, 'good')}</p>` : html``;
  return html`<section class="card held" aria-labelledby="alerts"><h2 id="alerts">${words.alerts}</h2><ul>${open.map(
    ({ message, since }) =>
      html`<li><span lang="en">${message}</span> <span class="soft">${words.since} ${when(since)}</span></li>`,
  )}</ul></section>`;
}

async function charts({ home, words }: Desk): Promise<Markup> {
  const end = Math.floor(home.now() / HOUR_MS);
  const hours = Array.from({ length: HOURS }, (_, at) => end - HOURS + 1 + at);
  const since = (hours[0] ?? end) * HOUR_MS;
  const labels = hours.map((hour) => clock(hour * HOUR_MS, home.config.site.timezone));
  const valuesOf = <T extends { hour: number }>(rows: T[], of: (row: T) => number) => {
    const found = new Map(rows.map((row) => [row.hour, of(row)]));
    return hours.map((hour) => found.get(hour) ?? 0);
  };
  const delivered = await home.db
    .prepare(
      `SELECT at / ${HOUR_MS} AS hour,
         sum(iif(outcome = 'slice', delivered, outcome = 'delivered')) AS delivered,
         sum(iif(outcome = 'slice', failed, outcome <> 'delivered')) AS failed,
         avg(iif(outcome = 'delivered', ms, NULL)) AS ms
       FROM delivery_log WHERE at >= ? GROUP BY 1`,
    )
    .bind(since)
    .all<{ hour: number; delivered: number; failed: number; ms: number | null }>();
  const fetches = await fetchesByHour(home, since);
  return html`${barChart(
    words.deliveriesChart,
    labels,
    [
      { name: words.delivered, colour: 'first', values: valuesOf(delivered, (row) => row.delivered) },
      { name: words.failed, colour: 'bad', values: valuesOf(delivered, (row) => row.failed) },
    ],
    words,
  )}${barChart(
    words.fetchesChart,
    labels,
    [
      { name: words.changed, colour: 'first', values: valuesOf(fetches, (row) => row.fetches - row.unchanged) },
      { name: words.unchanged, colour: 'second', values: valuesOf(fetches, (row) => row.unchanged) },
    ],
    words,
  )}${latencyChart(
    words,
    labels,
    valuesOf(delivered, (row) => row.ms ?? 0),
  )}`;
}

function latencyChart(words: Desk['words'], labels: string[], values: number[]): Markup {
  return barChart(words.latencyChart, labels, [{ name: words.average, colour: 'second', values }], words);
}

/** The hour of an instant where the site is. */
function clock(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(at));
}

async function lately({ home, words, base, when }: Desk): Promise<Markup> {
  const events = await home.db
    .prepare(
      `SELECT e.type, e.at, l.title, l.path FROM events AS e JOIN ledger AS l ON l.id = e.article ORDER BY e.seq DESC LIMIT ?`,
    )
    .bind(EVENTS)
    .all<{ type: string; at: string; title: string; path: string }>();
  return html`<section aria-labelledby="lately"><h2 id="lately">${words.lately}</h2>
${
  events.length === 0
    ? html`<p class="soft">${words.none}</p>`
    : html`<ul class="plain">${events.map(
        ({ type, at, title, path }) =>
          html`<li>${pill(words.events[type] ?? type, type === 'withdrawn' ? 'bad' : 'good')} <a href="${base}/admin/articles/file?path=${encodeURIComponent(path)}"><bdi>${title}</bdi></a> <span class="soft">${when(at)}</span></li>`,
      )}</ul>`
}</section>`;
}

/** Files that could not be read: the first of them, each with what is wrong. */
async function rejected({ home, words, base }: Desk): Promise<Markup> {
  const files = await home.db
    .prepare(
      `SELECT path, problems FROM files WHERE state = 'rejected' AND missing_since IS NULL ORDER BY path LIMIT ${FILES}`,
    )
    .all<{ path: string; problems: string }>();
  if (files.length === 0) return html``;
  return html`<section class="card held" aria-labelledby="rejected"><h2 id="rejected"><a href="${base}/admin/articles?state=rejected">${words.rejectedFiles}</a></h2><ul>${files.map(
    ({ path, problems }) => {
      const [first] = JSON.parse(problems) as Problem[];
      return html`<li><a href="${base}/admin/articles/file?path=${encodeURIComponent(path)}"><code>${path}</code></a> ${first?.line === undefined ? '' : html`${words.line(first.line)}: `}<span lang="en">${first?.message ?? ''}</span> <span class="soft">${first?.code ?? ''}</span></li>`;
    },
  )}</ul></section>`;
}

async function runs({ home, words, base, when }: Desk): Promise<Markup> {
  const last = await listRuns(home, RUNS);
  if (last.length === 0) return html``;
  return html`<section aria-labelledby="runs"><h2 id="runs"><a href="${base}/admin/runs">${words.pages.runs}</a></h2><ul class="plain">${last.map(
    ({ state, trigger, startedAt, report }) =>
      html`<li>${pill(words.runStates[state] ?? state, state === 'failed' ? 'bad' : state === 'done' ? 'good' : 'plain')} ${when(startedAt)} <span class="soft">${trigger}, ${report.documents.written} ${words.documents}, ${report.ms} ${words.ms}</span></li>`,
  )}</ul></section>`;
}

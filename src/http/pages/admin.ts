import { html } from 'hono/html';
import type { Problem } from '../../articles/article.ts';
import type { ReceiverView } from '../../push/channels/receivers.ts';
import type { Held, Run } from '../../storage/runs.ts';
import { instant, type Markup, page } from './layout.ts';

/** A file that the publisher should look at. */
export interface OddFile {
  path: string;
  state: string;
  problems: Problem[];
}

export interface Dashboard {
  site: string;
  zone: string;
  runs: Run[];
  held: Held | null;
  files: OddFile[];
  published: number;
  documents: number;
  subscriptions: number;
  waiting: number;
  receivers: ReceiverView[];
}

/** Asks for the token. */
export function signInPage(wrong: boolean): Markup {
  return page({
    title: 'Sign in · Tidings',
    lang: 'en',
    body: html`<main><h1>Sign in</h1>
<form method="post" action="/admin/session" class="card">
${wrong ? html`<p class="bad" role="alert">That is not the admin token.</p>` : ''}
<p><label for="token">Admin token</label><br><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></p>
<p class="soft">The server printed it, or the path of its file, when it started.</p>
<button>Sign in</button>
</form></main>`,
  });
}

/** What was published when, what is wrong, and what waits. */
export function adminPage(of: Dashboard): Markup {
  const when = (ms: number) => instant(new Date(ms).toISOString(), of.zone, 'en-GB');
  return page({
    title: `Dashboard · ${of.site}`,
    lang: 'en',
    body: html`<header><p><a href="/">${of.site}</a></p><h1>Dashboard</h1>
<p class="soft">${of.published} articles published, ${of.documents} documents, ${of.subscriptions} subscriptions, ${of.waiting} pieces of work waiting</p>
<form method="post" action="/admin/runs" class="inline"><button>Regenerate now</button></form>
<form method="post" action="/admin/session/end" class="inline"><button>Sign out</button></form></header>
<main>
${of.held ? heldCard(of.held) : ''}
<section aria-labelledby="files"><h2 id="files">Files to look at</h2>
${
  of.files.length === 0
    ? html`<p class="good">Every file could be read.</p>`
    : html`<div class="scroll"><table><thead><tr><th>File</th><th>State</th><th>What</th></tr></thead><tbody>
${of.files.map((file) => fileRow(file))}</tbody></table></div>`
}</section>
${of.receivers.length > 0 ? receiversSection(of.receivers, when) : ''}
<section aria-labelledby="runs"><h2 id="runs">Runs</h2>
<div class="scroll"><table><thead><tr><th>When</th><th>Why</th><th>State</th><th class="n">Seen</th><th class="n">Added</th><th class="n">Changed</th><th class="n">Removed</th><th class="n">Accepted</th><th class="n">Withheld</th><th class="n">Rejected</th><th class="n">Documents</th><th>Events</th><th class="n">ms</th></tr></thead><tbody>
${of.runs.map((run) => runRow(run, when))}</tbody></table></div></section>
</main>`,
  });
}

function heldCard(held: Held): Markup {
  return html`<section class="card held" aria-labelledby="held"><h2 id="held" class="bad">A run is held</h2>
<p>${held.message}</p>
<ul>${held.articles.map((one) => html`<li>${one.title} <code>${one.path}</code> ${one.reason}</li>`)}</ul>
<form method="post" action="/admin/runs"><input type="hidden" name="accept" value="1"><button>Withdraw ${held.withdrawals} articles</button></form></section>`;
}

function receiversSection(receivers: ReceiverView[], when: (ms: number) => Markup): Markup {
  return html`<section aria-labelledby="receivers"><h2 id="receivers">Who is told</h2>
<div class="scroll"><table><thead><tr><th>Channel</th><th>Where</th><th>State</th><th class="n">Waiting</th><th>Told</th></tr></thead><tbody>
${receivers.map((one) => receiverRow(one, when))}</tbody></table></div></section>`;
}

function receiverRow(one: ReceiverView, when: (ms: number) => Markup): Markup {
  const why = one.error ?? (one.status === null ? '' : `status ${one.status}`);
  const state =
    one.suspendedAt !== null
      ? html`<span class="bad">suspended since ${when(one.suspendedAt)}</span>: ${why}`
      : one.failures > 0
        ? html`failed ${one.failures} times: ${why}${one.nextAt === null ? '' : html`; again ${when(one.nextAt)}`}`
        : html`<span class="good">well</span>`;
  return html`<tr><td>${one.channel}</td><td><code>${one.origin}</code></td><td>${state}</td><td class="n">${one.waiting}</td><td>${one.toldAt === null ? '' : when(one.toldAt)}</td></tr>
`;
}

function fileRow(file: OddFile): Markup {
  return html`<tr><td><code>${file.path}</code></td><td class="${file.state === 'rejected' ? 'bad' : ''}">${file.state}</td><td>${file.problems.map(
    (problem) =>
      html`<div>${problem.line === undefined ? '' : `line ${problem.line}: `}${problem.message} <span class="soft">${problem.code}</span>${problem.mend === undefined ? '' : html`<pre>${problem.mend}</pre>`}</div>`,
  )}</td></tr>
`;
}

function runRow(run: Run, when: (ms: number) => Markup): Markup {
  const { articles, documents, events, held, error, ms } = run.report;
  const happened = Object.entries(events).filter(([, count]) => count > 0);
  return html`<tr><td>${when(run.startedAt)}</td><td>${run.trigger}</td><td class="${run.state === 'failed' ? 'bad' : ''}">${run.state}${held ? html`<div class="bad">held: ${held.message}</div>` : ''}${error ? html`<div class="bad">${error}</div>` : ''}</td><td class="n">${articles.seen}</td><td class="n">${articles.added}</td><td class="n">${articles.changed}</td><td class="n">${articles.removed}</td><td class="n">${articles.accepted}</td><td class="n">${articles.withheld}</td><td class="n">${articles.rejected}</td><td class="n">${documents.written}</td><td>${happened.map(([type, count]) => `${count} ${type}`).join(', ')}</td><td class="n">${ms}</td></tr>
`;
}

import { html } from 'hono/html';
import { findArticle } from '../../ledger/retractions.ts';
import { type ArticleProof, proofOf } from '../../partners/proof.ts';
import { pushState } from '../../partners/pushes.ts';
import type { Markup } from '../pages/layout.ts';
import { action, type Desk, pill, table } from './desk.ts';

const PUSHES = 50;

/** What a partner's webhook was sent and took, with sending it again. */
export async function pushesOf({ home, words, base, when }: Desk, id: string): Promise<Markup> {
  const { receiver, waiting, pushes } = await pushState(home, id, { limit: PUSHES });
  if (!receiver && pushes.length === 0) return html``;
  const rows = pushes.map(
    (
      one,
    ) => html`<tr><td>${when(one.at)}</td><td>${one.type}</td><td><code>${one.article}</code></td><td class="n">${one.attempts}</td><td>${one.takenAt === null ? html`${pill(words.failed, 'bad')} <span class="soft" lang="en">${one.error ?? one.status ?? ''}</span>` : html`${pill(words.taken, 'good')} ${when(one.takenAt)}`}</td><td>${action(`${base}/admin/partners/${id}/replay`, words.replay, { event: one.id })}</td></tr>
`,
  );
  const heads = [words.when, words.event, words.article, { n: words.attempt }, words.state, words.replay];
  return html`<h2>${words.pushes}</h2>
${
  receiver
    ? html`<p><code>${receiver.origin}</code> ${receiver.suspendedAt !== null ? pill(words.suspended, 'bad') : receiver.failures > 0 ? pill(`${receiver.failures} × ${words.failed}`, 'bad') : pill(words.well, 'good')} <span class="soft">${words.depth}: ${waiting.length}</span>${receiver.nextAt === null ? '' : html` <span class="soft">${words.again} ${when(receiver.nextAt)}</span>`}</p>`
    : ''
}
${rows.length === 0 ? html`<p class="soft">${words.none}</p>` : table(words.pushes, heads, rows)}
<form method="post" action="${base}/admin/partners/${id}/replay" class="row"><label>${words.replayRange} <input type="date" name="since" required></label><label>${words.until} <input type="date" name="until"></label><button class="quiet">${words.replay}</button></form>`;
}

/** Asks whether the partner has an article, and answers what was asked. */
export async function proofPart(desk: Desk, id: string, named: string): Promise<Markup> {
  const { home, words, base } = desk;
  const article = named === '' ? null : await findArticle(home, named);
  const proof = article === null ? null : await proofOf(home, id, article);
  return html`<h2 id="proof">${words.proof}</h2>
<form action="${base}/admin/partners/${id}" class="row"><label>${words.articleNamed} <input name="article" value="${named}" required></label><button class="quiet">${words.ask}</button></form>
${proof ? answer(desk, proof) : named === '' ? '' : html`<p role="status">${words.unknown}</p>`}
<p><a href="${base}/api/partners/${id}/record?format=csv">${words.record}</a></p>`;
}

function answer({ words, when }: Desk, { title, has, versions, withdrawal }: ArticleProof): Markup {
  return html`<section class="card" role="status"><p><b><bdi>${title}</bdi></b> ${pill(has ? words.has : words.hasNot, has ? 'good' : 'bad')}</p>
<ul class="plain">${versions.map(
    ({ version, offered, fetched, pushed, acknowledgedAt }) =>
      html`<li>${when(version)}<ul>${offered.map(({ at }) => html`<li>${words.offered} ${when(at)}</li>`)}${fetched.map(({ format, documentVersion, agent, lastAt, times }) => html`<li>${words.fetched} ${when(lastAt)} ${format} v${documentVersion} <span class="soft">${agent} × ${times}</span></li>`)}${pushed.map(({ takenAt, lastAt, status }) => html`<li>${words.pushed} ${when(takenAt ?? lastAt)} <span class="soft">${status ?? ''}</span></li>`)}${acknowledgedAt === null ? '' : html`<li>${words.acknowledged} ${when(acknowledgedAt)}</li>`}</ul></li>`,
  )}${withdrawal === null ? '' : html`<li>${pill(words.events.withdrawn ?? withdrawal.type, 'bad')} ${when(withdrawal.at)} <span class="soft">${withdrawal.reason ?? ''}</span>${withdrawal.settledAt === null ? '' : html` ${words.acknowledged} ${when(withdrawal.settledAt)}`}</li>`}</ul></section>`;
}

import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Home } from '../../home.ts';
import { republish } from '../../republish.ts';
import { listRuns, requestRun } from '../../storage/runs.ts';
import { action, deskOf, pill, table } from './desk.ts';

const SHOWN = 100;

/** `/admin/runs`: regenerations, what made them begin, and what they found. */
export function runRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/runs', async (c) => {
    const desk = deskOf(home, c);
    const { words, base, when } = desk;
    const rows = (await listRuns(home, SHOWN)).map((run) => {
      const { articles, documents, events, held, error, ms } = run.report;
      const happened = Object.entries(events).filter(([, count]) => count > 0);
      const stands = run.state === 'running' && run.progress ? run.progress : null;
      const kind = run.state === 'failed' ? 'bad' : run.state === 'done' ? 'good' : 'plain';
      return html`<tr><td>${when(run.startedAt)}</td><td>${run.trigger}</td><td>${pill(words.runStates[run.state] ?? run.state, kind)}${stands ? html`<div class="soft" lang="en">${stands.phase} <code>${stands.after ?? ''}</code></div>` : ''}${held ? html`<div class="bad" lang="en">${held.message}</div>` : ''}${error ? html`<div class="bad" lang="en">${error}</div>` : ''}</td><td class="n">${articles.seen}</td><td class="n">${articles.added}</td><td class="n">${articles.changed}</td><td class="n">${articles.removed}</td><td class="n">${articles.withheld}</td><td class="n">${articles.rejected}</td><td class="n">${documents.written}</td><td>${happened.map(([type, count]) => `${words.events[type] ?? type} ${count}`).join(', ')}</td><td class="n">${ms}</td></tr>
`;
    });
    const heads = [
      words.when,
      words.trigger,
      words.state,
      ...[words.seen, words.added, words.changedCount, words.removedCount].map((n) => ({ n })),
      ...[words.states.withheld ?? '', words.states.rejected ?? '', words.documents].map((n) => ({ n })),
      words.what,
      { n: words.ms },
    ];
    const body = html`<p>${action(`${base}/admin/runs`, words.runNow)}</p>${rows.length === 0 ? html`<p class="soft">${words.none}</p>` : table(words.pages.runs, heads, rows)}`;
    return desk.show('runs', words.pages.runs, body);
  });

  app.post('/runs', async (c) => {
    await requestRun(home, { trigger: 'api' });
    await republish(home);
    return deskOf(home, c).back('/admin/runs', 'run-started');
  });

  return app;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { republish } from '../../src/republish.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { makeHome } from '../home.ts';

test('a run that goes on says where it stands, for programs and for people', async () => {
  const home = makeHome({ stepsPerInvocation: 2 });
  const headers = { authorization: 'Bearer test-token' };
  const app = createApp(home);
  const runs = async () => {
    const answer = await app.request('/api/runs', { headers });
    return ((await answer.json()) as { runs: { state: string; articles: { seen: number }; progress: unknown }[] }).runs;
  };
  const folder = join(home.folder, 'content/posts');
  mkdirSync(folder, { recursive: true });
  for (let n = 100; n < 120; n++)
    writeFileSync(join(folder, `${n}.md`), `---\ntitle: ${n}\ndate: 2026-10-01\n---\n\nText.\n`);
  await requestRun(home, { trigger: 'api' });
  await republish(home);
  const progress = { phase: 'withdraw', after: null };
  expect(await runs()).toMatchObject([{ state: 'running', articles: { seen: 20 }, progress }]);
  const page = await (await app.request('/admin/runs', { headers })).text();
  expect(page).toContain('withdraw <code></code>');
  for (let step = 0; step < 10 && (await runs())[0]?.state === 'running'; step++) await republish(home);
  expect(await runs()).toMatchObject([{ state: 'done', articles: { seen: 20 }, progress: null }]);
  await home.close();
});

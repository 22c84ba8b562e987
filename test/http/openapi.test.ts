import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiOperations } from '../../src/http/api.ts';
import { createApp } from '../../src/http/app.ts';
import { pathOf } from '../../src/http/openapi.ts';
import { createPartner } from '../../src/partners/partners.ts';
import { republish } from '../../src/republish.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { makeHome, type TestHome } from '../home.ts';

const KEYED = { headers: { Authorization: 'Bearer test-token' } };

let home: TestHome;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  home = makeHome();
  app = createApp(home);
  await home.source.put(
    '2026-11-20-ferry.md',
    new TextEncoder().encode('---\ntitle: Ferry\ntags: [sea]\n---\nIt sails.\n'),
  );
  await home.source.put('broken.md', new TextEncoder().encode('---\ntitle: [\n---\n'));
  await requestRun(home, { trigger: 'api' });
  await republish(home);
  await createPartner(home, { id: 'portal', name: 'Portal' }, 'test');
  await home.db.batch([
    home.db.prepare(`INSERT INTO subscriptions (id, channel, topic, asked_topic, callback, origin, lease_seconds,
      lease_until, created_at, verified_at) VALUES (7, 'websub', '/rss.xml', 'x', 'http://a/', 'http://a', 1, 9e15, 0, 0)`),
    home.db.prepare(`INSERT INTO delivery_log (at, topic, version, subscription, origin, attempt, outcome, status, ms)
      VALUES (0, '/rss.xml', 1, 7, 'http://a', 1, 'delivered', 200, 5)`),
  ]);
});
afterAll(() => home.close());

interface Description {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
}

const description = async () => (await (await app.request('/openapi.json')).json()) as Description;

test('everything that /api answers is described, once, and nothing else', async () => {
  const { openapi, paths } = await description();
  expect(openapi).toBe('3.1.0');
  const { app: routes, list } = apiOperations(home);
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const routed = routes.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} /api${pathOf({ path })}`);
  expect(described.sort()).toEqual([...new Set(routed)].sort());
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(list.length).toBe(ids.length);
});

test('what is answered is what is described', async () => {
  const { list } = apiOperations(home);
  const examples: Record<string, string> = {
    '/runs/:id': `/runs/${await lastRun()}`,
    '/subscribers/:id': '/subscribers/7',
    '/ledger': '/ledger?article=2026-11-20-ferry.md',
    '/partners/:id': '/partners/portal',
    '/partners/:id/pushes': '/partners/portal/pushes',
    '/partners/:id/proof': '/partners/portal/proof?article=2026-11-20-ferry.md',
    '/partners/:id/record': '/partners/portal/record',
  };
  const asked: string[] = [];
  for (const { method, path, answers } of list) {
    const schema = answers[200]?.schema;
    if (method !== 'get' || !schema) continue;
    const example = examples[path];
    if (path.includes(':') && example === undefined) continue;
    const answer = await app.request(`/api${example ?? path}`, KEYED);
    expect(answer.status, path).toBe(200);
    expect(v.safeParse(schema, await answer.json()).issues, path).toBeUndefined();
    asked.push(path);
  }
  expect(asked).toEqual(
    expect.arrayContaining(['/runs', '/runs/:id', '/articles', '/feeds', '/subscribers/:id', '/partners/:id']),
  );
});

async function lastRun(): Promise<string | undefined> {
  const { runs } = (await (await app.request('/api/runs', KEYED)).json()) as { runs: { id: string }[] };
  return runs[0]?.id;
}

test('wrong input is answered with the field and the mend', async () => {
  const wrong = await app.request('/api/runs', {
    method: 'POST',
    headers: { ...KEYED.headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ acceptWithdrawal: true, paths: 'a.md' }),
  });
  expect(wrong.status).toBe(400);
  expect(wrong.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
  expect(await wrong.json()).toMatchObject({
    status: 400,
    errors: expect.arrayContaining([
      { field: 'acceptWithdrawal', detail: expect.stringContaining('did you mean acceptWithdrawals?') },
      { field: 'paths', detail: expect.stringContaining('must be a list') },
    ]),
  });
  const query = await app.request('/api/deliveries?limt=5', KEYED);
  expect(query.status).toBe(400);
  expect(await query.json()).toMatchObject({
    errors: [{ field: 'limt', detail: expect.stringContaining('did you mean limit?') }],
  });
  const cut = await app.request('/api/runs', {
    method: 'POST',
    headers: { ...KEYED.headers, 'Content-Type': 'application/json' },
    body: '{"paths":',
  });
  expect(cut.status).toBe(400);
  expect((await app.request('/api/subscribers/seven', KEYED)).status).toBe(404);
});

test('people read the same, and nothing of it comes from elsewhere', async () => {
  expect(await (await app.request('/docs')).text()).toContain('href="/docs/api"');
  const text = await (await app.request('/docs/api')).text();
  expect(text).toContain('POST /api/runs');
  expect(text).toContain('PUT /api/articles/{path}');
  expect([...text.matchAll(/(?:src|href)="(https?:[^"]+)"/g)].map(([, address]) => address)).toEqual([]);
});

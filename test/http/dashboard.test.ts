import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { article, type Publishing, publishing } from './publishing.ts';

let site: Publishing;
let app: ReturnType<typeof createApp>;
beforeEach(async () => {
  site = publishing({ config: { site: { title: 'Harbour news' } } });
  app = createApp(site.home);
  const files = Array.from({ length: 30 }, (_, at) => [
    `2026-11-${String(at + 1).padStart(2, '0')}-a.md`,
    article(`No. ${at}`),
  ]);
  await site.publish(Object.fromEntries(files));
});
afterEach(() => site.home.close());

const ORIGIN = 'http://tidings.test';

async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form);
  return app.request(ORIGIN + path, { method: 'POST', body, headers: { Origin: ORIGIN, ...headers } });
}

async function signedIn(): Promise<{ Cookie: string }> {
  const answer = await post('/admin/session', { token: 'test-token' });
  return { Cookie: (answer.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '' };
}

test('the session is a signed cookie that no script reads and no other site sends', async () => {
  const answer = await post('/admin/session', { token: 'test-token' });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('Set-Cookie')).toMatch(/HttpOnly/);
  expect(answer.headers.get('Set-Cookie')).toMatch(/SameSite=Strict/);
  const cookie = await signedIn();
  expect((await app.request(`${ORIGIN}/admin`, { headers: cookie })).status).toBe(200);
  const forged = { Cookie: cookie.Cookie.replace(/=\d/, '=9') };
  expect((await app.request(`${ORIGIN}/admin`, { headers: forged })).status).toBe(401);
  expect((await post('/admin/session', { token: 'guess' })).status).toBe(403);
});

test('a form of another site does nothing, and every page is for nobody else', async () => {
  const cookie = await signedIn();
  const foreign = await post('/admin/runs', {}, { ...cookie, Origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  for (const path of [
    '',
    '/articles',
    '/feeds',
    '/subscribers',
    '/deliveries',
    '/partners',
    '/runs',
    '/system',
    '/nothing',
    '/live',
  ]) {
    expect((await app.request(`${ORIGIN}/admin${path}`)).status, path).toBe(401);
    if (path === '/live') continue;
    const page = await app.request(`${ORIGIN}/admin${path}`, { headers: cookie });
    expect(page.status, path).toBe(path === '/nothing' ? 404 : 200);
    expect(page.headers.get('Cache-Control'), path).toBe('private, no-store');
    const policy = page.headers.get('Content-Security-Policy') ?? '';
    expect(policy, path).toContain("script-src 'self'");
    expect(policy, path).not.toContain('unsafe');
    expect(await page.text(), path).not.toMatch(/<script(?![^>]* src=)|\son\w+="|\sstyle="/);
  }
});

test('a held run can be refused, until other articles are missing, and accepted', async () => {
  const { home } = site;
  const cookie = await signedIn();
  const page = async () =>
    (await app.request(`${ORIGIN}/admin`, { headers: { ...cookie, 'Accept-Language': 'en' } })).text();
  const missing = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, at) =>
        home.source.delete(`2026-11-${String(from + at + 1).padStart(2, '0')}-a.md`),
      ),
    );
  const run = () => post('/admin/runs', {}, cookie);
  await missing(0, 10);
  await run();
  await run();
  expect(await page()).toContain('Withdraw 10 articles');
  expect(await page()).toContain('Keep them published');
  const refused = await post('/admin/held', { decision: 'refuse' }, cookie);
  expect(refused.headers.get('Location')).toBe('/admin?note=refused');
  await run();
  expect(await page()).toContain('You decided to keep these articles');
  expect(await page()).not.toContain('Keep them published');
  await missing(10, 12);
  await run();
  await run();
  expect(await page()).toContain('Keep them published');
  await post('/admin/held', { decision: 'accept' }, cookie);
  expect(await page()).not.toContain('A run is held');
  const { items } = (await (await site.get('/feed.json')).json()) as { items: unknown[] };
  expect(items.length).toBe(18);
});

test('numbers come as server-sent events', async () => {
  const cookie = await signedIn();
  const answer = await app.request(`${ORIGIN}/admin/live`, { headers: cookie });
  expect(answer.headers.get('Content-Type')).toContain('text/event-stream');
  const reader = answer.body?.getReader();
  let text = '';
  while (reader && !text.includes('event: changed')) text += new TextDecoder().decode((await reader.read()).value);
  await reader?.cancel();
  expect(text).toContain('"published":30');
});

test('it speaks the language that was chosen, else the browser’s, else the site’s', async () => {
  const cookie = await signedIn();
  const heading = async (path: string, headers: Record<string, string>) =>
    /<h1>(.*?)<\/h1>/.exec(
      await (await app.request(ORIGIN + path, { headers: { ...cookie, ...headers } })).text(),
    )?.[1];
  expect(await heading('/admin', {})).toBe('Overview');
  expect(await heading('/admin', { 'Accept-Language': 'fr, ko;q=0.8, en;q=0.5' })).toBe('개요');
  const chosen = await app.request(`${ORIGIN}/admin?lang=ko`, { headers: cookie });
  const language = (chosen.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
  expect(await heading('/admin', { Cookie: `${cookie.Cookie}; ${language}`, 'Accept-Language': 'en' })).toBe('개요');
});

test('a partner’s page answers whether it has an article', async () => {
  const cookie = await signedIn();
  const form = {
    id: 'portal',
    name: 'Portal',
    content: 'full',
    webhook: 'http://127.0.0.1:9/hook',
    more: '{"days": 3650}',
  };
  const made = await (await post('/admin/partners', form, { ...cookie, 'Accept-Language': 'en' })).text();
  const key = /readonly value="([^"]+)"/.exec(made)?.[1] ?? '';
  await site.publish({});
  const page = async (query = '') =>
    (
      await app.request(`${ORIGIN}/admin/partners/portal${query}`, { headers: { ...cookie, 'Accept-Language': 'en' } })
    ).text();
  expect(await page('?article=2026-11-30-a.md')).toContain('It does not have the present version.');
  const fetched = async () => (await site.get('/partners/portal/rss.xml', { Authorization: `Bearer ${key}` })).status;
  await expect.poll(fetched, { timeout: 15_000 }).toBe(200);
  await expect.poll(() => page('?article=2026-11-30-a.md')).toContain('It has the present version.');
  expect(await page('?article=nothing')).toContain('There is nothing here.');
  expect(await page()).toContain('&quot;days&quot;: 3650');
  await post('/admin/partners/portal/settings', { settings: '{"formats": ["atom"], "days": null}' }, cookie);
  expect(await page()).toContain('&quot;days&quot;: null');
  const wrong = await post('/admin/partners/portal/settings', { settings: '{"formatz": 1}' }, cookie);
  expect(await wrong.text()).toContain('did you mean formats?');
  const without = await post('/admin/partners/portal/replay', { since: 'yesterday' }, cookie);
  expect(without.headers.get('Location')).toBe('/admin/partners/portal?note=failed');
});

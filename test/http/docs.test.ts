import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { makeHome, type TestHome } from '../home.ts';

const DOCS = join(import.meta.dirname, '../../docs');

let home: TestHome;
let app: ReturnType<typeof createApp>;
beforeAll(() => {
  home = makeHome();
  app = createApp(home);
});
afterAll(() => home.close());

const names = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -3));

test.each(names.filter((name) => name !== 'README'))(
  '%s is served, and each of its links leads somewhere',
  async (name) => {
    const answer = await app.request(`/docs/${name}`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    for (const [, href = ''] of text.matchAll(/ href="(\/docs[^"]*)"/g)) {
      const [path = '', anchor] = href.split('#');
      const linked = await app.request(path);
      expect(linked.status, href).toBe(200);
      if (anchor) expect(await linked.text(), href).toContain(` id="${decodeURIComponent(anchor)}"`);
    }
  },
);

test('the index leads to every page', async () => {
  const text = await (await app.request('/docs')).text();
  const decisions = await (await app.request('/docs/decisions/README')).text();
  const linked = new Set([...`${text}${decisions}`.matchAll(/ href="\/docs\/([^"#]+)/g)].map(([, name]) => name));
  expect(names.filter((name) => name !== 'README' && !linked.has(name))).toEqual([]);
});

test('who writes a slash at the end is led to the index', async () => {
  const answer = await app.request('/docs/');
  expect([answer.status, answer.headers.get('location')]).toEqual([301, '/docs']);
});

test('a search finds the section, with a word of it around', async () => {
  const text = await (await app.request('/docs?q=hub.secret')).text();
  expect(text).toMatch(/href="\/docs\/hub#/);
  expect(text).toContain('hub.secret');
  const odd = await (await app.request(`/docs?q=${encodeURIComponent('<b>nothing-has-this')}`)).text();
  expect(odd).toContain('Nothing has “&lt;b&gt;nothing-has-this”');
});

test('nothing but pages of the documentation is given', async () => {
  for (const path of ['/docs/nothing', '/docs/..%2fpackage', '/docs/decisions/measure.mjs', '/docs/%2e%2e/README'])
    expect((await app.request(path)).status, path).toBe(404);
});

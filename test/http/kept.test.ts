import { afterEach, beforeEach, expect, test } from 'vitest';
import { article, type Publishing, publishing } from './publishing.ts';

const BROWSER = { accept: 'text/html' };
const PATHS = ['/', '/feed', '/tag/x/', '/articles/a/', '/feeds.opml', '/sitemap.xml', '/sitemap-2026-10.xml'];

let now = Date.parse('2026-10-02T00:00:00Z');
let site: Publishing;
let asked: string[];
beforeEach(async () => {
  site = publishing({ now: () => now, config: { feeds: { tagMinimum: 1 } } });
  await site.publish({ 'a.md': article('A', { tags: '[x]' }) });
  asked = [];
  const { db } = site.home;
  const prepare = db.prepare.bind(db);
  db.prepare = (sql) => {
    asked.push(sql);
    return prepare(sql);
  };
});
afterEach(() => site.home.close());

test.each(PATHS)('%s is made once for what is published', async (path) => {
  const first = await site.get(path, BROWSER);
  const text = await first.text();
  expect(first.status).toBe(200);
  const once = asked.length;
  asked = [];
  const second = await site.get(path, BROWSER);
  expect(await second.text()).toBe(text);
  expect([...second.headers]).toEqual([...first.headers]);
  // One looks whether it is still right; a feed's page is found by another, an article's after the feeds'.
  expect(asked.length).toBeLessThan(once);
  const again = await site.get(path, { ...BROWSER, 'if-none-match': first.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
  const gzip = await site.get(path, { ...BROWSER, 'accept-encoding': 'gzip' });
  expect(gzip.headers.get('etag') === first.headers.get('etag')).toBe(!gzip.headers.has('content-encoding'));
});

test.each(PATHS)('%s is another one after a run that changed it', async (path) => {
  const etag = (await site.get(path, BROWSER)).headers.get('etag') ?? '';
  now += 60_000;
  await site.publish({ 'a.md': article('A, corrected', { tags: '[x, y]' }), 'b.md': article('B', { tags: '[x]' }) });
  const after = await site.get(path, { ...BROWSER, 'if-none-match': etag });
  expect(after.status).toBe(200);
  expect(after.headers.get('etag')).not.toBe(etag);
});

test('an article that was withdrawn is not answered from memory', async () => {
  expect((await site.get('/articles/a/', BROWSER)).status).toBe(200);
  await site.publish({ 'a.md': null });
  expect((await site.get('/articles/a/', BROWSER)).status).toBe(410);
  expect((await site.get('/sitemap-2026-10.xml')).status).toBe(404);
});

test('the news sitemap loses what is two days old', async () => {
  const titles = async () => (await (await site.get('/news-sitemap.xml')).text()).match(/<news:title>[^<]+/g) ?? [];
  expect(await titles()).toEqual(['<news:title>A']);
  expect(await titles()).toEqual(['<news:title>A']);
  now += 2 * 86_400_000;
  expect(await titles()).toEqual([]);
});

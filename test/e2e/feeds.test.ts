import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isEdge, type Running, start, until } from './process.ts';

// The clone's own sample, as a first visitor finds it.
let tidings: Running;
beforeAll(async () => {
  tidings = await start();
}, 120_000);
afterAll(() => tidings.end(), 30_000);

const text = async (path: string) => (await tidings.get(path)).text();
const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

describe('the sample, published', () => {
  test.each([
    ['/', 'the site'],
    [`/${encoded('category/뱃길')}/`, 'a category'],
    ['/tag/harbour/', 'a tag'],
    [`/${encoded('author/문가람')}/`, 'an author'],
    ['/lang/ko/', 'a language'],
    ['/english/', 'a defined feed'],
  ])('%s has the same entries in three formats (%s)', async (folder) => {
    const rss = parseRssFeed(await text(`${folder}rss.xml`));
    const atom = parseAtomFeed(await text(`${folder}atom.xml`));
    const json = parseJsonFeed(await text(`${folder}feed.json`));
    const ids = json.items?.map((item) => item.id);
    expect(ids?.length).toBeGreaterThan(0);
    expect(rss.items?.map((item) => item.guid?.value)).toEqual(ids);
    expect(atom.entries?.map((entry) => entry.id)).toEqual(ids);
    const titles = json.items?.map((item) => item.title);
    expect(rss.items?.map((item) => item.title)).toEqual(titles);
    expect(atom.entries?.map((entry) => entry.title?.value ?? entry.title)).toEqual(titles);
  });

  test('no article is lost, no draft leaks', async () => {
    const titles = parseJsonFeed(await text('/feed.json')).items?.map((item) => item.title ?? '') ?? [];
    expect(titles).toHaveLength(13);
    expect(titles.filter((title) => title.startsWith('[속보] '))).toHaveLength(1);
    const { files } = await tidings.api<{
      files: { path: string; state: string; problems: { code: string; line?: number }[] }[];
    }>('GET', '/api/articles');
    const odd = files.filter((file) => file.state !== 'accepted').map((file) => [file.state, file.problems[0]?.code]);
    expect(odd.sort()).toEqual([
      ['rejected', 'front-matter-unclosed'],
      ['withheld', 'draft'],
      ['withheld', 'future'],
    ]);
    const repaired = files.find((file) => file.problems.some((problem) => problem.code === 'front-matter-repaired'));
    expect(repaired?.problems[0]?.line).toBe(2);
  });

  test('types, validators and links are those of the document', async () => {
    // As it is, so that what is counted is what was sent.
    const plain = { 'Accept-Encoding': 'identity' };
    for (const [path, type] of [
      ['/rss.xml', 'application/rss+xml; charset=utf-8'],
      ['/atom.xml', 'application/atom+xml; charset=utf-8'],
      ['/feed.json', 'application/feed+json; charset=utf-8'],
    ] as const) {
      const response = await tidings.get(path, { headers: plain });
      const body = await response.arrayBuffer();
      expect(response.headers.get('content-type')).toBe(type);
      expect(response.headers.get('link')).toBe(`<${tidings.url}/hub>; rel="hub", <${tidings.url}${path}>; rel="self"`);
      const etag = response.headers.get('etag') ?? '';
      const modified = response.headers.get('last-modified') ?? '';
      expect(etag).toMatch(/^"[^"]+"$/);
      const head = await tidings.get(path, { method: 'HEAD', headers: plain });
      expect(head.headers.get('etag')).toBe(etag);
      expect(Number(head.headers.get('content-length'))).toBe(body.byteLength);
      for (const headers of [
        { 'If-None-Match': etag },
        { 'If-None-Match': `"other", W/${etag}` },
        { 'If-None-Match': '*' },
        { 'If-Modified-Since': modified },
      ]) {
        const again = await tidings.get(path, { headers: { ...plain, ...headers } });
        expect([again.status, await again.text()]).toEqual([304, '']);
        expect(again.headers.get('etag')).toBe(etag);
      }
      for (const headers of [
        { 'If-None-Match': '"other"' },
        { 'If-Modified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' },
        // The tag decides where both are given.
        { 'If-None-Match': '"other"', 'If-Modified-Since': modified },
      ]) {
        expect((await tidings.get(path, { headers: { ...plain, ...headers } })).status).toBe(200);
      }
    }
  });

  test('/feed answers by Accept', async () => {
    for (const [accept, type] of [
      ['application/atom+xml', 'application/atom+xml'],
      ['application/feed+json', 'application/feed+json'],
      ['application/rss+xml', 'application/rss+xml'],
      ['*/*', 'application/rss+xml'],
      ['application/atom+xml;q=0.4, application/feed+json;q=0.9', 'application/feed+json'],
      ['*/*, text/html;q=0.1', 'application/rss+xml'],
      ['application/rss+xml;q=0, */*', 'application/atom+xml'],
      ['application/*, text/html;q=0.9', 'application/rss+xml'],
      ['text/html;q=0.5, application/json;q=0.5', 'text/html'],
    ] as const) {
      const response = await tidings.get('/feed', { headers: { Accept: accept } });
      expect(response.headers.get('content-type')).toContain(type);
      expect(response.headers.get('vary')).toContain('Accept');
    }
    const page = await tidings.get('/feed', {
      headers: { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
      redirect: 'follow',
    });
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  test('every address of the feeds in OPML answers', async () => {
    const addresses = [...(await text('/feeds.opml')).matchAll(/xmlUrl="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(addresses.length).toBeGreaterThan(20);
    for (const address of addresses) expect((await fetch(address)).status, address).toBe(200);
  });

  test('sitemaps name every article, and each address has a page', async () => {
    const locations = (xml: string) => [...xml.matchAll(/<loc>([^<]+)<\/loc>/g)].map((match) => match[1] ?? '');
    const shards = locations(await text('/sitemap.xml'));
    const pages = (await Promise.all(shards.map(async (shard) => locations(await (await fetch(shard)).text())))).flat();
    expect(pages).toHaveLength(13);
    for (const address of pages) {
      const response = await fetch(address);
      expect(response.status, address).toBe(200);
      expect(await response.text()).toContain(`<link rel="canonical" href="${address}">`);
    }
    const news = await tidings.get('/news-sitemap.xml');
    expect([news.status, news.headers.get('content-type')]).toEqual([200, 'application/xml; charset=utf-8']);
  });

  test('an unknown address is 404 and says where to look', async () => {
    const response = await tidings.get('/category/none/rss.xml');
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining(`${tidings.url}/`)]);
  });

  test('the dashboard wants the token, then shows the runs and what is wrong', async () => {
    expect((await tidings.get('/admin')).status).toBe(401);
    const form = (token: string) => ({
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { Origin: tidings.url },
    });
    expect((await tidings.get('/admin/session', form('wrong'))).status).toBe(403);
    const signedIn = await tidings.get('/admin/session', form('end-to-end-token'));
    expect(signedIn.status).toBe(303);
    const cookie = signedIn.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const headers = { Cookie: cookie.split(';')[0] ?? '', 'Accept-Language': 'en' };
    const page = await (await tidings.get('/admin', { headers })).text();
    expect(page).toContain('front-matter-unclosed');
    expect(page).toContain('done');
  });

  test('the interface for programs refuses who has no token', async () => {
    for (const path of ['/api/runs', '/api/articles', '/api/subscribers']) {
      const response = await tidings.get(path, { headers: { Authorization: 'Bearer wrong' } });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        401,
        'application/problem+json; charset=utf-8',
      ]);
    }
  });
});

test('it is ready, alive and counted', async () => {
  expect((await tidings.get('/healthz')).status).toBe(200);
  await until(async () => (await tidings.get('/readyz')).status === 200, 5_000, 'ready');
  expect(await text('/metrics')).toMatch(/^tidings_articles 13$/m);
});

test.runIf(isEdge)('at the edge, the Worker answers and not Node', async () => {
  // Only workerd has Cloudflare's local addresses.
  expect((await tidings.get('/cdn-cgi/local/scheduled?cron=*+*+*+*+*')).status).toBe(200);
});

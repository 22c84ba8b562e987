import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { article, type Publishing, publishing } from './publishing.ts';

let site: Publishing;
beforeAll(async () => {
  site = publishing({
    config: {
      feeds: {
        tagMinimum: 1,
        renamed: { 'tag/old': 'tag/bus' },
        aliases: { '/news.rdf': '/rss.xml', '/내 소식.xml': '/atom.xml' },
      },
    },
  });
  await site.publish({
    'a.md': article('A', { tags: '[bus]', aliases: '[/2019/a.html, former-a/, /지난 글/]' }),
    'b.md': article('B', { tags: '[alone]' }),
    'c.md': article('C'),
    'move.md': article('Move'),
  });
  await site.publish({ 'b.md': null, 'move.md': null, 'moved/move.md': article('Move') });
});
afterAll(() => site.home.close());

const HTML = { accept: 'text/html,*/*;q=0.8' };

describe('what is elsewhere', () => {
  test.each([
    ['/2019/a.html', '/articles/a/'],
    ['/2019/a', '/articles/a/'],
    ['/former-a/', '/articles/a/'],
    ['/former-a', '/articles/a/'],
    ['/articles/move/', '/articles/moved/move/'],
    ['/tag/old/rss.xml', '/tag/bus/rss.xml'],
    ['/tag/old/', '/tag/bus/'],
    ['/tag/old/feed.xml', '/tag/bus/atom.xml'],
    // By the names that it was subscribed to before.
    ['/tags/Old/index.xml', '/tag/bus/rss.xml'],
    ['/tags/old/', '/tag/bus/'],
    ['/tags/old/feed', '/tag/bus/feed'],
    ['/feed/by_tag/old.xml', '/tag/bus/atom.xml'],
    ['/%EC%A7%80%EB%82%9C%20%EA%B8%80/', '/articles/a/'],
  ])('%s leads to %s, for good and in one step', async (from, to) => {
    const response = await site.get(from);
    expect([response.status, response.headers.get('location')]).toEqual([301, site.home.url + to]);
    expect((await site.get(to)).status).toBe(200);
    // A page elsewhere may follow it, and what leads on today may come back.
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test("the publisher's own alias is answered", async () => {
    expect((await site.get('/news.rdf')).headers.get('content-type')).toContain('application/rss+xml');
    const korean = await site.get(`/${encodeURIComponent('내 소식.xml')}`);
    expect(korean.headers.get('content-type')).toContain('application/atom+xml');
  });
});

describe('what is gone', () => {
  test.each([
    '/tag/alone/rss.xml',
    '/tag/alone/feed.json',
    '/tags/alone/index.xml',
    '/tag/alone/',
    '/tags/Alone',
    '/tag/alone/feed',
    '/articles/b/',
  ])('%s is 410 with a sentence', async (path) => {
    const response = await site.get(path);
    expect([response.status, await response.text()]).toEqual([410, expect.stringMatching(/^This .+\.\n?|gone/)]);
  });

  test('a feed comes back with its article', async () => {
    await site.publish({ 'd.md': article('D', { tags: '[alone]' }) });
    const response = await site.get('/tag/alone/feed.json');
    expect([response.status, (await response.json()) as unknown]).toEqual([
      200,
      expect.objectContaining({ items: [expect.objectContaining({ title: 'D' })] }),
    ]);
  });
});

describe('what never was', () => {
  test('404 names the nearest feeds', async () => {
    const response = await site.get('/tag/buss/rss.xml');
    const text = await response.text();
    expect(response.status).toBe(404);
    expect(text).toContain(`Perhaps you meant ${site.home.url}/tag/bus/rss.xml`);
    expect(text).toContain(`${site.home.url}/`);
  });

  test('as a page for people', async () => {
    const response = await site.get('/<script>alert(1)</script>', HTML);
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('/feeds.opml');
    expect(text).toContain('<link rel="alternate" type="application/atom+xml"');
  });

  test.each(['POST', 'OPTIONS', 'HEAD'])('%s of it is 404 too', async (method) => {
    expect((await site.get('/nothing/here', {}, method)).status).toBe(404);
  });

  test.each(['/%', '/%E0%A4%A', '/tag/%00/rss.xml', '//', '/..%2f..%2fetc/passwd', '/sitemap-2020-01.xml'])(
    '%s harms nobody',
    async (path) => {
      expect((await site.get(path)).status).toBeLessThan(500);
    },
  );
});

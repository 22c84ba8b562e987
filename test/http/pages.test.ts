import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import { article, type Publishing, publishing } from './publishing.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

let site: Publishing;
beforeAll(async () => {
  site = publishing({
    config: { site: { title: 'News & <more>', language: 'ko' }, feeds: { tagMinimum: 1 } },
  });
  await site.publish({
    'a.md': article('A "quoted" & R&D', {
      tags: '[x]',
      categories: '[news]',
      author: 'Kim',
      image: 'https://pictures.example/a.jpg',
      audio: 'https://media.example/a.mp3',
    }),
    'old.md': article('Old', { date: '2019-03-01T00:00:00Z' }),
  });
});
afterAll(() => site.home.close());

test.each(['/', '/feed', '/tag/x/'])(
  '%s tells programs where to ask: the hub, and rssCloud as the document has it',
  async (path) => {
    const text = await (await site.get(path, BROWSER)).text();
    const { url } = site.home;
    expect(text).toContain(`<code>${url}/hub</code>`);
    expect(text).toContain(`<code>${url}/rsscloud/please-notify</code>`);
    expect(await (await site.get('/rss.xml')).text()).toContain('path="/rsscloud/please-notify"');
  },
);

describe.each(['/', '/feed', '/tag/x/', '/tag/x', '/category/news/', '/articles/a/'])('the page %s', (path) => {
  test('names feeds to readers, escaped', async () => {
    const response = await site.get(path, BROWSER);
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    for (const type of ['rss', 'atom', 'feed'])
      expect(text).toMatch(new RegExp(`<link rel="alternate" type="application/${type}\\+(?:xml|json)" title="[^"]+"`));
    expect(text).not.toContain('<more>');
    expect(text).toContain('<html lang="ko">');
  });

  test('has security headers, no cookie, and is asked for again', async () => {
    const { headers } = await site.get(path, BROWSER);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    expect(headers.get('permissions-policy')).toBe('camera=(), geolocation=(), microphone=()');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-cache');
    const again = await site.get(path, { ...BROWSER, 'if-none-match': headers.get('etag') ?? '' });
    expect([again.status, again.headers.get('etag')]).toEqual([304, headers.get('etag')]);
  });

  test('runs no script of its own in the page', async () => {
    const text = await (await site.get(path, BROWSER)).text();
    const scripts = [...text.matchAll(/<script([^>]*)>/g)].map((match) => match[1] ?? '');
    for (const attributes of scripts) expect(attributes).toMatch(/src="\/copy\.js"|type="application\/ld\+json"/);
    expect(text).not.toMatch(/\son\w+=|style="/);
  });
});

test('the page of an article has what search engines and networks read', async () => {
  const text = await (await site.get('/articles/a/')).text();
  const url = `${site.home.url}/articles/a/`;
  expect(text).toContain(`<link rel="canonical" href="${url}">`);
  expect(text).toContain(`<meta property="og:url" content="${url}">`);
  expect(text).toContain('<meta property="og:title" content="A &quot;quoted&quot; &amp; R&amp;D">');
  expect(text).toContain('<meta property="og:image" content="https://pictures.example/a.jpg">');
  const [, json = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(text) ?? [];
  expect(JSON.parse(json)).toMatchObject({
    '@type': 'NewsArticle',
    headline: 'A "quoted" & R&D',
    datePublished: '2026-10-01T09:00:00.000Z',
    author: [{ '@type': 'Person', name: 'Kim' }],
    mainEntityOfPage: url,
  });
  expect(text).toContain('src="https://media.example/a.mp3"');
});

test("a feed's page shows its entries and each address to copy", async () => {
  const text = await (await site.get('/tag/x/')).text();
  expect(text).toContain('A &quot;quoted&quot; &amp; R&amp;D');
  for (const name of ['rss.xml', 'atom.xml', 'feed.json']) {
    const address = `${site.home.url}/tag/x/${name}`;
    expect(text).toContain(`value="${address}"`);
    expect(text).toContain(`data-copy="${address}"`);
  }
});

test('script, style and picture are served with their types', async () => {
  for (const [path, type] of [
    ['/copy.js', 'text/javascript; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
  ] as const) {
    const response = await site.get(path, { 'accept-encoding': 'gzip' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  }
});

describe('sitemaps', () => {
  const locations = async (path: string) =>
    [...(await (await site.get(path)).text()).matchAll(/<loc>([^<]+)<\/loc>\s*<lastmod>([^<]+)</g)].map((match) => [
      match[1]?.slice(site.home.url.length) ?? '',
      match[2],
    ]);

  test('a shard for each month, with the newest change in it; another month is not touched by what is added', async () => {
    expect(await locations('/sitemap.xml')).toEqual([
      ['/sitemap-2019-03.xml', '2019-03-01T00:00:00.000Z'],
      ['/sitemap-2026-10.xml', '2026-10-01T09:00:00.000Z'],
    ]);
    expect(await locations('/sitemap-2019-03.xml')).toEqual([['/articles/old/', '2019-03-01T00:00:00.000Z']]);
    const before = await (await site.get('/sitemap-2019-03.xml')).text();
    await site.publish({ 'older.md': article('Older', { date: '2018-01-01T00:00:00Z' }) });
    expect(await locations('/sitemap.xml')).toHaveLength(3);
    expect(await (await site.get('/sitemap-2019-03.xml')).text()).toBe(before);
  });

  test('robots.txt points to them', async () => {
    expect(await (await site.get('/robots.txt')).text()).toContain(`Sitemap: ${site.home.url}/sitemap.xml`);
  });
});

describe('the publisher’s colour and logo', () => {
  test('are on every page, and a colour that is none is refused', async () => {
    const site = publishing({
      config: { site: { title: 'Harbour', url: 'https://h.example', logo: '/logo.svg', color: '#c40' } },
    });
    await site.publish({ 'a.md': article('A') });
    expect(await (await site.get('/')).text()).toContain('<img class="logo" src="https://h.example/logo.svg" alt="">');
    expect(await (await site.get('/style.css')).text()).toContain('--mark: color-mix(in oklab, #c40,');
    await site.home.close();
    expect(() => resolveConfig({ site: { color: 'red; }' } }, 'http://x')).toThrow(/site.color: must be a colour/);
  });
});

test('links of an article page lead to pages that there are', async () => {
  const small = publishing({ config: { site: { title: 'Small' } } });
  try {
    await small.publish({
      'a.md': article('A', { tags: '[shared, "C++"]', categories: '[News]' }),
      'b.md': article('B', { tags: '[shared]' }),
    });
    const text = await (await small.get('/articles/a/', BROWSER)).text();
    const chips = /<ul class="chips">(.*)<\/ul>/.exec(text)?.[1] ?? '';
    expect(
      chips
        .replaceAll(/<[^>]+>/g, ' ')
        .trim()
        .split(/\s+/),
    ).toEqual(['News', 'C++', 'shared']);
    const links = [...chips.matchAll(/href="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links).toEqual(['/category/news/', '/tag/shared/']);
    for (const link of links) expect((await small.get(link, BROWSER)).status, link).toBe(200);
  } finally {
    small.home.close();
  }
});

test('an article page tells the time of day where the article has one, and names its file', async () => {
  const seoul = publishing({ config: { site: { language: 'en', timezone: 'Asia/Seoul' } } });
  try {
    await seoul.publish({
      'day.md': article('Day', { date: '2026-10-01' }),
      'clock.md': article('Clock', { date: '2026-10-01 09:30', audio: 'https://cdn.example/fog%20horn.mp3?v=1' }),
    });
    const byline = async (path: string) =>
      /<time[^>]*>([^<]+)</.exec(await (await seoul.get(path, BROWSER)).text())?.[1]?.replaceAll('\u202f', ' ');
    expect(await byline('/articles/day/')).toBe('Oct 1, 2026');
    expect(await byline('/articles/clock/')).toBe('Oct 1, 2026, 9:30 AM');
    const page = await (await seoul.get('/articles/clock/', BROWSER)).text();
    expect(page).toContain('<a href="https://cdn.example/fog%20horn.mp3?v=1">fog horn.mp3</a>');
  } finally {
    seoul.home.close();
  }
});

import { parseOpml, parseRssFeed } from 'feedsmith';
import { expect, test } from 'vitest';
import { article, publishing } from './publishing.ts';

test('the list of feeds calls each as its documents do', async () => {
  const { home, get, publish } = publishing({ config: { site: { title: 'R&D' } } });
  try {
    await publish({ 'a.md': article('A', { categories: '[News]' }) });
    const { body } = parseOpml(await (await get('/feeds.opml')).text());
    const titles = body?.outlines?.map(({ title, text }) => [title, text]);
    expect(titles).toContainEqual(['News · R&D', 'News · R&D']);
    for (const { title, xmlUrl } of body?.outlines ?? [])
      expect(parseRssFeed(await (await get((xmlUrl ?? '').replace(home.url, ''))).text()).title).toBe(title);
  } finally {
    home.close();
  }
});

test('the list of feeds names a site of another script by an address that every program takes', async () => {
  const config = { site: { title: '여행', url: 'https://한국.example/블로그' } };
  const { home, get, publish } = publishing({ config });
  try {
    await publish({ 'a.md': article('A') });
    const text = await (await get('/feeds.opml')).text();
    expect(text).toContain('htmlUrl="https://xn--3e0b707e.example/%EB%B8%94%EB%A1%9C%EA%B7%B8/"');
  } finally {
    home.close();
  }
});

test('sitemaps leave out what asks for it, and its page says so too', async () => {
  const now = Date.parse('2026-10-01T12:00:00Z');
  const { home, get, publish } = publishing({ now: () => now });
  try {
    await publish({
      'a.md': article('Open'),
      'b.md': article('No feed', { feed: 'false' }),
      'c.md': article('Unlisted', { unlisted: 'true' }),
      'd.md': article('No sitemap', { sitemap: 'false', date: '2026-09-30T20:00:00Z' }),
    });
    const pages = async (path: string) =>
      [...(await (await get(path)).text()).matchAll(/<loc>[^<]*\/(\w+)\/?(?:\.xml)?<\/loc>/g)].map((match) => match[1]);
    expect(await pages('/sitemap-2026-10.xml')).toEqual(['a', 'b']);
    expect(await pages('/news-sitemap.xml')).toEqual(['b', 'a']);
    // A month without any is no shard.
    expect(await (await get('/sitemap.xml')).text()).not.toContain('2026-09');
    expect((await get('/sitemap-2026-09.xml')).status).toBe(404);
    for (const [path, robots] of [
      ['/articles/a/', null],
      ['/articles/b/', null],
      ['/articles/c/', 'noindex'],
      ['/articles/d/', 'noindex'],
    ] as const) {
      const page = await get(path);
      expect([page.status, page.headers.get('x-robots-tag')], path).toEqual([200, robots]);
      expect((await page.text()).includes('<meta name="robots" content="noindex">'), path).toBe(robots !== null);
    }
  } finally {
    home.close();
  }
});

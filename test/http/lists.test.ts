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

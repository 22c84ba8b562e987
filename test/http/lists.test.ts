import { expect, test } from 'vitest';
import { article, publishing } from './publishing.ts';

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

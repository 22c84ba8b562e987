import { parseOpml } from 'feedsmith';
import { expect, it } from 'vitest';
import { renderOpml } from '../../src/feeds/opml.ts';

it('lists every feed for readers to import', () => {
  const xml = renderOpml({ title: 'A & B <c>', updated: '2024-01-02T03:04:05.000Z' }, [
    {
      title: 'Q&A "daily" <x>',
      xmlUrl: 'https://feeds.example/rss.xml?a=1&b=2',
      htmlUrl: 'https://paper.example/',
      lang: 'ko',
    },
    { title: '경제', xmlUrl: 'https://feeds.example/category/%EA/rss.xml', htmlUrl: 'https://paper.example/' },
  ]);
  expect(parseOpml(xml)).toMatchObject({
    head: { title: 'A & B <c>', dateModified: 'Tue, 02 Jan 2024 03:04:05 GMT' },
    body: {
      outlines: [
        {
          type: 'rss',
          text: 'Q&A "daily" <x>',
          title: 'Q&A "daily" <x>',
          xmlUrl: 'https://feeds.example/rss.xml?a=1&b=2',
          htmlUrl: 'https://paper.example/',
          language: 'ko',
        },
        { type: 'rss', text: '경제', xmlUrl: 'https://feeds.example/category/%EA/rss.xml' },
      ],
    },
  });
});

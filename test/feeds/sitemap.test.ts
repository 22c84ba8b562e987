import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { NEWS_LIMIT, renderNewsSitemap } from '../../src/feeds/news-sitemap.ts';
import { renderSitemapIndex, renderSitemapShard, SHARD_SIZE } from '../../src/feeds/sitemap.ts';

const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === 'url' });

describe('sitemaps', () => {
  it('has an index of shards', () => {
    const xml = renderSitemapIndex([
      { url: 'https://paper.example/sitemap/1.xml', lastmod: '2024-01-02T03:04:05.000Z' },
    ]);
    expect(parser.parse(xml).sitemapindex).toEqual({
      '@_xmlns': 'http://www.sitemaps.org/schemas/sitemap/0.9',
      sitemap: { loc: 'https://paper.example/sitemap/1.xml', lastmod: '2024-01-02T03:04:05.000Z' },
    });
  });

  it('has addresses, and says nothing of a change that is not known', () => {
    const xml = renderSitemapShard([
      { url: 'https://paper.example/?a=1&b=2', lastmod: '2024-01-02T03:04:05.000Z' },
      { url: 'https://paper.example/경제', lastmod: null },
    ]);
    expect(parser.parse(xml).urlset.url).toEqual([
      { loc: 'https://paper.example/?a=1&b=2', lastmod: '2024-01-02T03:04:05.000Z' },
      { loc: 'https://paper.example/%EA%B2%BD%EC%A0%9C' },
    ]);
  });

  it('fills a shard and refuses to overfill it', () => {
    const pages = Array.from({ length: SHARD_SIZE }, (_, at) => ({
      url: `https://paper.example/${at}`,
      lastmod: null,
    }));
    expect(renderSitemapShard(pages).match(/<loc>/g)).toHaveLength(SHARD_SIZE);
    expect(() => renderSitemapShard([...pages, { url: 'https://paper.example/', lastmod: null }])).toThrow(RangeError);
  });
});

describe('news sitemap', () => {
  const article = {
    url: 'https://paper.example/?a=1&b=2',
    title: '[속보] Q&A <b>',
    published: '2024-01-02T03:04:05.000Z',
    lang: null,
  };

  it('names publication, language, date and title', () => {
    const { urlset } = parser.parse(renderNewsSitemap({ name: '소리 & 신문', lang: 'ko-KR' }, [article]));
    expect(urlset['@_xmlns:news']).toBe('http://www.google.com/schemas/sitemap-news/0.9');
    expect(urlset.url).toEqual([
      {
        loc: article.url,
        'news:news': {
          'news:publication': { 'news:name': '소리 & 신문', 'news:language': 'ko' },
          'news:publication_date': article.published,
          'news:title': article.title,
        },
      },
    ]);
  });

  it.each([
    ['en-GB', 'en'],
    ['zh', 'zh-cn'],
    ['zh-Hans-CN', 'zh-cn'],
    ['zh-Hant', 'zh-tw'],
    ['zh-TW', 'zh-tw'],
  ])('writes %s as %s', (lang, written) => {
    const { urlset } = parser.parse(renderNewsSitemap({ name: 'A', lang: 'en' }, [{ ...article, lang }]));
    expect(urlset.url[0]['news:news']['news:publication']['news:language']).toBe(written);
  });

  it('leaves out what Google would not read', () => {
    const many = Array.from({ length: NEWS_LIMIT + 1 }, () => article);
    expect(parser.parse(renderNewsSitemap({ name: 'A', lang: 'en' }, many)).urlset.url).toHaveLength(NEWS_LIMIT);
  });

  it('is a sound document without articles', () => {
    expect(parser.parse(renderNewsSitemap({ name: 'A', lang: 'en' }, [])).urlset['@_xmlns']).toMatch(/sitemaps/);
  });
});

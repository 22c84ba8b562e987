import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import type { Selectable } from '../../src/feeds/entry.ts';
import { addresses, definedFeeds, feedsOf, headOf, matches, sortIn } from '../../src/feeds/selection.ts';

const SERVER = 'https://feeds.example.org';
const updated = '2024-01-02T03:04:05.000Z';

const article: Selectable = {
  path: 'posts/inside-rust/a.md',
  categories: ['경제'],
  tags: ['Local News', 'Bus'],
  authors: [{ name: 'Kim Cheolsu' }],
  lang: null,
  inFeeds: true,
};

const config = resolveConfig(
  {
    site: { title: 'The Paper', url: 'https://paper.example', language: 'ko', image: '/logo.png' },
    feeds: {
      defined: [
        { path: '/inside-rust', title: 'Inside Rust', where: { folder: 'posts/inside-rust' } },
        { path: '/sport', title: 'Sport', where: { category: 'sport' } },
      ],
    },
  },
  SERVER,
);

describe('feedsOf', () => {
  it('names every feed in which an article stands', () => {
    expect(feedsOf(article, config)).toEqual([
      { key: '', kind: 'site', title: 'The Paper', lang: null },
      { key: 'category/경제', kind: 'category', title: '경제', lang: null },
      { key: 'tag/bus', kind: 'tag', title: 'Bus', lang: null },
      { key: 'tag/local-news', kind: 'tag', title: 'Local News', lang: null },
      { key: 'author/kim-cheolsu', kind: 'author', title: 'Kim Cheolsu', lang: null },
      { key: 'lang/ko', kind: 'lang', title: 'ko', lang: 'ko' },
      { key: 'folder/posts', kind: 'folder', title: 'posts', lang: null },
      { key: 'folder/posts/inside-rust', kind: 'folder', title: 'posts/inside-rust', lang: null },
      { key: '/inside-rust', kind: 'defined', title: 'Inside Rust', lang: null },
    ]);
  });

  it.each([
    ['a.md', []],
    ['posts/a.md', ['folder/posts']],
    ['posts/a-storm/index.md', ['folder/posts']],
    ['posts/a-storm/index.ko.md', ['folder/posts']],
    ['index.md', []],
    ['news/2024/03/05/a.md', ['folder/news']],
    ['2024/a.md', []],
    ['소식/뱃길/a.md'.normalize('NFD'), ['folder/소식', 'folder/소식/뱃길']],
  ])('has feeds for the folders of %s', (path, keys) => {
    const refs = feedsOf({ ...article, path }, config).filter((ref) => ref.kind === 'folder');
    expect(refs.map((ref) => ref.key)).toEqual(keys);
  });

  it('gives none to an article that asks to be in no feed', () => {
    expect(feedsOf({ ...article, inFeeds: false }, config)).toEqual([]);
  });

  it('has one feed for all spellings of a name, titled by the first by code point', () => {
    const tags = ['bus', 'BUS', 'Bus', ' bus! '];
    const refs = feedsOf({ ...article, tags }, config).filter((ref) => ref.kind === 'tag');
    expect(refs).toEqual([{ key: 'tag/bus', kind: 'tag', title: 'BUS', lang: null }]);
    expect(feedsOf({ ...article, tags: tags.toReversed() }, config)).toEqual(feedsOf({ ...article, tags }, config));
  });

  it('leaves out names that no address can be made of', () => {
    expect(feedsOf({ ...article, tags: ['..', '', ' '] }, config).filter((ref) => ref.kind === 'tag')).toEqual([]);
  });

  it('keeps the letters of a language code in what documents say of it', () => {
    const lang = feedsOf({ ...article, lang: 'zh-Hant-TW' }, config).find((ref) => ref.kind === 'lang');
    expect(lang).toEqual({ key: 'lang/zh-hant-tw', kind: 'lang', title: 'zh-Hant-TW', lang: 'zh-Hant-TW' });
  });
});

describe('definedFeeds', () => {
  it.each([
    ['ko', 'ko'],
    [['en-GB'], 'en-GB'],
    [['ko', 'en'], null],
    [undefined, null],
  ])('a feed of the language %j has the language %j', (lang, expected) => {
    const where = lang === undefined ? {} : { lang };
    const one = resolveConfig({ feeds: { defined: [{ path: '/one', title: 'One', where }] } }, SERVER);
    const ref = definedFeeds(one)[1];
    expect(ref?.lang).toBe(expected);
    expect(ref && headOf(ref, one, SERVER, 'paper.example', '2024-01-01T00:00:00.000Z').lang).toBe(expected ?? 'en');
  });

  it('names the feeds that exist without an article', () => {
    expect(definedFeeds(config).map((ref) => ref.key)).toEqual(['', '/inside-rust', '/sport']);
  });
});

describe('matches', () => {
  it.each([
    [{}, true],
    [{ category: '경제' }, true],
    [{ category: 'sport' }, false],
    [{ category: ['sport', '경제'] }, true],
    [{ tag: 'LOCAL-NEWS' }, true],
    [{ tag: 'local news', category: 'sport' }, false],
    [{ tag: [] }, false],
    [{ tag: '..' }, false],
    [{ author: 'kim cheolsu' }, true],
    [{ lang: 'KO' }, true],
    [{ lang: 'en' }, false],
    [{ folder: 'posts' }, true],
    [{ folder: '/posts/inside-rust/' }, true],
    [{ folder: './posts' }, true],
    [{ folder: 'posts/inside' }, false],
    [{ folder: '' }, false],
    [{ folder: '.' }, false],
    [{ not: { category: '경제' } }, false],
    [{ not: { category: 'sport' } }, true],
    [{ not: { category: '경제', tag: 'train' } }, true],
    [{ not: {} }, true],
    [{ category: '경제', not: { folder: 'posts/inside-rust' } }, false],
  ])('%j: %j', (where, expected) => {
    expect(matches(where, article, 'ko')).toBe(expected);
  });

  it("takes '' and '.' for the content folder's own files", () => {
    const top = { ...article, path: 'a.md' };
    expect([matches({ folder: '' }, top), matches({ folder: '.' }, top), matches({ folder: 'a.md' }, top)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('takes a language for its regions too, and not for others that begin alike', () => {
    expect(matches({ lang: 'en' }, { ...article, lang: 'en-GB' })).toBe(true);
    expect(matches({ lang: 'en-GB' }, { ...article, lang: 'en' })).toBe(false);
    expect(matches({ lang: 'k' }, { ...article, lang: 'ko' })).toBe(false);
  });

  it('knows a folder however its letters are composed', () => {
    const path = '뉴스/a.md';
    expect(matches({ folder: '뉴스'.normalize('NFD') }, { ...article, path })).toBe(true);
    expect(matches({ folder: '뉴스' }, { ...article, path: path.normalize('NFD') })).toBe(true);
  });
});

describe('sortIn', () => {
  it('goes by publication, in a feed that asks for it by the last update', () => {
    const recent = resolveConfig(
      { feeds: { defined: [{ path: '/recent', title: 'Recent', order: 'updated' }] } },
      SERVER,
    );
    const order = '2024-01-02T00:00:00.000Z 000000000000000 a.md';
    const [site, defined] = definedFeeds(recent);
    expect(site && sortIn(site, recent, { order }, updated)).toBe(order);
    expect(defined && sortIn(defined, recent, { order }, updated)).toBe(`${updated} ${order}`);
  });
});

describe('addresses', () => {
  it.each([
    ['folder/소식/a b', '/folder/%EC%86%8C%EC%8B%9D/a%20b/rss.xml'],
    ['', '/rss.xml'],
    ['category/경제', '/category/%EA%B2%BD%EC%A0%9C/rss.xml'],
    ['tag/c#', '/tag/c%23/rss.xml'],
    ['tag/c++', '/tag/c++/rss.xml'],
    ['tag/100%', '/tag/100%25/rss.xml'],
    ['tag/🚀', '/tag/%F0%9F%9A%80/rss.xml'],
    ['/inside-rust', '/inside-rust/rss.xml'],
    ['/caf%C3%A9/new', '/caf%C3%A9/new/rss.xml'],
    ['/café/new', '/caf%C3%A9/new/rss.xml'],
  ])('%j is at %s', (key, address) => {
    expect(addresses(key).rss).toBe(address);
    expect(new URL(address, SERVER).pathname).toBe(address);
  });

  it('has one path for each format', () => {
    expect(addresses('tag/bus')).toEqual({
      rss: '/tag/bus/rss.xml',
      atom: '/tag/bus/atom.xml',
      json: '/tag/bus/feed.json',
    });
  });
});

describe('headOf', () => {
  it('tells what a feed is', () => {
    const [, ref] = feedsOf(article, config);
    expect(ref && headOf(ref, config, SERVER, 'paper.example', updated)).toEqual({
      title: '경제 · The Paper',
      description: '',
      home: 'https://paper.example/',
      topics: {
        rss: `${SERVER}/category/%EA%B2%BD%EC%A0%9C/rss.xml`,
        atom: `${SERVER}/category/%EA%B2%BD%EC%A0%9C/atom.xml`,
        json: `${SERVER}/category/%EA%B2%BD%EC%A0%9C/feed.json`,
      },
      hub: `${SERVER}/hub`,
      lang: 'ko',
      author: null,
      image: 'https://paper.example/logo.png',
      copyright: null,
      updated,
      id: 'tag:paper.example,2026:feed/category/%EA%B2%BD%EC%A0%9C',
      archives: null,
      podcast: null,
      otherHubs: [],
      cloud: { domain: 'feeds.example.org', port: 443, path: '/rsscloud/please-notify' },
    });
  });

  it('is never without a title, which no format allows', () => {
    const nameless = resolveConfig({ site: { title: ' ' } }, SERVER);
    const [site] = definedFeeds(nameless);
    const named = { key: 'tag/bus', kind: 'tag', title: 'Bus', lang: null } as const;
    expect(site && headOf(site, nameless, SERVER, 'paper.example', updated).title).toBe('paper.example');
    expect(headOf(named, nameless, SERVER, 'paper.example', updated).title).toBe('Bus');
  });

  it('has the same id wherever the server is, and another for each feed', () => {
    const ids = definedFeeds(config).map((ref) => headOf(ref, config, SERVER, 'paper.example', updated).id);
    expect(new Set(ids).size).toBe(3);
    expect(
      definedFeeds(config).map((ref) => headOf(ref, config, 'http://localhost:1', 'paper.example', updated).id),
    ).toEqual(ids);
  });
});

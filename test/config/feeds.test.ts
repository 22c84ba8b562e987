import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';

const URL = 'https://feeds.example';
const defined = (...paths: string[]) => ({ feeds: { defined: paths.map((path) => ({ path, title: 'A feed' })) } });

describe('paths of defined feeds', () => {
  it.each(['/inside-rust', '/news/local', '/café', '/tags-of-the-week', '/category-news'])('%s is taken', (path) => {
    expect(resolveConfig(defined(path), URL).feeds.defined[0]?.path).toBe(path);
  });

  it.each(['/tag/bus', '/Tag/bus', '/category/x', '/folder', '/lang/en', '/author/kim', '/partners/a', '/api', '/hub'])(
    '%s is refused, since Tidings uses it itself',
    (path) => {
      expect(() => resolveConfig(defined(path), URL)).toThrow(/feeds\.defined\.0\.path: must not begin with a part/);
    },
  );

  it.each(['news', '/news/', '/', '//news', '/a//b', '/news?x', '/news/archives', '/news/archives/2024'])(
    '%s is refused',
    (path) => {
      expect(() => resolveConfig(defined(path), URL)).toThrow(/feeds\.defined\.0\.path: must be a path/);
    },
  );

  it('are each used once, however they are written', () => {
    expect(() => resolveConfig(defined('/café', '/caf%C3%A9'), URL)).toThrow('two feeds have the path /caf%C3%A9');
  });
});

describe('limits', () => {
  it('give a feed more bytes when it may have more entries', () => {
    const bytes = (feeds: object) => resolveConfig({ feeds }, URL).feeds.maxBytes;
    expect([bytes({}), bytes({ limit: 500 }), bytes({ limit: 500, maxBytes: 20_000 })]).toEqual([
      1_000_000, 25_000_000, 20_000,
    ]);
    expect(() => bytes({ maxBytes: 100 })).toThrow(/feeds\.maxBytes/);
  });
});

describe('site.podcast.category', () => {
  const podcast = (category: string | [string, string]) => resolveConfig({ site: { podcast: { category } } }, URL);

  it('is one that directories know', () => {
    expect(podcast('True Crime').site.podcast?.category).toBe('True Crime');
    expect(podcast(['News', 'Daily News']).site.podcast?.category).toEqual(['News', 'Daily News']);
    expect(() => podcast('Gossip')).toThrow(/site\.podcast\.category: must be one of Arts, Business/);
    expect(() => podcast(['News', 'Books'])).toThrow(/site\.podcast\.category: must be News with one of Business News/);
    expect(() => podcast(['History', 'Rome'])).toThrow(/site\.podcast\.category: must be History alone/);
  });
});

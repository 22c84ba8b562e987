import { expect, test } from 'vitest';
import { aliasOf, keysAt, renamedTo } from '../../src/http/aliases.ts';

const none = { aliases: {}, renamed: {} };

test.each([
  // Jekyll, Hugo, WordPress, Ghost, Hexo, Zola, Eleventy, Astro, Docusaurus, Pelican, Blogger.
  ['/feed.xml', '/atom.xml'],
  ['/index.xml', '/rss.xml'],
  ['/feed/rss/', '/rss.xml'],
  ['/feed/rss2', '/rss.xml'],
  ['/feed/atom/', '/atom.xml'],
  ['/rss', '/rss.xml'],
  ['/rss/', '/rss.xml'],
  ['/atom', '/atom.xml'],
  ['/rss2.xml', '/rss.xml'],
  ['/feed.atom', '/atom.xml'],
  ['/feed.rss', '/rss.xml'],
  ['/feed/feed.xml', '/atom.xml'],
  ['/feed/json', '/feed.json'],
  ['/blog/rss.xml', '/rss.xml'],
  ['/blog/feed.json', '/feed.json'],
  ['/posts/index.xml', '/rss.xml'],
  ['/feeds/all.atom.xml', '/atom.xml'],
  ['/feeds/all.rss.xml', '/rss.xml'],
  ['/feeds/posts/default', '/atom.xml'],
  // Of a category, tag or author.
  ['/tags/Harbour/index.xml', '/tag/harbour/rss.xml'],
  ['/tags/harbour/atom.xml', '/tag/harbour/atom.xml'],
  ['/categories/news/index.xml', '/category/news/rss.xml'],
  ['/category/news/feed.xml', '/category/news/atom.xml'],
  ['/category/news/feed/rss/', '/category/news/rss.xml'],
  ['/authors/mun-garam/rss', '/author/mun-garam/rss.xml'],
  ['/feed/news.xml', '/category/news/atom.xml'],
  ['/feed/by_tag/harbour.xml', '/tag/harbour/atom.xml'],
  ['/feeds/news.atom.xml', '/category/news/atom.xml'],
  ['/tags/%EB%B1%83%EA%B8%B8/index.xml', '/tag/%EB%B1%83%EA%B8%B8/rss.xml'],
  // Of a defined feed.
  ['/english/feed.xml', '/english/atom.xml'],
  ['/deep/er/rss', '/deep/er/rss.xml'],
])('%s is %s', (asked, meant) => {
  expect(aliasOf(asked, none)).toBe(meant);
});

test.each(['/', '/rss.xml', '/tag/x/feed.json', '/articles/a/', '/feed', '/style.css', '/%'])('%s is none', (path) => {
  expect(aliasOf(path, none)).toBeNull();
});

test("the publisher's own go first", () => {
  const aliases = { '/news.rdf': '/rss.xml', '/feed.xml': '/rss.xml' };
  expect(aliasOf('/news.rdf', { aliases })).toBe('/rss.xml');
  expect(aliasOf('/feed.xml', { aliases })).toBe('/rss.xml');
});

test.each([
  ['/tag/old/rss.xml', '/tag/new/rss.xml'],
  ['/tag/old/', '/tag/new/'],
  ['/tag/old', '/tag/new'],
  // In one step, also from an alias and through two names.
  ['/tag/old/feed.xml', '/tag/new/atom.xml'],
  ['/tag/oldest/rss.xml', '/tag/new/rss.xml'],
  ['/tag/older/rss.xml', null],
  ['/rss.xml', null],
])('%s was renamed to %s', (from, to) => {
  const renamed = { 'tag/old': 'tag/new', 'tag/oldest': 'tag/old' };
  expect(renamedTo(from, { aliases: {}, renamed })).toBe(to);
});

test('names in a circle end', () => {
  const renamed = { 'tag/a': 'tag/b', 'tag/b': 'tag/a' };
  expect(['/tag/a/rss.xml', '/tag/b/rss.xml', null]).toContain(renamedTo('/tag/a/rss.xml', { aliases: {}, renamed }));
});

test.each([
  ['/tag/Harbour/', 'tag/harbour'],
  ['/categories/news', 'category/news'],
  ['/english/', '/english'],
  ['/', ''],
])('%s may be the feed %s', (path, key) => {
  expect(keysAt(path)).toContain(key);
});

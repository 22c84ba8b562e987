import { afterAll, beforeAll, expect, test } from 'vitest';
import { findTopic, possibleAddresses, topicUrl } from '../../src/hub/topics.ts';
import { makeHome, type TestHome } from '../home.ts';
import { commitDocument } from '../push/engine.ts';

let home: TestHome;
beforeAll(async () => {
  home = makeHome({ url: 'https://news.test' });
  await commitDocument(home, 'x', '/rss.xml');
  await commitDocument(home, 'x', '/tag/%EB%B2%84%EC%8A%A4/rss.xml');
});
afterAll(() => home.close());

test.each([
  'https://news.test/rss.xml',
  'http://news.test/rss.xml',
  'HTTPS://NEWS.test/rss.xml',
  'https://news.test:443/rss.xml',
  'http://news.test:80/rss.xml',
  'https://news.test/rss.xml/',
  'https://news.test/rss.xml#top',
  'https://news.test/./rss.xml',
])('%s is the topic', async (given) => {
  expect(await findTopic(home, given)).toBe('/rss.xml');
});

test.each([
  'https://news.test/tag/버스/rss.xml',
  'https://news.test/tag/%eb%b2%84%ec%8a%a4/rss.xml',
  'https://news.test/tag/%EB%B2%84%EC%8A%A4/rss.xml',
])('%s is found in any form of encoding', async (given) => {
  expect(await findTopic(home, given)).toBe('/tag/%EB%B2%84%EC%8A%A4/rss.xml');
});

test.each([
  'https://news.test/atom.xml',
  'https://news.test:8443/rss.xml',
  'https://other.test/rss.xml',
  'https://news.test.evil.test/rss.xml',
  'https://news.test/rss.xml?page=2',
  'ftp://news.test/rss.xml',
  '/rss.xml',
  'https://news.test/',
  '',
])('%s is none', async (given) => {
  expect(await findTopic(home, given)).toBeNull();
});

test('a server below a path has its topics below it', () => {
  const below = { url: 'http://localhost:8787/tidings' };
  expect(possibleAddresses(below, 'http://localhost:8787/tidings/rss.xml')).toEqual(['/rss.xml']);
  expect(possibleAddresses(below, 'http://localhost:8787/tidingsrss.xml')).toEqual([]);
  expect(topicUrl(below, '/rss.xml')).toBe('http://localhost:8787/tidings/rss.xml');
});

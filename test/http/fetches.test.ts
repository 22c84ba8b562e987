import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { republish } from '../../src/republish.ts';
import { housekeep } from '../../src/schedule.ts';
import {
  Fetches,
  fetchesByHour,
  fetchesSince,
  forgetFetches,
  readerOf,
  writeFetches,
} from '../../src/storage/fetches.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { makeHome, type TestHome } from '../home.ts';

test.each([
  ['Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers; like FeedFetcher-Google)', 'Feedly', 12],
  ['Feedbin feed-id:1373711 - 142 subscribers', 'Feedbin', 142],
  ['NewsBlur Feed Fetcher - 5 subscribers - https://www.newsblur.com/site/1/x', 'NewsBlur Feed Fetcher', 5],
  ['Mozilla/5.0 (compatible; inoreader.com/1.0; 7 subscribers; +https://www.inoreader.com/)', 'inoreader.com', 7],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'browsers', null],
  ['Tiny Tiny RSS/24.0 (https://tt-rss.org/)', 'Tiny Tiny RSS', null],
  ['<script>alert(1)</script>', 'scriptalert', null],
  ['', 'unnamed', null],
])('%s', (userAgent, name, subscribers) => {
  expect(readerOf(userAgent)).toEqual({ name, subscribers });
});

test('a flood of invented names is one row', () => {
  const fetches = new Fetches(() => 0);
  for (let at = 0; at < 500; at++) fetches.note('/rss.xml', 200, `Reader${at}/1`);
  const rows = fetches.take();
  expect(rows.length).toBe(101);
  expect(rows.find(({ reader }) => reader === 'others')?.fetches).toBe(400);
  expect(fetches.take()).toEqual([]);
});

let home: TestHome;
let now = Date.parse('2026-11-20T10:30:00Z');
beforeEach(async () => {
  now = Date.parse('2026-11-20T10:30:00Z');
  home = makeHome({ now: () => now });
  await home.source.put('2026-11-19-ferry.md', new TextEncoder().encode('---\ntitle: Ferry\n---\nIt sails.\n'));
  await requestRun(home, { trigger: 'api' });
  await republish(home);
});
afterEach(() => home.close());

test('fetches are counted by document, program and hour, and those that found nothing new', async () => {
  const app = createApp(home);
  const ask = (path: string, headers: Record<string, string>) => app.request(path, { headers });
  const first = await ask('/rss.xml', { 'User-Agent': 'Feedbin feed-id:1 - 3 subscribers' });
  const etag = first.headers.get('ETag') ?? '';
  await ask('/rss.xml', { 'User-Agent': 'Feedbin feed-id:1 - 4 subscribers', 'If-None-Match': etag });
  await ask('/index.xml', { 'User-Agent': 'curl/8.1' });
  await ask('/nothing.xml', { 'User-Agent': 'curl/8.1' });
  await housekeep(home);
  now += 3_600_000;
  await ask('/atom.xml', { 'User-Agent': 'curl/8.2' });
  await writeFetches(home);
  const since = now - 86_400_000;
  expect(await fetchesSince(home, since, 10)).toEqual([
    { address: '/rss.xml', reader: 'Feedbin', fetches: 2, unchanged: 1, subscribers: 4 },
    ...['/atom.xml', '/rss.xml'].map((address) => ({
      address,
      reader: 'curl',
      fetches: 1,
      unchanged: 0,
      subscribers: null,
    })),
  ]);
  expect(await fetchesByHour(home, since)).toMatchObject([
    { fetches: 3, unchanged: 1 },
    { fetches: 1, unchanged: 0 },
  ]);
  now += 3 * 86_400_000;
  await forgetFetches(home, 2);
  expect(await fetchesByHour(home, since)).toEqual([]);
});

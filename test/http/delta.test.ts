import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wantsFeedDelta } from '../../src/http/delta.ts';
import { article, type Publishing, publishing } from './publishing.ts';

const TITLES: Record<string, (text: string) => (string | undefined)[]> = {
  '/rss.xml': (text) => parseRssFeed(text).items?.map((item) => item.title) ?? [],
  '/atom.xml': (text) =>
    parseAtomFeed(text).entries?.map((entry) => (typeof entry.title === 'string' ? entry.title : entry.title?.value)) ??
    [],
  '/feed.json': (text) => parseJsonFeed(text).items?.map((item) => item.title) ?? [],
};

let site: Publishing;
beforeEach(async () => {
  site = publishing();
  await site.publish({
    'a.md': article('A', { date: '2026-10-01T00:00:00Z' }),
    'b.md': article('B & C', { date: '2026-10-02T00:00:00Z' }),
    'c.md': article('C', { date: '2026-10-03T00:00:00Z' }),
  });
});
afterEach(() => site.home.close());

const tagOf = async (path: string, headers = {}) => (await site.get(path, headers)).headers.get('etag') ?? '';

describe.each(Object.keys(TITLES))('%s', (path) => {
  const titles = TITLES[path] ?? (() => []);

  test('sends what is new or changed since the version that is named', async () => {
    const old = await tagOf(path);
    await site.publish({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
    const between = await tagOf(path);
    await site.publish({ 'b.md': article('B, corrected', { date: '2026-10-02T00:00:00Z' }) });
    const present = await site.get(path);
    const ask = (tags: string) => site.get(path, { 'a-im': 'feed', 'if-none-match': tags });
    const since = await ask(old);
    expect(since.status).toBe(226);
    expect(titles(await since.text())).toEqual(['D', 'B, corrected']);
    expect(since.headers.get('im')).toBe('feed');
    expect(since.headers.get('etag')).toBe(present.headers.get('etag'));
    expect(since.headers.get('delta-base')).toBe(old);
    expect(since.headers.get('content-type')).toBe(present.headers.get('content-type'));
    expect(since.headers.get('cache-control')).toBe('no-store, im');
    expect(since.headers.get('vary')).toBe('Accept-Encoding, A-IM, If-None-Match');
    // Of several versions, the newest is the base.
    const least = await ask(`${old}, W/${between}`);
    expect(titles(await least.text())).toEqual(['B, corrected']);
    expect(least.headers.get('delta-base')).toBe(between);
    expect((await ask(present.headers.get('etag') ?? '')).status).toBe(304);
  });

  test('is coded, and knows the tag of another coding', async () => {
    const old = await tagOf(path, { 'accept-encoding': 'gzip' });
    await site.publish({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
    const delta = await site.get(path, { 'a-im': 'feed', 'if-none-match': old, 'accept-encoding': 'gzip' });
    expect([delta.status, delta.headers.get('content-encoding')]).toEqual([226, 'gzip']);
    const text = await new Response(delta.body?.pipeThrough(new DecompressionStream('gzip'))).text();
    expect(titles(text)).toEqual(['D']);
    expect(delta.headers.get('etag')).toBe(await tagOf(path, { 'accept-encoding': 'gzip' }));
  });

  test('sends everything where it cannot know better', async () => {
    const old = await tagOf(path);
    await site.publish({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
    const ask = async (headers: Record<string, string>) => (await site.get(path, headers)).status;
    expect(await ask({ 'if-none-match': old })).toBe(200);
    expect(await ask({ 'a-im': 'feed' })).toBe(200);
    expect(await ask({ 'a-im': 'feed', 'if-none-match': '"unknown"' })).toBe(200);
    expect(await ask({ 'a-im': 'vcdiff, gzip', 'if-none-match': old })).toBe(200);
    expect(await ask({ 'a-im': 'feed;q=0', 'if-none-match': old })).toBe(200);
    expect(await ask({ 'a-im': 'feed', 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' })).toBe(200);
  });

  test('sends everything where nothing is new but something is gone', async () => {
    const old = await tagOf(path);
    await site.publish({ 'c.md': null });
    const answer = await site.get(path, { 'a-im': 'feed', 'if-none-match': old });
    expect([answer.status, titles(await answer.text())]).toEqual([200, ['B & C', 'A']]);
  });

  test('remembers twenty versions', async () => {
    const first = await tagOf(path);
    for (let change = 1; change <= 20; change++) {
      await site.publish({ 'a.md': article(`A ${change}`, { date: '2026-10-01T00:00:00Z' }) });
      if (change === 19)
        expect((await site.get(path, { 'a-im': 'feed', 'if-none-match': first })).status, '19 changes').toBe(226);
    }
    expect((await site.get(path, { 'a-im': 'feed', 'if-none-match': first })).status, '20 changes').toBe(200);
  });
});

test.each([
  ['feed', true],
  ['Feed ; q=0.3', true],
  ['vcdiff, feed, gzip', true],
  ['feed;q=0.0', false],
  ['feeds', false],
  ['', false],
  [null, false],
])('A-IM: %s', (header, wanted) => {
  expect(wantsFeedDelta(header)).toBe(wanted);
});

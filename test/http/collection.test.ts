import { afterEach, beforeEach, expect, test } from 'vitest';
import { collectBlobs } from '../../src/feeds/publish.ts';
import { documentHead } from '../../src/storage/documents.ts';
import { article, type Publishing, publishing } from './publishing.ts';

const HOUR = 3_600_000;

let now = Date.parse('2026-11-01T00:00:00Z');
let site: Publishing;
beforeEach(() => {
  site = publishing({ now: () => now });
});
afterEach(() => site.home.close());

const blobsOf = async () => {
  const head = await documentHead(site.home, '/rss.xml');
  return head ? [head.blob, ...Object.values(head.codings).map((coded) => coded.blob)] : [];
};
const there = (blobs: string[]) => Promise.all(blobs.map((blob) => site.home.blobs.has(blob)));

test('coded bodies go an hour after the version that they are of, and not before', async () => {
  await site.publish({ 'a.md': article('A') });
  const first = await blobsOf();
  expect(first).toHaveLength(4);
  now += 1000;
  await site.publish({ 'a.md': article('A, corrected') });
  const second = await blobsOf();
  now += HOUR - 1000;
  await collectBlobs(site.home);
  expect(await there(first)).toEqual([true, true, true, true]);
  now += 2000;
  await collectBlobs(site.home);
  expect(await there(first)).toEqual([false, false, false, false]);
  expect(await there(second)).toEqual([true, true, true, true]);
});

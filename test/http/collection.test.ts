import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentHead } from '../../src/storage/documents.ts';
import { sweepBlobs } from '../../src/storage/orphans.ts';
import { collectBlobs } from '../../src/storage/retired.ts';
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

test('blobs that a process left behind are found and go an hour later; all others stay', async () => {
  await site.publish({ 'a.md': article('A'), 'long.md': article('Long') + 'A long text. '.repeat(100_000) });
  const shown = await blobsOf();
  const orphan = 'ab'.repeat(32);
  await site.home.blobs.put(orphan, new TextEncoder().encode('written, and never committed'));
  const before = (await site.home.blobs.list()).hashes.filter((hash) => hash !== orphan);
  await sweepBlobs(site.home);
  await collectBlobs(site.home);
  expect(await there([orphan, ...shown])).toEqual([true, true, true, true, true]);
  now += HOUR + 1000;
  await collectBlobs(site.home);
  expect((await site.home.blobs.list()).hashes).toEqual(before);
  expect((await site.get('/articles/long/')).status).toBe(200);
});

test('a blob that is committed after it was found stays', async () => {
  await site.publish({ 'a.md': article('A') });
  const blobs = await blobsOf();
  const documents = await site.home.db.prepare('SELECT address, blob, codings FROM documents').all();
  // As if the body were written and its head not committed yet.
  await site.home.db.prepare("UPDATE documents SET blob = '', codings = '{}'").run();
  await sweepBlobs(site.home);
  for (const { address, blob, codings } of documents)
    await site.home.db
      .prepare('UPDATE documents SET blob = ?, codings = ? WHERE address = ?')
      .bind(String(blob), String(codings), String(address))
      .run();
  now += HOUR + 1000;
  await collectBlobs(site.home);
  expect(await there(blobs)).toEqual([true, true, true, true]);
  expect(await site.home.db.prepare('SELECT * FROM retired_blobs').all()).toEqual([]);
});

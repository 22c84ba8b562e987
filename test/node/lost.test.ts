import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { remakeLostDocuments } from '../../src/node/lost.ts';
import { republish } from '../../src/republish.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { makeHome } from '../home.ts';

test.each([
  ['gone', (blobs: string) => rmSync(blobs, { recursive: true })],
  [
    'cut short',
    (blobs: string) => {
      for (const shard of readdirSync(blobs))
        for (const name of readdirSync(join(blobs, shard))) truncateSync(join(blobs, shard, name), 10);
    },
  ],
])('documents whose files are %s are the same again after a start', async (_, lose) => {
  const first = makeHome();
  writeFileSync(
    join(first.folder, 'content', 'one.md'),
    '---\ntitle: One\ndate: 2026-01-02\ntags: [a]\n---\n\nText.\n',
  );
  await requestRun(first, { trigger: 'start' });
  await republish(first);
  const paths = ['/rss.xml', '/atom.xml', '/feed.json', '/lang/en/rss.xml'];
  const before = await Promise.all(paths.map(async (path) => (await createApp(first).request(path)).text()));
  const data = join(first.folder, 'data');
  const { folder } = first;
  lose(join(data, 'blobs'));

  const second = makeHome({ folder });
  expect(await remakeLostDocuments(second, data)).toBeGreaterThanOrEqual(paths.length);
  await requestRun(second, { trigger: 'start' });
  await republish(second);
  expect(await remakeLostDocuments(second, data)).toBe(0);
  const app = createApp(second);
  const after = await Promise.all(paths.map(async (path) => (await app.request(path)).text()));
  expect(after).toEqual(before);
  await second.close();
  await first.close();
});

test('a text that is a blob is read from its file again, and what was half written is removed', async () => {
  const first = makeHome();
  const text = 'A long text. '.repeat(100_000);
  writeFileSync(join(first.folder, 'content', 'long.md'), `---\ntitle: Long\ndate: 2026-01-02\n---\n\n${text}\n`);
  await requestRun(first, { trigger: 'start' });
  await republish(first);
  const page = await (await createApp(first).request('/articles/long/')).text();
  expect(page).toContain('A long text. A long text.');
  const { folder } = first;
  const blobs = join(folder, 'data', 'blobs');
  rmSync(blobs, { recursive: true });
  mkdirSync(blobs);
  writeFileSync(join(blobs, '.0a6b.tmp'), 'half');

  const second = makeHome({ folder });
  await remakeLostDocuments(second, join(folder, 'data'));
  expect(readdirSync(blobs)).toEqual([]);
  await requestRun(second, { trigger: 'start' });
  await republish(second);
  expect(await (await createApp(second).request('/articles/long/')).text()).toBe(page);
  expect((await createApp(second).request('/rss.xml')).status).toBe(200);
  await second.close();
  await first.close();
});

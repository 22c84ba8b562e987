import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nextPage } from '../../src/ledger/scan.ts';
import { nextOpenRun, type Run, type RunProgress, requestRun } from '../../src/storage/runs.ts';
import { makeHome, type TestHome } from '../home.ts';
import { openNewsroom, writeArticles } from './newsroom.ts';

const KNOWN = 6_000;
/** Of a step: what one batch can commit well inside every limit. */
const MOST = 3_000;
const START: RunProgress = { phase: 'scan', cursor: null, after: null, force: false, fingerprint: '', joined: [] };
const name = (n: number) => `${String(n).padStart(5, '0')}.md`;

let home: TestHome;
beforeEach(async () => {
  home = makeHome();
  await home.db
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO files (path, tag, state) SELECT printf('%05d.md', i), 'seen', 'accepted' FROM n`,
    )
    .bind(KNOWN)
    .run();
});
afterEach(() => home.close());

/** The pages of a run over the whole folder. */
async function pagesOf(name = home.name) {
  await requestRun(home, { trigger: 'api' });
  const run = (await nextOpenRun(home)) as Run;
  const pages = [];
  for (let progress: RunProgress | null = START; progress; ) {
    const page = await nextPage({ ...home, name }, run, progress);
    pages.push(page);
    progress = page.next && { ...progress, ...page.next };
  }
  return pages;
}

it('a folder that was emptied is taken in by pages too', async () => {
  const pages = await pagesOf();
  const paths = pages.flatMap(({ candidates }) => candidates.map(({ path }) => path));
  expect(paths).toEqual(Array.from({ length: KNOWN }, (_, at) => name(at + 1)));
  for (const { candidates } of pages) expect(candidates.length).toBeLessThanOrEqual(MOST);
});

it('what is left of a folder is seen once, wherever its pages end', async () => {
  const left = [1, 2_499, 2_500, 2_501, 5_000, KNOWN, KNOWN + 1].map(name);
  const folder = join(home.folder, 'content');
  mkdirSync(folder, { recursive: true });
  for (const path of left) writeFileSync(join(folder, path), 'text');
  const pages = await pagesOf();
  expect(pages.reduce((sum, { seen }) => sum + seen, 0)).toBe(left.length);
  const all = pages.flatMap(({ candidates }) => candidates);
  expect(all.flatMap(({ path, file }) => (file ? path : []))).toEqual(left);
  expect(new Set(all.map(({ path }) => path)).size).toBe(KNOWN + 1);
  expect(all).toHaveLength(KNOWN + 1);
});

it('of the files that differ a step at the edge reads a hundred, and sees each once', async () => {
  const folder = join(home.folder, 'content');
  mkdirSync(folder, { recursive: true });
  const come = Array.from({ length: 350 }, (_, at) => name(KNOWN + 1 + at));
  // Among the known ones, so that what is gone stands before, between and after what came.
  const between = Array.from({ length: 150 }, (_, at) => `${String(at * 40).padStart(5, '0')}b.md`);
  for (const path of [...come, ...between]) writeFileSync(join(folder, path), 'text');
  const pages = await pagesOf('workers');
  for (const { candidates } of pages)
    expect(candidates.filter(({ file }) => file !== null).length).toBeLessThanOrEqual(100);
  const paths = pages.flatMap(({ candidates }) => candidates.map(({ path }) => path));
  expect(paths).toHaveLength(KNOWN + come.length + between.length);
  expect(new Set(paths).size).toBe(paths.length);
  expect(pages.reduce((sum, { seen }) => sum + seen, 0)).toBe(come.length + between.length);
});

it('more articles than a step withdraws go in one run, once the publisher has agreed', async () => {
  const room = openNewsroom();
  try {
    writeArticles(room, 520);
    await room.run();
    room.remove('news');
    room.remove('notes');
    const held = (await room.run()).held;
    expect(held).toMatchObject({ reason: 'folder-empty', withdrawals: 520 });
    expect(held?.articles.map(({ path }) => path)).toEqual(
      Array.from({ length: 20 }, (_, at) => `news/a${String(2 * at + 1).padStart(4, '0')}.md`),
    );
    expect((await room.run(undefined, { acceptWithdrawals: true })).events.withdrawn).toBe(520);
    expect(await room.ids()).toEqual([]);
  } finally {
    await room.close();
  }
});

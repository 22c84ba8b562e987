import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileReader, type ReadAhead, readFile } from '../../src/articles/file.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';
import { createFileSource } from '../../src/node/files.ts';
import { createReadAhead } from '../../src/node/read-ahead.ts';

const now = () => Date.parse('2026-06-01T00:00:00Z');
const config = resolveConfig({ site: { title: 'T', url: 'https://site.test' } }, 'http://feeds.test');

let folder: string;
let ahead: ReadAhead;
let here: FileReader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-ahead-'));
  for (let n = 0; n < 230; n++)
    writeFileSync(
      join(folder, `${n}.md`),
      `---\ntitle: Article ${n}\ndate: 2026-0${(n % 9) + 1}-01\nauthor: mara\n---\nText ${n}`,
    );
  writeFileSync(join(folder, 'broken.md'), '---\ntitle: [\n---\n');
  ahead = createReadAhead({ contentFolder: folder, config, now, log: createLog('silent') });
  here = { source: createFileSource(folder), config, now, sha256: (data) => `${data.length}` };
});
afterEach(async () => {
  await ahead.stop();
  rmSync(folder, { recursive: true });
});

test('the other thread reads files as this one does: accepted, not due yet, broken', async () => {
  const { files } = await here.source.list();
  const authors = { mara: { name: 'Mara Quill' } };
  ahead.begin(files, authors);
  const states = new Set<string>();
  for (const file of files) {
    const there = await ahead.take(file);
    const expected = (await readFile(here, file, authors))?.reading();
    expect(there?.tag).toBe(file.tag);
    expect(there?.reading()).toEqual(expected);
    states.add(expected?.state ?? 'gone');
  }
  expect([...states].sort()).toEqual(['accepted', 'rejected', 'withheld']);
});

test('a file that changed since, that was not begun, or that is asked for again is not answered', async () => {
  const { files } = await here.source.list();
  const [first, second] = files;
  if (!first || !second) throw new Error('there are files');
  expect(await ahead.take(first)).toBeNull();
  ahead.begin(files, {});
  expect(await ahead.take({ ...first, tag: 'another' })).toBeNull();
  expect(await ahead.take(second)).not.toBeNull();
  expect(await ahead.take(second)).toBeNull();
});

test('what was begun and is not wanted any more is let go of, and few files are left to who asks', async () => {
  const { files } = await here.source.list();
  const file = files.at(-1);
  if (!file) throw new Error('there are files');
  ahead.begin(files, {});
  const waiting = ahead.take(file);
  await ahead.stop();
  expect(await waiting).toBeNull();
  ahead.begin(files.slice(0, 10), {});
  expect(await ahead.take(file)).toBeNull();
  expect(await ahead.take(files[0] ?? file)).toBeNull();
});

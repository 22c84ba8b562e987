import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createFileSource, type Skipped } from '../../src/node/files.ts';
import { PathRefused } from '../../src/storage/paths.ts';
import { type ArticleSource, SourceUnavailable } from '../../src/storage/ports.ts';

const base = mkdtempSync(join(tmpdir(), 'tidings-files-'));
afterAll(() => rmSync(base, { recursive: true }));
const bytes = new TextEncoder().encode('text');

describe('a content folder', () => {
  let outside: string;
  let folder: string;
  let source: ArticleSource;
  let skipped: Skipped[];

  beforeEach(() => {
    outside = mkdtempSync(join(base, 'x'));
    folder = join(outside, 'content');
    mkdirSync(folder);
    writeFileSync(join(outside, 'secret.md'), 'secret');
    skipped = [];
    source = createFileSource(folder, { onSkipped: (item) => skipped.push(item) });
  });

  const write = (path: string, text = 'text') => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const link = (path: string, to: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    symlinkSync(to, join(folder, path));
  };
  const listed = async () => (await source.list()).files.map(({ path }) => path);
  const reasons = () => Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));

  test('shows links to files and folders in it', async () => {
    write('posts/a.md');
    link('b.md', 'posts/a.md');
    link('en', join(folder, 'posts'));
    expect(await listed()).toEqual(['b.md', 'en/a.md', 'posts/a.md']);
    expect(await source.get('en/a.md')).not.toBeNull();
    expect(skipped).toEqual([]);
  });

  test('never follows a link out of it, to read or to write', async () => {
    write('posts/a.md');
    link('file.md', '../secret.md');
    link('absolute.md', join(outside, 'secret.md'));
    link('up', '..');
    link('posts/system', '/etc');
    expect(await listed()).toEqual(['posts/a.md']);
    expect(reasons()).toEqual(
      Object.fromEntries(
        ['file.md', 'absolute.md', 'up', 'posts/system'].map((path) => [path, 'is a link out of the content folder']),
      ),
    );
    for (const path of ['file.md', 'absolute.md', 'up/secret.md', 'posts/system/passwd']) {
      expect(await source.get(path)).toBeNull();
      expect(await source.head(path)).toBeNull();
    }
    await expect(source.put('up/secret.md', bytes)).rejects.toThrow(PathRefused);
    await expect(source.put('up/new/a.md', bytes)).rejects.toThrow(PathRefused);
    expect(await source.delete('up/secret.md')).toBe(false);
    // The link itself gives way to a file; what it points to stays as it was.
    await source.put('file.md', bytes);
    expect(await readFile(join(outside, 'secret.md'), 'utf8')).toBe('secret');
    expect(await readdir(outside)).toEqual(['content', 'secret.md']);
  });

  test('ends where links run in circles', async () => {
    write('a/a.md');
    write('b/b.md');
    link('self.md', 'self.md');
    link('a/up', '..');
    link('a/to-b', '../b');
    link('b/to-a', '../a');
    link('dangling.md', 'nowhere.md');
    expect(await listed()).toEqual(['a/a.md', 'a/to-b/b.md', 'b/b.md', 'b/to-a/a.md']);
    expect(reasons()).toMatchObject({
      'self.md': 'is a link to itself',
      'dangling.md': 'is a link to nothing',
      'a/up': 'is a link to a folder that it is in',
    });
  });

  test('ends where many folders link to each other', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `folder-${n}`);
    for (const name of names) write(`${name}/a.md`);
    for (const from of names) for (const to of names) if (from !== to) link(`${from}/${to}`, `../${to}`);
    expect((await listed()).length).toBeLessThan(100);
  });

  test('passes over hidden files, what tools leave behind, pipes, and names that are no text', async () => {
    write('a.md');
    for (const path of ['.git/config.md', '.draft.md', 'node_modules/x/README.md', 'posts/.a.md.swp', 'a.md~'])
      write(path);
    execFileSync('mkfifo', [join(folder, 'pipe.md')]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.md')]), 'x');
    writeFileSync(join(folder, 'back\\slash.md'), 'x');
    link('to-hidden', '.git');
    expect(await listed()).toEqual(['a.md']);
    expect(reasons()).toMatchObject({
      'pipe.md': 'is neither a file nor a folder',
      'back\\slash.md': expect.stringContaining('backslash'),
      'to-hidden': expect.stringContaining('.git'),
      '\ufffd\ufffd.md': 'has a name that is not UTF-8',
    });
    expect(await source.get('pipe.md')).toBeNull();
    expect(await source.get('.git/config.md')).toBeNull();
  });

  test.skipIf(process.getuid?.() === 0)('passes over a folder that may not be read', async () => {
    write('a.md');
    write('closed/b.md');
    await chmod(join(folder, 'closed'), 0);
    expect(await listed()).toEqual(['a.md']);
    expect(reasons()).toEqual({ closed: 'cannot be read (EACCES)' });
    await chmod(join(folder, 'closed'), 0o700);
  });

  test('says that it is unavailable when it is not there, and not that it is empty', async () => {
    rmSync(folder, { recursive: true });
    await expect(source.list()).rejects.toThrow(SourceUnavailable);
    await expect(source.get('a.md')).rejects.toThrow(SourceUnavailable);
    await expect(source.put('a.md', bytes)).rejects.toThrow(SourceUnavailable);
    writeFileSync(folder, 'a file');
    await expect(source.list()).rejects.toThrow(SourceUnavailable);
  });

  test('sees a file that was replaced by another of the same size and time', async () => {
    const time = new Date('2024-01-01T00:00:00Z');
    write('a.md', 'one');
    utimesSync(join(folder, 'a.md'), time, time);
    const before = await source.head('a.md');
    write('b.md', 'two');
    utimesSync(join(folder, 'b.md'), time, time);
    renameSync(join(folder, 'b.md'), join(folder, 'a.md'));
    expect((await source.head('a.md'))?.tag).not.toBe(before?.tag);
  });

  test('shows a file whole or not at all while it is written over and over', async () => {
    const texts = ['a', 'b'].map((letter) => new TextEncoder().encode(letter.repeat(100_000)));
    await source.put('a.md', texts[0] ?? bytes);
    const writing = (async () => {
      for (let n = 0; n < 60; n++) await source.put('a.md', texts[n % 2] ?? bytes);
    })();
    let reads = 0;
    for (let busy = true; busy; reads++) {
      const read = await source.get('a.md');
      expect(read?.bytes.byteLength).toBe(100_000);
      expect(new Set(read?.bytes).size).toBe(1);
      busy = await Promise.race([
        writing.then(() => false),
        new Promise<boolean>((resolve) => setImmediate(resolve, true)),
      ]);
    }
    expect(reads).toBeGreaterThan(1);
    expect(await readdir(folder)).toEqual(['a.md']);
  });

  test('refuses a file where a folder is, and the other way round', async () => {
    await source.put('posts/a.md', bytes);
    await expect(source.put('posts', bytes)).rejects.toThrow(PathRefused);
    await expect(source.put('posts/a.md/b.md', bytes)).rejects.toThrow(PathRefused);
    expect(await listed()).toEqual(['posts/a.md']);
  });

  test('lists two thousand files in a hundred folders', async () => {
    for (let n = 0; n < 100; n++) mkdirSync(join(folder, `${n}`));
    for (let n = 0; n < 2000; n++) writeFileSync(join(folder, `${n % 100}/${n}.md`), '');
    let seen = 0;
    let cursor: string | undefined;
    do {
      const page = await source.list({ cursor });
      seen += page.files.length;
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toBe(2000);
  });
});

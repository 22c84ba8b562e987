import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ArchiveError, tarFiles } from '../../src/repository/tar.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-tar-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const FILES = {
  'a.md': 'one',
  'empty.md': '',
  'posts/2026/새 소식 — 항구.md': '본문\n',
  'block.md': 'x'.repeat(512),
  'more.md': 'y'.repeat(70_000),
  [`${'long/'.repeat(30)}${'name'.repeat(50)}.md`]: 'far below',
};

function fill(root: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync('a.md', join(root, 'link.md'));
}

/** Bytes in pieces of a size, as a network brings them. */
function inPieces(bytes: Uint8Array, size: number): globalThis.ReadableStream<Uint8Array> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  return ReadableStream.from(pieces) as globalThis.ReadableStream<Uint8Array>;
}

async function read(
  bytes: Uint8Array,
  { piece = 1000, maxBytes = 10_000_000, isWanted = (_: string): boolean => true } = {},
) {
  const files: Record<string, string> = {};
  for await (const file of tarFiles(inPieces(bytes, piece), { isWanted, maxBytes }))
    files[file.path] = new TextDecoder().decode(file.bytes);
  return files;
}

const below = (top: string) =>
  Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`${top}/${path}`, text]));

describe('tar archives', () => {
  test.each(['ustar', 'pax', 'gnu'])('of GNU tar in the form %s', async (format) => {
    const top = join(folder, format, 'top');
    mkdirSync(top, { recursive: true });
    fill(top);
    const left = format === 'ustar' ? ['--exclude=long'] : [];
    const archive = execFileSync('tar', ['-c', `--format=${format}`, ...left, '-C', dirname(top), 'top'], {
      maxBuffer: 1e8,
    });
    const expected = below('top');
    if (format === 'ustar')
      for (const path of Object.keys(expected)) if (path.includes('/long/')) delete expected[path];
    for (const piece of [7, 512, 100_000]) expect(await read(archive, { piece })).toEqual(expected);
  });

  test('of git, as the hosts of repositories make them', async () => {
    const root = join(folder, 'git');
    mkdirSync(root);
    fill(root);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@a.example', ...args], {
        cwd: root,
        maxBuffer: 1e8,
      });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'All');
    const archive = git('archive', '--format=tar', '--prefix=owner-name-0123abc/', 'HEAD');
    expect(await read(archive)).toEqual(below('owner-name-0123abc'));
    expect(Object.keys(await read(archive, { isWanted: (path) => path.endsWith('/a.md') }))).toEqual([
      'owner-name-0123abc/a.md',
    ]);
  });

  test('that are cut short, too large, or none are refused', async () => {
    const archive = execFileSync('tar', ['-c', '-C', folder, 'pax'], { maxBuffer: 1e8 });
    await expect(read(archive.subarray(0, archive.length / 2))).rejects.toThrow(/ends before its end/);
    await expect(read(new Uint8Array())).rejects.toThrow(ArchiveError);
    await expect(read(archive, { maxBytes: 20_000 })).rejects.toThrow(/more than 20000 bytes/);
    await expect(read(new TextEncoder().encode('<html>'.repeat(500)))).rejects.toThrow(/no tar archive/);
  });

  test('of any bytes end, or are refused', async () => {
    const archive = execFileSync('tar', ['-c', '--format=pax', '-C', folder, 'pax'], { maxBuffer: 1e8 });
    await fc.assert(
      fc.asyncProperty(fc.nat(4000), fc.nat(255), async (at, byte) => {
        const broken = new Uint8Array(archive);
        broken[at] = byte;
        const error: unknown = await read(broken, { maxBytes: 1_000_000 }).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(error === null || error instanceof ArchiveError).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from '../command.ts';

/** What was written here, so that the next build knows what is its own. */
const MANIFEST = '.tidings-build.json';

interface Manifest {
  version: 1;
  /** SHA-256 of each file by its path. */
  files: Record<string, string>;
}

/** What a build did to its folder. */
export interface Written {
  written: number;
  unchanged: number;
  removed: number;
  /** Files of somebody else where ours would stand; left as they are. */
  foreign: string[];
}

/**
 * Brings a folder to have these files: writes what changed, removes what an earlier build wrote and is gone, and leaves
 * everything else alone. Killed at any instant, it leaves whole files, old or new, and the next build goes on: what will
 * be written is noted before, and each file takes its place by a rename.
 *
 * @param files in the order in which they are to appear: what is linked to before what links to it
 * @param force whether files of others are written over
 */
export function writeFolder(
  folder: string,
  files: { path: string; bytes: Uint8Array | string }[],
  force: boolean,
  onProgress: (done: number, all: number) => void,
): Written {
  mkdirSync(folder, { recursive: true });
  const before = readManifest(folder);
  const hashes = Object.fromEntries(
    files.map(({ path, bytes }) => [path, createHash('sha256').update(bytes).digest('hex')]),
  );
  const foreign = force ? [] : foreignPaths(folder, files);
  const ours = files.filter(({ path }) => !foreign.includes(path));
  const gone = Object.keys(before).filter((path) => !Object.hasOwn(hashes, path));
  saveManifest(folder, { ...before, ...Object.fromEntries(ours.map(({ path }) => [path, before[path] ?? ''])) });
  let written = 0;
  for (const [at, { path, bytes }] of ours.entries()) {
    onProgress(at, ours.length);
    const file = join(folder, path);
    if (isSame(file, hashes[path] ?? '', before[path])) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.tidings-tmp`, bytes, { flush: true });
    renameSync(`${file}.tidings-tmp`, file);
    written++;
  }
  for (const path of gone) remove(folder, path);
  saveManifest(folder, Object.fromEntries(ours.map(({ path }) => [path, hashes[path] ?? ''])));
  onProgress(ours.length, ours.length);
  return { written, unchanged: ours.length - written, removed: gone.length, foreign };
}

/** Where files of somebody else stand that are not what a build would write. */
export function foreignPaths(folder: string, files: { path: string; bytes: Uint8Array | string }[]): string[] {
  const before = readManifest(folder);
  return files
    .filter(({ path, bytes }) => {
      const file = join(folder, path);
      if (Object.hasOwn(before, path) || !existsSync(file)) return false;
      return hashOf(file) !== createHash('sha256').update(bytes).digest('hex');
    })
    .map(({ path }) => path);
}

/** Whether a file stands there already. One that somebody edited since is written again. */
function isSame(file: string, wanted: string, before: string | undefined): boolean {
  if (!existsSync(file)) return false;
  return (before === undefined || before === '' || before === wanted) && hashOf(file) === wanted;
}

function hashOf(file: string): string | null {
  return statSync(file).isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : null;
}

/** Removes a file, and the folders that are empty then. */
function remove(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const at = join(folder, parent);
    if (!existsSync(at) || readdirSync(at).length > 0) return;
    rmdirSync(at);
  }
}

function readManifest(folder: string): Manifest['files'] {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return {};
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Manifest).files;
  } catch {
    throw new CommandError(
      `${file} cannot be read, so that nobody knows which files are of a build. Remove it, and build with --force.`,
    );
  }
}

function saveManifest(folder: string, files: Manifest['files']): void {
  const file = join(folder, MANIFEST);
  writeFileSync(`${file}.tidings-tmp`, `${JSON.stringify({ version: 1, files } satisfies Manifest, null, 1)}\n`, {
    flush: true,
  });
  renameSync(`${file}.tidings-tmp`, file);
}

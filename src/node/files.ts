import { randomUUID } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { assertPath, compareCodePoints, isIgnoredName, PathRefused, pathProblem } from '../storage/paths.ts';
import { type ArticleSource, type SourceFile, SourceUnavailable } from '../storage/ports.ts';

/** Something in the content folder that is passed over, and why, as a sentence's end. */
export interface Skipped {
  path: string;
  reason: string;
}

export interface FileSourceOptions {
  /** Told of each file or folder that a listing passes over: links that leave the folder, loops, devices, … */
  onSkipped?: (skipped: Skipped) => void;
}

/** Folders walked at once while listing. */
const WALK_BATCH = 256;

/** Milliseconds after which everything else in the process has its turn. */
const TURN_MS = 10;
let turnBegan = 0;

/**
 * Called before a blocking look at a small file: handing each to another thread costs five times what it takes, but
 * nobody is to wait for thousands of them.
 */
async function takeTurns(): Promise<void> {
  if (performance.now() - turnBegan < TURN_MS) return;
  await setImmediate();
  turnBegan = performance.now();
}

/** The article source over a folder. Reading never follows a link out of it, writing neither. */
export function createFileSource(folder: string, { onSkipped = () => {} }: FileSourceOptions = {}): ArticleSource {
  /** The last listing that was begun, so that its further pages need no second walk. */
  let snapshot: SourceFile[] | null = null;

  const root = () => {
    try {
      return realpathSync.native(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new SourceUnavailable(`The content folder ${folder} cannot be read (${code}): set TIDINGS_CONTENT.`);
    }
  };

  /** The true place of an existing file of the folder; null when there is none or it lies elsewhere. */
  function locate(path: string): string | null {
    if (pathProblem(path)) return null;
    const base = root();
    const real = unlessAbsent(() => realpathSync.native(join(base, path)));
    return real !== null && isInside(base, real) ? real : null;
  }

  /** A whole file or none, and only where `may` says so of its true place at the instant at which it appears. */
  async function write(path: string, bytes: Uint8Array, may: (target: string) => boolean): Promise<SourceFile | null> {
    assertPath(path);
    const base = root();
    const target = join(base, path);
    try {
      const parent = await ensureFolder(base, dirname(target), path);
      const temporary = join(parent, `.${randomUUID()}.tmp`);
      try {
        await writeFile(temporary, bytes);
        const stats = await stat(temporary, { bigint: true });
        if (may(target)) {
          renameSync(temporary, target);
          return describe(path, stats);
        }
        await rm(temporary);
        return null;
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (['ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY', 'ENAMETOOLONG'].includes(code))
        throw new PathRefused(`The path ${JSON.stringify(path)} is taken: a file and a folder cannot share a name.`);
      throw error;
    }
  }

  return {
    async list({ cursor, limit = 1000 } = {}) {
      if (cursor === undefined || snapshot === null) snapshot = await walk(root(), onSkipped);
      const from = cursor === undefined ? 0 : firstAfter(snapshot, cursor);
      const files = snapshot.slice(from, from + limit);
      const more = from + limit < snapshot.length;
      if (!more) snapshot = null;
      return { files, cursor: more ? (files.at(-1)?.path ?? null) : null };
    },

    async head(path) {
      await takeTurns();
      const real = locate(path);
      const stats = real === null ? null : unlessAbsent(() => lstatSync(real, { bigint: true }));
      return stats?.isFile() ? describe(path, stats) : null;
    },

    async get(path) {
      await takeTurns();
      const real = locate(path);
      if (real === null) return null;
      // Not blocking: opening a named pipe would wait for a writer.
      const handle = unlessAbsent(() => openSync(real, constants.O_RDONLY | constants.O_NONBLOCK));
      if (handle === null) return null;
      try {
        // The tag is taken before the bytes, so that a write in between shows as a change at the next look.
        const stats = fstatSync(handle, { bigint: true });
        if (!stats.isFile()) return null;
        const bytes = readFileSync(handle);
        const file = { ...describe(path, stats), size: bytes.byteLength };
        return { file, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
      } finally {
        closeSync(handle);
      }
    },

    async put(path, bytes) {
      const file = await write(path, bytes, () => true);
      if (file === null) throw new Error('a write without a condition is always done');
      return file;
    },

    putIf: (path, bytes, tag) =>
      write(path, bytes, (target) => {
        const stats = unlessAbsent(() => lstatSync(target, { bigint: true }));
        return (stats?.isFile() ? describe(path, stats).tag : null) === tag;
      }),

    async delete(path) {
      if (locate(path) === null) return false;
      const target = join(root(), path);
      // A link is taken away itself, not what it points to.
      const stats = await lstat(target).catch(absent);
      if (!stats || stats.isDirectory()) return false;
      await rm(target, { force: true });
      return true;
    },
  };
}

/** Makes the folder that a new file goes to and returns its true place; refuses one that a link leads out to. */
async function ensureFolder(base: string, folder: string, path: string): Promise<string> {
  let existing = folder;
  while ((await lstat(existing).catch(absent)) === null) existing = dirname(existing);
  if (!isInside(base, await realpath(existing)))
    throw new PathRefused(`The path ${JSON.stringify(path)} leaves the content folder through a link.`);
  await mkdir(folder, { recursive: true });
  return realpath(folder);
}

/** Everything below `base` in the order of code points. */
async function walk(base: string, onSkipped: (skipped: Skipped) => void): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  /** Links are looked at after the true tree, in order, so that the same folder gives the same listing. */
  const links: string[] = [];
  const followed = new Set<string>();

  async function folder(path: string): Promise<void> {
    let entries: Dirent[];
    try {
      entries = await readdir(join(base, path), { withFileTypes: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (path === '') throw new SourceUnavailable(`The content folder ${base} cannot be read (${code}).`);
      if (code !== 'ENOENT') onSkipped({ path, reason: `cannot be read (${code})` });
      return;
    }
    const folders: string[] = [];
    const found: string[] = [];
    for (const entry of entries) {
      if (isIgnoredName(entry.name)) continue;
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      const problem = pathProblem(below);
      if (problem) onSkipped({ path: below, reason: problem });
      else if (entry.isDirectory()) folders.push(below);
      else if (entry.isFile()) found.push(below);
      else if (entry.isSymbolicLink()) links.push(below);
      else onSkipped({ path: below, reason: 'is neither a file nor a folder' });
    }
    for (const each of found) await file(each);
    for (let at = 0; at < folders.length; at += WALK_BATCH)
      await Promise.all(folders.slice(at, at + WALK_BATCH).map(folder));
  }

  async function file(path: string): Promise<void> {
    // A name that is no UTF-8 comes back from readdir mangled, and is then not there.
    await takeTurns();
    const stats = unlessAbsent(() => lstatSync(join(base, path), { bigint: true }));
    if (stats?.isFile()) files.push(describe(path, stats));
    else if (path.includes('\ufffd')) onSkipped({ path, reason: 'has a name that is not UTF-8' });
  }

  async function link(path: string): Promise<void> {
    const real = await realpath(join(base, path)).catch((error: NodeJS.ErrnoException) => {
      onSkipped({ path, reason: error.code === 'ELOOP' ? 'is a link to itself' : 'is a link to nothing' });
      return null;
    });
    if (real === null) return;
    if (!isInside(base, real)) return onSkipped({ path, reason: 'is a link out of the content folder' });
    const inside = relative(base, real).split(sep).join('/');
    if (inside !== '' && pathProblem(inside))
      return onSkipped({ path, reason: `links to what ${pathProblem(inside)}` });
    const stats = await stat(real, { bigint: true }).catch(absent);
    if (stats?.isFile()) {
      files.push(describe(path, stats));
    } else if (stats?.isDirectory()) {
      const parent = await realpath(dirname(join(base, path)));
      if (isInside(real, parent)) return onSkipped({ path, reason: 'is a link to a folder that it is in' });
      // Links to one folder from many places would multiply it without end.
      if (followed.has(real)) return onSkipped({ path, reason: 'links to a folder that another link already shows' });
      followed.add(real);
      await folder(path);
    } else if (stats) {
      onSkipped({ path, reason: 'is neither a file nor a folder' });
    }
  }

  await folder('');
  while (links.length > 0) for (const path of links.splice(0).sort(compareCodePoints)) await link(path);
  return files.sort((a, b) => compareCodePoints(a.path, b.path));
}

/** The tag changes with the size, the time of the last write in nanoseconds and the file itself (rename over it). */
function describe(path: string, stats: BigIntStats): SourceFile {
  return { path, tag: `${stats.size}-${stats.mtimeNs}-${stats.ino}`, size: Number(stats.size) };
}

/** Where the files after `cursor` begin. */
function firstAfter(files: SourceFile[], cursor: string): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareCodePoints(files[middle]?.path ?? '', cursor) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isInside(base: string, path: string): boolean {
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}

/** What a look at a file gives; null where there is nothing. */
function unlessAbsent<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    return absent(error as NodeJS.ErrnoException);
  }
}

/** What is gone, is no folder where one is needed, or may not be read, is not there; all else is thrown. */
function absent(error: NodeJS.ErrnoException): null {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENXIO', 'ENAMETOOLONG'].includes(error.code ?? '')) return null;
  throw error;
}

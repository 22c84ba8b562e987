import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The process that owns a data folder, and where it listens once it does. */
export interface Owner {
  pid: number;
  address: string | null;
}

/** A folder that is ours until {@link Ownership.release} or the end of the process. */
export interface Ownership {
  owned: true;
  /** Tells others where this process listens. */
  announce(address: string): void;
  release(): void;
}

/** Milliseconds to wait for a process that is just ending or only looking. */
const PATIENCE_MS = 1000;

/** The locks of this process: a handle that nobody holds is collected, and its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Makes this process the one owner of a data folder, or says who is. The lock is SQLite's on a file of its own: the
 * kernel drops it however the process ends, so that no stale one is left, and a process id that is in use again by
 * something else fools nobody. The file beside it only tells people and the command line where the owner is.
 */
export function own(dataFolder: string): Ownership | { owned: false; by: Owner } {
  mkdirSync(dataFolder, { recursive: true });
  const lock = take(dataFolder, PATIENCE_MS);
  if (lock === null) return { owned: false, by: describeOwner(dataFolder) };
  held.add(lock);
  const announce = (address: string | null) => {
    const file = ownerFile(dataFolder);
    writeFileSync(`${file}.tmp`, `${JSON.stringify({ pid: process.pid, address })}\n`);
    renameSync(`${file}.tmp`, file);
  };
  announce(null);
  return {
    owned: true,
    announce,
    release() {
      rmSync(ownerFile(dataFolder), { force: true });
      held.delete(lock);
      lock.close();
    },
  };
}

/** The process that owns a data folder now; null when nobody does. */
export function findOwner(dataFolder: string): Owner | null {
  // Not by opening it: closing any handle on the file would drop the lock of this very process.
  if (!existsSync(lockFile(dataFolder))) return null;
  const lock = take(dataFolder, 0);
  if (lock === null) return describeOwner(dataFolder);
  lock.close();
  return null;
}

const lockFile = (folder: string) => join(folder, 'owner.lock');
const ownerFile = (folder: string) => join(folder, 'owner.json');

/** The lock, held as long as the handle is open; null when another process has it. */
function take(folder: string, timeout: number): DatabaseSync | null {
  const handle = new DatabaseSync(lockFile(folder), { timeout });
  try {
    handle.exec('BEGIN EXCLUSIVE');
    return handle;
  } catch (error) {
    handle.close();
    if ((error as { errcode?: number }).errcode === 5) return null; // SQLITE_BUSY
    throw error;
  }
}

function describeOwner(folder: string): Owner {
  try {
    return JSON.parse(readFileSync(ownerFile(folder), 'utf8')) as Owner;
  } catch {
    return { pid: 0, address: null };
  }
}

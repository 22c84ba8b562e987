import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertBlobHash } from '../storage/paths.ts';
import type { Blobs } from '../storage/ports.ts';
import { storageError } from './unavailable.ts';

/**
 * Blobs as files below `folder`, by the first two digits of their hash. A file appears whole or not at all; it is not
 * synced, since a start compares the heads in the database with what is here.
 */
export function createBlobs(folder: string): Blobs {
  mkdirSync(folder, { recursive: true });
  const place = (hash: string) => {
    assertBlobHash(hash);
    return join(folder, hash.slice(0, 2), hash.slice(2));
  };

  return {
    async put(hash, bytes) {
      const file = place(hash);
      if (existsSync(file)) return;
      const temporary = join(folder, `.${randomUUID()}.tmp`);
      try {
        // In other threads: on a busy disk the making of a file waits for what others have written.
        await writeFile(temporary, bytes);
        await rename(temporary, file).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
          await mkdir(dirname(file), { recursive: true });
          await rename(temporary, file);
        });
      } catch (error) {
        await rm(temporary, { force: true });
        throw storageError(error);
      }
    },
    async get(hash) {
      try {
        const bytes = await readFile(place(hash));
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    has: async (hash) => existsSync(place(hash)),
    async delete(hashes) {
      for (const file of hashes.map(place)) await rm(file, { force: true });
    },
    async list({ cursor = '', limit = 1000 } = {}) {
      const hashes: string[] = [];
      const shards = (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
      for (const shard of shards) {
        if (shard < cursor.slice(0, 2)) continue;
        const names = await readdir(join(folder, shard));
        for (const rest of names.sort()) {
          const hash = shard + rest;
          if (hash <= cursor || hash.length !== 64) continue;
          if (hashes.length === limit) return { hashes, cursor: hashes.at(-1) ?? null };
          hashes.push(hash);
        }
      }
      return { hashes, cursor: null };
    },
  };
}

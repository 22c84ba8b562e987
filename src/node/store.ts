import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Blobs } from '../storage/ports.ts';
import { createBlobs } from './blobs.ts';
import { migrate } from './migrate.ts';
import { type NodeDatabase, openDatabase } from './sqlite.ts';

/**
 * The database and the blobs of a data folder, created and migrated as needed. Own the folder first (`own.ts`): one
 * process at a time opens it.
 */
export function openStore(dataFolder: string): { db: NodeDatabase; blobs: Blobs; close: () => void } {
  mkdirSync(dataFolder, { recursive: true });
  const db = openDatabase(join(dataFolder, 'tidings.sqlite'));
  try {
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return { db, blobs: createBlobs(join(dataFolder, 'blobs')), close: () => db.close() };
}

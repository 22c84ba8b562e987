import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import type { Codings } from '../storage/codings.ts';
import { forRows } from '../storage/rows.ts';

/**
 * Has documents made again whose files a lost disk, or a loss of power before they were written out, took away: blobs
 * are not synced, the database is. What is left of a file that is too short is removed. For a start, before the first
 * regeneration.
 *
 * @returns how many documents will be made again
 */
export async function remakeLostDocuments(home: Home, dataFolder: string): Promise<number> {
  const rows = await home.db
    .prepare("SELECT address, feed, blob, size, codings FROM documents WHERE blob <> ''")
    .all<{ address: string; feed: string; blob: string; size: number; codings: string }>();
  const lost = rows.filter(({ blob, size, codings }) => {
    const files = [{ blob, size }, ...Object.values(JSON.parse(codings) as Codings)];
    return files.filter((file) => !isWhole(dataFolder, file)).length > 0;
  });
  if (lost.length === 0) return 0;
  await home.db.batch([
    ...forRows(
      home.db,
      "UPDATE documents SET blob = '' WHERE address IN (SELECT value FROM json_each(?1))",
      lost.map((document) => document.address),
    ),
    ...forRows(home.db, 'UPDATE feeds SET wanted = wanted + 1 WHERE key IN (SELECT value FROM json_each(?1))', [
      ...new Set(lost.map((document) => document.feed)),
    ]),
  ]);
  home.log.warn('documents were lost and are made again', { documents: lost.length });
  return lost.length;
}

function isWhole(dataFolder: string, { blob, size }: { blob: string; size: number }): boolean {
  const file = join(dataFolder, 'blobs', blob.slice(0, 2), blob.slice(2));
  const found = statSync(file, { throwIfNoEntry: false });
  if (found && found.size !== size) rmSync(file);
  return found?.size === size;
}

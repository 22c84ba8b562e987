import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
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
  await rereadLostTexts(home, dataFolder);
  removeUnfinished(dataFolder);
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

/** Texts that are too long for a row are blobs: where one is gone, the article's file is read again. */
async function rereadLostTexts(home: Home, dataFolder: string): Promise<void> {
  const rows = await home.db.prepare('SELECT hash FROM bodies WHERE body IS NULL').all<{ hash: string }>();
  const lost = rows.filter(({ hash }) => !existsSync(fileOf(dataFolder, hash))).map(({ hash }) => hash);
  if (lost.length === 0) return;
  const articles = 'SELECT id FROM articles WHERE body_hash IN (SELECT value FROM json_each(?1))';
  await home.db.batch([
    ...forRows(home.db, `UPDATE files SET tag = '', hash = NULL WHERE article IN (${articles})`, lost),
    ...forRows(home.db, `UPDATE articles SET entry_hash = '' WHERE id IN (${articles})`, lost),
  ]);
  home.log.warn('texts of articles were lost; their files are read again', { texts: lost.length });
}

/** What a process had not written to its end when it died. */
function removeUnfinished(dataFolder: string): void {
  const folder = join(dataFolder, 'blobs');
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name));
}

function fileOf(dataFolder: string, blob: string): string {
  return join(dataFolder, 'blobs', blob.slice(0, 2), blob.slice(2));
}

function isWhole(dataFolder: string, { blob, size }: { blob: string; size: number }): boolean {
  const file = fileOf(dataFolder, blob);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found && found.size !== size) rmSync(file);
  return found?.size === size;
}

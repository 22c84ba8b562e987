import type { Home } from '../home.ts';
import { forRows } from './rows.ts';
import { readSetting, writeSetting } from './settings.ts';

/**
 * Blobs that are looked at in a step, and the milliseconds between two steps: each step reads the codings of every
 * document once, which at the edge is counted.
 */
const STEP_BLOBS = 5_000;
const STEP_MS = 3_600_000;
const PAGE = 1_000;
const SETTING = 'blob-sweep';

/** What stands in `retired_blobs.body` of a blob that belongs to nothing known. */
export const ORPHAN = 'orphan';

/**
 * Looks through the store, a part of it an hour, for blobs that nothing names: those of a process that died between
 * writing a body and committing its head. They retire like replaced ones, so that what is being committed just now is
 * looked at once more before it is deleted.
 */
export async function sweepBlobs(home: Home): Promise<void> {
  const now = home.now();
  const state = JSON.parse((await readSetting(home, SETTING)) ?? '{"cursor":null,"at":0}') as {
    cursor: string | null;
    at: number;
  };
  if (now - state.at < STEP_MS && now >= state.at) return;
  const { hashes, cursor } = await part(home, state.cursor);
  const orphans = await unreferenced(home, hashes);
  if (orphans.length > 0) home.log.info('blobs that nothing names', { blobs: orphans.length });
  await home.db.batch([
    ...forRows(
      home.db,
      `INSERT OR IGNORE INTO retired_blobs (hash, body, since) SELECT value, '${ORPHAN}', ?2 FROM json_each(?1)`,
      orphans,
      now,
    ),
    writeSetting(home, SETTING, JSON.stringify({ cursor, at: now })),
  ]);
}

/** The next part of the store, and where the one after it begins; a cursor that the store takes no more begins anew. */
async function part(home: Home, from: string | null): Promise<{ hashes: string[]; cursor: string | null }> {
  const hashes: string[] = [];
  let cursor = from;
  try {
    do {
      const page = await home.blobs.list({ limit: PAGE, ...(cursor !== null && { cursor }) });
      hashes.push(...page.hashes);
      cursor = page.cursor;
    } while (cursor !== null && hashes.length < STEP_BLOBS);
  } catch (error) {
    home.log.warn('blobs could not be listed', { error: error instanceof Error ? error.message : String(error) });
    cursor = null;
  }
  return { hashes, cursor };
}

/** Those of the blobs that are neither a document, nor one of its coded forms, nor an article's text. */
export async function unreferenced(home: Home, hashes: string[]): Promise<string[]> {
  if (hashes.length === 0) return [];
  const rows = await home.db
    .prepare(
      `SELECT value AS hash FROM json_each(?)
       WHERE NOT EXISTS (SELECT 1 FROM documents WHERE blob = value) AND NOT EXISTS (SELECT 1 FROM bodies WHERE hash = value)
         AND value NOT IN (SELECT c.value ->> 'blob' FROM documents AS d, json_each(d.codings) AS c)`,
    )
    .bind(JSON.stringify(hashes))
    .all<{ hash: string }>();
  return rows.map(({ hash }) => hash);
}

import type { Home } from '../home.ts';
import { ORPHAN, unreferenced } from './orphans.ts';
import { forRows } from './rows.ts';

/** Milliseconds that a blob is kept after no document shows it. */
const RETIREMENT_MS = 3_600_000;

/** Deletes bodies that no document has shown for a while. */
export async function collectBlobs(home: Home): Promise<void> {
  const rows = await home.db
    .prepare(
      `SELECT hash, body, EXISTS (SELECT 1 FROM documents WHERE blob = coalesce(r.body, r.hash))
         OR EXISTS (SELECT 1 FROM bodies WHERE bodies.hash = r.hash) AS used
       FROM retired_blobs AS r WHERE since < ? LIMIT 500`,
    )
    .bind(home.now() - RETIREMENT_MS)
    .all<{ hash: string; body: string | null; used: number }>();
  if (rows.length === 0) return;
  const found = rows.filter(({ body }) => body === ORPHAN).map(({ hash }) => hash);
  const replaced = rows.filter(({ body, used }) => body !== ORPHAN && !used).map(({ hash }) => hash);
  await home.blobs.delete([...replaced, ...(await unreferenced(home, found))]);
  await home.db.batch(
    forRows(
      home.db,
      'DELETE FROM retired_blobs WHERE hash IN (SELECT value FROM json_each(?1))',
      rows.map((row) => row.hash),
    ),
  );
}

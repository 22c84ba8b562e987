import type { Home } from '../home.ts';
import type { Row, SqlValue } from '../storage/ports.ts';
import { FORM, type Line, type Next, toBase64 } from './lines.ts';
import { LEFT_SETTINGS, migrationsOf, movingTables, type Part, quoted, type Table } from './tables.ts';

/** Characters of rows, and rows, in a page. */
const PAGE_CHARACTERS = 1_000_000;
const PAGE_ROWS = 1_000;
/** Bodies in a page, and bytes after which no further one is begun. */
const PAGE_BLOBS = 50;
const PAGE_BYTES = 4_000_000;

/** Where a page begins: a table and the key of the row before, or the hash of the body before. */
type Cursor = { table: string; after: SqlValue[] | null } | { blobs: string };

/**
 * A page of everything that moves, as lines; the last of them names the next page, or says that this is the end.
 *
 * @param after the `next` of the page before; null for the first
 */
export async function exportPage(home: Home, part: Part, after: string | null): Promise<(Line | Next)[]> {
  const tables = await movingTables(home, part);
  const lines: (Line | Next)[] = [];
  let cursor = after === null ? null : (JSON.parse(after) as Cursor);
  if (cursor === null) {
    const url = part === 'all' ? { url: home.url } : {};
    lines.push({ tidings: FORM, part, ...url, migrations: await migrationsOf(home) });
    cursor = { table: tables[0]?.name ?? '', after: null };
  }
  if ('blobs' in cursor) return [...lines, ...(await blobPage(home, cursor.blobs))];
  const { table: name } = cursor;
  const at = tables.findIndex((table) => table.name === name);
  const table = tables[at];
  if (!table) throw new RangeError(`No page begins at ${after}.`);
  if (cursor.after === null) lines.push({ table: name });
  const rows = await rowsAfter(home, table, cursor.after);
  for (const row of rows) if (!isLeft(name, row)) lines.push({ in: name, row });
  const last = rows.at(-1);
  const next = tables[at + 1];
  if (last) return [...lines, nextAt({ table: name, after: table.key.map((column) => last[column] ?? null) })];
  if (next) return [...lines, nextAt({ table: next.name, after: null })];
  return part === 'ledger' ? [...lines, { end: true }] : [...lines, nextAt({ blobs: '' })];
}

const nextAt = (cursor: Cursor): Next => ({ next: JSON.stringify(cursor) });

const isLeft = (table: string, row: Row) => table === 'settings' && LEFT_SETTINGS.includes(String(row.name));

/** As many rows as fit a page, in the order of their key. */
function rowsAfter(home: Home, { name, columns, key }: Table, after: SqlValue[] | null): Promise<Row[]> {
  const keys = key.map(quoted).join(', ');
  const size = columns.map((column) => `coalesce(length(${quoted(column)}), 0)`).join(' + ');
  const where = after === null ? '' : `WHERE (${keys}) > (${after.map(() => '?').join(', ')})`;
  const named = columns.map(quoted).join(', ');
  return home.db
    .prepare(
      `SELECT ${named} FROM (
         SELECT *, sum("@size") OVER (ORDER BY ${keys}) - "@size" AS "@before" FROM (
           SELECT *, ${size} AS "@size" FROM ${quoted(name)} ${where} ORDER BY ${keys} LIMIT ${PAGE_ROWS}))
       WHERE "@before" < ${PAGE_CHARACTERS} ORDER BY ${keys}`,
    )
    .bind(...(after ?? []))
    .all();
}

/** Bodies that a document or an article has, by their hashes. */
async function blobPage(home: Home, after: string): Promise<(Line | Next)[]> {
  const hashes = await home.db
    .prepare(
      `SELECT hash FROM (
         SELECT blob AS hash FROM documents WHERE blob <> ''
         UNION SELECT c.value ->> 'blob' FROM documents, json_each(documents.codings) AS c
         UNION SELECT hash FROM bodies WHERE body IS NULL)
       WHERE hash > ? ORDER BY hash LIMIT ${PAGE_BLOBS}`,
    )
    .bind(after)
    .all<{ hash: string }>();
  const lines: (Line | Next)[] = [];
  let bytes = 0;
  let last = after;
  for (const { hash } of hashes) {
    if (bytes > PAGE_BYTES) break;
    const body = await home.blobs.get(hash);
    // What is lost is made again at the new home, as it would be here.
    if (body) lines.push({ blob: hash, base64: toBase64(body) });
    bytes += body?.byteLength ?? 0;
    last = hash;
  }
  return hashes.length > 0 ? [...lines, nextAt({ blobs: last })] : [{ end: true, mark: await markOf(home) }];
}

/** Differs when something has happened that whoever moves must not miss. */
export async function markOf(home: Home): Promise<string> {
  const row = await home.db
    .prepare(
      `SELECT (SELECT coalesce(max(seq), 0) FROM events) AS events, (SELECT coalesce(sum(version), 0) FROM documents) AS versions,
         (SELECT count(*) FROM ledger) AS ledger, (SELECT count(*) FROM subscriptions) AS subscriptions,
         (SELECT coalesce(max(verified_at), 0) FROM subscriptions) AS verified,
         (SELECT coalesce(sum(delivered), 0) FROM subscriptions) AS delivered,
         (SELECT coalesce(sum(asked), 0) FROM outbox) AS work`,
    )
    .first();
  return home.sha256(JSON.stringify(row)).slice(0, 16);
}

import type { Home } from '../home.ts';
import { sweep } from '../push/outbox.ts';
import { REPUBLISH } from '../republish.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { FORM, fromBase64, type Head, type Line } from './lines.ts';
import { migrationsOf, movingTables, type Part, quoted, type Table } from './tables.ts';

/** Who holds the lock of regenerations while rows arrive, and for how long if nothing more comes. */
const HOLDER = 'import';
const LOCK_MS = 600_000;
/** Characters of a row above which it travels by itself, column by column. */
const LARGE_ROW = 300_000;
/** What an import under way is known by. */
const UNDER_WAY = 'import';

/** What came cannot be taken. The message says why, and what to do. */
export class ImportRefused extends Error {
  override name = 'ImportRefused';
}

/**
 * Takes lines in the order in which {@link exportPage} gives them, some at a time. The head begins: no regeneration runs
 * from then on until the end, or until ten minutes after the last lines. Each table is emptied when its line comes.
 *
 * @param replace whether a database that knows articles is overwritten
 * @throws {ImportRefused}
 */
export async function importLines(home: Home, lines: Line[], { replace }: { replace: boolean }): Promise<void> {
  const [first] = lines;
  if (first && 'tidings' in first) await begin(home, first, replace);
  const part = await underWay(home);
  if (part === null)
    throw new ImportRefused(
      'No import is under way here, or it was silent for ten minutes: begin it anew with --replace.',
    );
  await hold(home);
  const tables = new Map((await movingTables(home, part)).map((table) => [table.name, table]));
  const known = (name: string) => {
    const table = tables.get(name);
    if (!table)
      throw new ImportRefused(`There is no table ${name} here: bring this Tidings up to the one that it is from.`);
    return table;
  };
  const statements: Statement[] = [];
  const rows: Record<string, unknown>[] = [];
  let table: Table | null = null;
  const settle = () => {
    if (table) statements.push(...inserts(home, table, rows));
    rows.length = 0;
  };
  for (const line of lines) {
    if ('table' in line) {
      settle();
      statements.push(home.db.prepare(`DELETE FROM ${quoted(known(line.table).name)}`));
      // What says that an import is under way stands among the settings itself.
      if (line.table === 'settings') statements.push(remember(home, part));
    } else if ('in' in line) {
      if (table?.name !== line.in) {
        settle();
        table = known(line.in);
      }
      rows.push(line.row);
    } else if ('blob' in line) await keepBlob(home, line);
  }
  settle();
  if (statements.length > 0) await home.db.batch(statements);
  if (lines.some((line) => 'end' in line)) await end(home, part);
}

async function begin(home: Home, head: Head, replace: boolean): Promise<void> {
  if (head.tidings !== FORM) throw new ImportRefused(`This Tidings does not read form ${head.tidings}: update it.`);
  const mine = new Set(await migrationsOf(home));
  const missing = head.migrations.filter((name) => !mine.has(name));
  if (missing.length > 0)
    throw new ImportRefused(`It is from a newer Tidings (it has ${missing.join(', ')}): update this one first.`);
  const known = await home.db.prepare('SELECT 1 AS known FROM ledger LIMIT 1').first();
  if (known && !replace)
    throw new ImportRefused(
      'This server knows articles already. With --replace what comes takes the place of all it knows.',
    );
  const { changes } = await home.db
    .prepare(
      `INSERT INTO locks (name, holder, until) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE locks.until < ? OR locks.holder = excluded.holder`,
    )
    .bind(REPUBLISH, HOLDER, home.now() + LOCK_MS, home.now())
    .run();
  if (changes === 0) throw new ImportRefused('A regeneration is under way; try again when it has ended.');
  await home.db.batch([remember(home, head.part)]);
}

const remember = (home: Home, part: Part) =>
  home.db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').bind(UNDER_WAY, part);

async function underWay(home: Home): Promise<Part | null> {
  const row = await home.db
    .prepare(
      `SELECT value FROM settings WHERE name = ?
         AND EXISTS (SELECT 1 FROM locks WHERE name = ? AND holder = ? AND until >= ?)`,
    )
    .bind(UNDER_WAY, REPUBLISH, HOLDER, home.now())
    .first<{ value: Part }>();
  return row?.value ?? null;
}

async function hold(home: Home): Promise<void> {
  await home.db
    .prepare('UPDATE locks SET until = ? WHERE name = ? AND holder = ?')
    .bind(home.now() + LOCK_MS, REPUBLISH, HOLDER)
    .run();
}

function inserts(home: Home, { name, columns }: Table, rows: Record<string, unknown>[]): Statement[] {
  // A Tidings of before had fewer columns; those have their defaults.
  const given = columns.filter((column) => Object.hasOwn(rows[0] ?? {}, column));
  const into = `INSERT OR REPLACE INTO ${quoted(name)} (${given.map(quoted).join(', ')})`;
  const isLarge = (row: Record<string, unknown>) =>
    Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0) >
    LARGE_ROW;
  const values = given.map((column) => `value ->> '$.${quoted(column)}'`).join(', ');
  return [
    ...forRows(
      home.db,
      `${into} SELECT ${values} FROM json_each(?1)`,
      rows.filter((row) => !isLarge(row)),
    ),
    ...rows
      .filter(isLarge)
      .map((row) =>
        home.db
          .prepare(`${into} VALUES (${given.map(() => '?').join(', ')})`)
          .bind(...given.map((column) => row[column] as string | number | null)),
      ),
  ];
}

async function keepBlob(home: Home, { blob, base64 }: { blob: string; base64: string }): Promise<void> {
  const bytes = fromBase64(base64);
  if (home.sha256(bytes) !== blob) throw new ImportRefused(`The body ${blob} came broken; begin the import anew.`);
  await home.blobs.put(blob, bytes);
}

/** Work that was under way at the old home is free to be taken up. */
async function end(home: Home, part: Part): Promise<void> {
  await home.db.batch([
    home.db.prepare('DELETE FROM settings WHERE name = ?').bind(UNDER_WAY),
    ...(part === 'all'
      ? [
          home.db.prepare('UPDATE outbox SET claimed_until = 0, wake_at = due_at'),
          // The files themselves are still to come: whoever asks which are here must not be told that these are.
          home.db.prepare(`UPDATE files SET tag = ''`),
        ]
      : []),
    home.db.prepare('DELETE FROM locks WHERE name = ? AND holder = ?').bind(REPUBLISH, HOLDER),
  ]);
  home.documentCache?.clear();
  if (part === 'all') await sweep(home);
}

import type { Home } from '../home.ts';

/** What belongs to a machine, to its moment, or to the files that lie there. Everything else moves, whatever it is. */
const LEFT = new Set([
  'd1_migrations',
  'jobs',
  'locks',
  'rates',
  'runs',
  'retired_blobs',
  // The files arrive at the new home as they did at the old one.
  'repository_files',
]);

/** What history knows and no file says: what is kept in a repository beside the articles. */
const LEDGER = new Set(['ledger', 'former_urls', 'retractions']);

/** Facts about a machine among the settings. */
export const LEFT_SETTINGS = ['repository', 'repository-steps', 'orphans'];

/** A table that moves. */
export interface Table {
  name: string;
  columns: string[];
  /** The columns of its primary key, in order. */
  key: string[];
}

/** Everything, or the ledger alone. */
export type Part = 'all' | 'ledger';

/**
 * The tables that move, in the order in which they can be filled: those that triggers write come after those that set the
 * triggers off, so that what they wrote is replaced, and the outbox comes last, since its work begins at once.
 */
export async function movingTables(home: Home, part: Part): Promise<Table[]> {
  const rows = await home.db
    .prepare("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'trigger') ORDER BY name")
    .all<{ name: string; type: string; sql: string | null }>();
  const isMoving = (name: string) =>
    part === 'ledger' ? LEDGER.has(name) : !LEFT.has(name) && !/^(?:sqlite_|_cf_|cf_)/.test(name);
  const written = new Set(
    rows
      .filter(({ type }) => type === 'trigger')
      .flatMap(({ sql }) =>
        [...(sql ?? '').matchAll(/\b(?:INTO|DELETE FROM|UPDATE)\s+(\w+)/gi)].map(([, name]) => name),
      ),
  );
  const rank = (name: string) => (name === 'outbox' ? 2 : written.has(name) ? 1 : 0);
  const names = rows.filter(({ name, type }) => type === 'table' && isMoving(name)).map(({ name }) => name);
  const tables: Table[] = [];
  for (const name of names.sort((a, b) => rank(a) - rank(b))) {
    const columns = await home.db
      .prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid')
      .bind(name)
      .all<{ name: string; pk: number }>();
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    tables.push({ name, columns: columns.map((column) => column.name), key: key.map((column) => column.name) });
  }
  return tables;
}

/** Names of the migrations that the database has seen. */
export async function migrationsOf(home: Home): Promise<string[]> {
  const rows = await home.db.prepare('SELECT name FROM d1_migrations ORDER BY name').all<{ name: string }>();
  return rows.map(({ name }) => name);
}

/** A name of the schema as SQL writes it. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

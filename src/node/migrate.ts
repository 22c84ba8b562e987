import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeDatabase } from './sqlite.ts';

const MIGRATIONS = join(import.meta.dirname, '../storage/migrations');

/**
 * Applies the numbered migrations that the database has not seen, each in a transaction of its own, and returns their
 * names. The table that remembers them is wrangler's `d1_migrations`, so that one folder and one record serve both
 * homes. Throws when the database is newer than this Tidings.
 */
export function migrate(db: NodeDatabase, folder = MIGRATIONS): string[] {
  db.exec(`CREATE TABLE IF NOT EXISTS d1_migrations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
  )`);
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .sort();
  const applied = db.execute<{ name: string }>('SELECT name FROM d1_migrations ORDER BY id').results;
  const unknown = applied.find(({ name }) => !files.includes(name));
  if (unknown)
    throw new Error(
      `The database was written by a newer Tidings (it has ${unknown.name}). Update Tidings, or use another TIDINGS_DATA.`,
    );
  const seen = new Set(applied.map(({ name }) => name));
  const fresh = files.filter((name) => !seen.has(name));
  for (const name of fresh) {
    db.transaction(() => {
      db.exec(readFileSync(join(folder, name), 'utf8'));
      db.execute('INSERT INTO d1_migrations (name) VALUES (?)', [name]);
    });
  }
  return fresh;
}

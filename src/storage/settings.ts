import type { Home } from '../home.ts';

export async function readSetting(home: Home, name: string): Promise<string | null> {
  const row = await home.db.prepare('SELECT value FROM settings WHERE name = ?').bind(name).first<{ value: string }>();
  return row?.value ?? null;
}

/** A statement, so that a fact is stored with the work that made it true. Nothing is written when it is so already. */
export function writeSetting(home: Home, name: string, value: string) {
  return home.db
    .prepare(
      `INSERT INTO settings (name, value) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
    )
    .bind(name, value);
}

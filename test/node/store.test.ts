import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { migrate } from '../../src/node/migrate.ts';
import { openDatabase } from '../../src/node/sqlite.ts';
import { openStore } from '../../src/node/store.ts';

const base = mkdtempSync(join(tmpdir(), 'tidings-store-'));
afterAll(() => rmSync(base, { recursive: true }));
const folder = () => mkdtempSync(join(base, 'x'));

describe('migrations on Node', () => {
  test('are applied once, in order, and remembered', () => {
    const migrations = folder();
    writeFileSync(join(migrations, '0001_a.sql'), 'CREATE TABLE a (n); INSERT INTO a VALUES (1);');
    writeFileSync(join(migrations, '0002_b.sql'), 'ALTER TABLE a ADD COLUMN m;\n-- a comment; with a semicolon\n');
    writeFileSync(join(migrations, 'notes.md'), 'no migration');
    const db = openDatabase(':memory:');
    expect(migrate(db, migrations)).toEqual(['0001_a.sql', '0002_b.sql']);
    expect(migrate(db, migrations)).toEqual([]);
    writeFileSync(join(migrations, '0003_c.sql'), 'INSERT INTO a VALUES (2, 3);');
    expect(migrate(db, migrations)).toEqual(['0003_c.sql']);
    expect(db.execute('SELECT * FROM a').results.map((row) => ({ ...row }))).toEqual([
      { n: 1, m: null },
      { n: 2, m: 3 },
    ]);
    expect(db.execute('SELECT id, name FROM d1_migrations').results).toHaveLength(3);
  });

  test('leave nothing of one that fails', () => {
    const migrations = folder();
    writeFileSync(join(migrations, '0001_a.sql'), 'CREATE TABLE a (n); CREATE TABLE a (n);');
    const db = openDatabase(':memory:');
    expect(() => migrate(db, migrations)).toThrow(/already exists/);
    expect(db.execute("SELECT name FROM sqlite_master WHERE name = 'a'").results).toEqual([]);
    writeFileSync(join(migrations, '0001_a.sql'), 'CREATE TABLE a (n);');
    expect(migrate(db, migrations)).toEqual(['0001_a.sql']);
  });

  test('keep the articles of a database whose table of them had no rowid', () => {
    const before = folder();
    const all = join(import.meta.dirname, '../../src/storage/migrations');
    for (const name of readdirSync(all)) if (name < '0015') copyFileSync(join(all, name), join(before, name));
    const db = openDatabase(':memory:');
    migrate(db, before);
    const article = (id: string) => [
      id,
      `${id}.md`,
      `/${id}/`,
      `2026 ${id}`,
      '2026-01-01',
      '2026-01-02',
      'b',
      'e',
      '{}',
    ];
    const columns = 'id, path, url, sort, published, updated, body_hash, entry_hash, data';
    for (const id of ['one', 'two'])
      db.execute(`INSERT INTO articles (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, article(id));
    const named = () =>
      db.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'articles' AND sql IS NOT NULL ORDER BY name")
        .results;
    const [rows, names] = [db.execute('SELECT * FROM articles ORDER BY id').results, named()];
    expect(rows).toHaveLength(2);
    expect(migrate(db)).toContain('0015_articles.sql');
    expect(db.execute('SELECT * FROM articles ORDER BY id').results).toEqual(rows);
    expect(named()).toEqual(names);
  });

  test('refuse a database from a newer Tidings', () => {
    const db = openDatabase(':memory:');
    migrate(db);
    db.execute("INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')");
    expect(() => migrate(db)).toThrow(/newer Tidings \(it has 9999_later.sql\)/);
  });
});

test('a store keeps what was committed when its process is killed', async () => {
  const data = folder();
  const script = `
    import { openStore } from ${JSON.stringify(new URL('../../src/node/store.ts', import.meta.url).href)};
    const { db } = openStore(${JSON.stringify(data)});
    for (let n = 0; ; n++) {
      await db.batch([
        db.prepare('INSERT INTO settings (name, value) VALUES (?, ?)').bind('a' + n, 'x'),
        db.prepare('INSERT INTO settings (name, value) VALUES (?, ?)').bind('b' + n, 'x'),
      ]);
      if (n % 100 === 99) await new Promise((resolve) => process.stdout.write(n + '\\n', resolve));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = -1;
  child.stdout.on('data', (text) => {
    said = Number(String(text).trim().split('\n').at(-1));
    if (said > 500) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  const { db, close } = openStore(data);
  const count = (letter: string) =>
    Number(
      db.execute('SELECT count(*) AS count FROM settings WHERE name GLOB ?', [`${letter}[0-9]*`]).results[0]?.count,
    );
  expect(said).toBeGreaterThan(500);
  expect(count('a')).toBeGreaterThan(said);
  expect(count('a')).toBe(count('b'));
  expect(db.execute('PRAGMA integrity_check').results[0]).toMatchObject({ integrity_check: 'ok' });
  close();
});

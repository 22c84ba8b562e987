import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/storage/ports.ts';

/** What every home's database does. `make` gives one whose migrations are applied; the suite uses tables of its own. */
export function databaseContract(make: () => Database | Promise<Database>): void {
  describe('database', () => {
    let db: Database;

    beforeEach(async () => {
      db = await make();
      await db.batch(
        ['DROP TABLE IF EXISTS child', 'DROP TABLE IF EXISTS thing']
          .map((sql) => db.prepare(sql))
          .concat(
            db.prepare('CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER, value BLOB)'),
            db.prepare('CREATE TABLE child (thing TEXT NOT NULL REFERENCES thing (id))'),
          ),
      );
    });

    const insert = (id: string, n: number | null = null) =>
      db.prepare('INSERT INTO thing (id, n) VALUES (?, ?)').bind(id, n);
    const ids = async () =>
      (await db.prepare('SELECT id FROM thing ORDER BY id').all<{ id: string }>()).map((r) => r.id);

    test.each([
      ['text', 'news'],
      ['empty text', ''],
      ['Korean, Arabic and an emoji', '속보 خبر 🗞️ \u{10ffff}'],
      ['decomposed letters as they are', 'e\u0301'],
      ['quotes and line ends', `'"\`\r\n\t`],
      ['zero', 0],
      ['the largest safe integer', Number.MAX_SAFE_INTEGER],
      ['the smallest safe integer', Number.MIN_SAFE_INTEGER],
      ['an epoch in milliseconds', 1_795_377_600_123],
      ['a fraction', 0.1],
      ['nothing', null],
      ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['no bytes', new Uint8Array()],
    ])('gives back %s', async (_name, value) => {
      await db.prepare('INSERT INTO thing (id, value) VALUES (?, ?)').bind('a', value).run();
      const [row] = await db.prepare('SELECT value FROM thing').all<{ value: unknown }>();
      expect(row?.value).toStrictEqual(value);
      expect((await db.prepare('SELECT value FROM thing').first<{ value: unknown }>())?.value).toStrictEqual(value);
      const [batched] = await db.batch<{ value: unknown }>([db.prepare('SELECT value FROM thing')]);
      expect(batched?.results[0]?.value).toStrictEqual(value);
    });

    test('stores booleans as 0 and 1, and undefined as NULL', async () => {
      const row = await db.prepare('SELECT ? AS yes, ? AS no, ? AS none').bind(true, false, undefined).first();
      expect(row).toEqual({ yes: 1, no: 0, none: null });
    });

    test('gives a part of a larger buffer as that part', async () => {
      const part = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3);
      expect((await db.prepare('SELECT ? AS part').bind(part).first())?.part).toStrictEqual(new Uint8Array([2, 3]));
    });

    test('gives null for the first of no rows', async () => {
      expect(await db.prepare('SELECT * FROM thing').first()).toBeNull();
      expect(await db.prepare('SELECT * FROM thing').all()).toEqual([]);
    });

    test('keeps a prepared statement as it was when it is bound again', async () => {
      const statement = db.prepare('SELECT ?1 AS one, ?2 AS two, ?1 AS again');
      const [a, b] = [statement.bind('a', 1), statement.bind('b', 2)];
      expect(await a.first()).toEqual({ one: 'a', two: 1, again: 'a' });
      expect(await b.first()).toEqual({ one: 'b', two: 2, again: 'b' });
      expect(await a.first()).toEqual({ one: 'a', two: 1, again: 'a' });
    });

    test('counts the rows that were written', async () => {
      expect((await insert('a', 1).run()).changes).toBe(1);
      expect((await db.prepare("INSERT OR IGNORE INTO thing (id) VALUES ('a')").run()).changes).toBe(0);
      await db.batch([insert('b', 1), insert('c', 2)]);
      expect((await db.prepare('UPDATE thing SET n = 5 WHERE n = 1').run()).changes).toBe(2);
      expect((await db.prepare('UPDATE thing SET n = 6 WHERE n = 1').run()).changes).toBe(0);
      expect((await db.prepare('DELETE FROM thing').run()).changes).toBe(3);
    });

    test('counts the rows of each statement of a batch', async () => {
      const results = await db.batch([
        insert('a', 1),
        insert('b', 1),
        db.prepare('UPDATE thing SET n = n + 1 RETURNING id, n'),
        db.prepare('SELECT count(*) AS count FROM thing'),
        db.prepare("DELETE FROM thing WHERE id = 'none'"),
        db.prepare("INSERT INTO thing (id, n) VALUES ('a', 9) ON CONFLICT (id) DO UPDATE SET n = excluded.n"),
      ]);
      expect(results.map(({ changes }) => changes)).toEqual([1, 1, 2, 0, 0, 1]);
      expect(results[2]?.results).toEqual([
        { id: 'a', n: 2 },
        { id: 'b', n: 2 },
      ]);
      expect(results[3]?.results).toEqual([{ count: 2 }]);
    });

    test('takes an empty batch', async () => {
      expect(await db.batch([])).toEqual([]);
    });

    test('does all of a batch or nothing of it', async () => {
      await insert('a').run();
      await expect(db.batch([insert('b'), insert('c'), insert('a'), insert('d')])).rejects.toThrow(/UNIQUE/);
      expect(await ids()).toEqual(['a']);
      await db.batch([insert('b'), insert('c')]);
      expect(await ids()).toEqual(['a', 'b', 'c']);
    });

    test('keeps what others write while batches fail', async () => {
      await insert('taken').run();
      const work: Promise<unknown>[] = [];
      for (let n = 0; n < 40; n++) {
        work.push(insert(`single-${n}`).run());
        work.push(expect(db.batch([insert(`lost-${n}`), insert('taken')])).rejects.toThrow(/UNIQUE/));
        work.push(db.batch([insert(`pair-${n}-a`), insert(`pair-${n}-b`)]));
        work.push(db.prepare('SELECT count(*) FROM thing').first());
      }
      await Promise.all(work);
      const left = await ids();
      expect(left.filter((id) => id.startsWith('single-'))).toHaveLength(40);
      expect(left.filter((id) => id.startsWith('pair-'))).toHaveLength(80);
      expect(left.filter((id) => id.startsWith('lost-'))).toEqual([]);
    });

    test('loses no increment when many write at once', async () => {
      await insert('a', 0).run();
      await Promise.all(
        Array.from({ length: 50 }, () => db.prepare("UPDATE thing SET n = n + 1 WHERE id = 'a'").run()),
      );
      expect((await db.prepare('SELECT n FROM thing').first())?.n).toBe(50);
    });

    test('gives one claim to one of many that claim at once', async () => {
      await insert('a', 0).run();
      const claims = await Promise.all(
        Array.from({ length: 10 }, () => db.prepare('UPDATE thing SET n = 1 WHERE n = 0 RETURNING id').all()),
      );
      expect(claims.filter((rows) => rows.length === 1)).toHaveLength(1);
    });

    test('enforces foreign keys', async () => {
      await expect(db.prepare("INSERT INTO child VALUES ('nobody')").run()).rejects.toThrow(/FOREIGN KEY/);
    });

    test('refuses what D1 refuses', async () => {
      const list = (length: number) => Array.from({ length }, () => '?').join(', ');
      const bind = (length: number) =>
        db.prepare(`SELECT 1 AS one WHERE 1 IN (${list(length)})`).bind(...Array.from({ length }, () => 1));
      expect(await bind(100).first()).toEqual({ one: 1 });
      expect(() => bind(101)).toThrow(/at most 100 parameters/);
      expect(() => db.prepare('SELECT ?').bind('é'.repeat(1_000_001))).toThrow(/2000000/);
      expect(() => db.prepare('SELECT ?').bind(Number.NaN)).toThrow(RangeError);
      await expect(db.prepare(`SELECT 'a' LIKE '${'a'.repeat(51)}'`).all()).rejects.toThrow(/LIKE/);
      const union = Array.from({ length: 6 }, () => 'SELECT 1').join(' UNION ALL ');
      await expect(db.prepare(union).all()).rejects.toThrow(/compound/);
    });

    test('takes a row of nearly 2 MB', async () => {
      const value = new Uint8Array(1_900_000).fill(7);
      await db.prepare('INSERT INTO thing (id, value) VALUES (?, ?)').bind('a', value).run();
      const row = await db.prepare('SELECT value FROM thing').first<{ value: Uint8Array }>();
      expect(row?.value.byteLength).toBe(1_900_000);
    });

    test('says what is wrong with a statement when it runs', async () => {
      await expect(db.prepare('SELECT * FROM nowhere').all()).rejects.toThrow(/no such table/);
      await expect(db.prepare('SELECT * FROM nowhere').first()).rejects.toThrow(/no such table/);
      await expect(db.batch([db.prepare('SELECT 1'), db.prepare('SELEC')])).rejects.toThrow(/syntax error/);
    });

    test('remembers its migrations as wrangler does', async () => {
      const rows = await db.prepare('SELECT name FROM d1_migrations ORDER BY id').all<{ name: string }>();
      expect(rows[0]?.name).toBe('0001_initial.sql');
      expect(rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name).sort());
    });
  });
}

import type { Home } from '../home.ts';
import type { Database } from './ports.ts';

/** Milliseconds after which the holder of a lock is taken for dead when nothing was heard of it. */
const LEASE_MS = 60_000;
/** Milliseconds for which nothing needs to be heard of it again. */
const FRESH_MS = 10_000;

/** Something that only one may do at a time. */
export interface Lock {
  /** The database, whose batches fail once somebody else has the lock: one who was slow can spoil nothing. */
  readonly db: Database;
  /** Says that the holder lives; false when the lock was lost. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** Holders of this process that had ended and could not say so: whoever comes next need not take them for alive. */
const ended = new WeakMap<Database, Map<string, string>>();

/** Takes the lock of that name, or answers null when somebody else has it. */
export async function acquireLock(home: Home, name: string): Promise<Lock | null> {
  const { db } = home;
  const holder = crypto.randomUUID();
  const until = () => home.now() + LEASE_MS;
  let heard = home.now();
  const past = ended.get(db) ?? new Map<string, string>();
  ended.set(db, past);
  const { changes } = await db
    .prepare(
      `INSERT INTO locks (name, holder, until) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE locks.until < ? OR locks.holder = ?`,
    )
    .bind(name, holder, until(), home.now(), past.get(name) ?? null)
    .run();
  if (changes === 0) return null;
  past.delete(name);
  // No holder is null, so the row cannot be written and takes the batch with it.
  const fence = db
    .prepare(
      `INSERT INTO locks (name, holder, until)
       SELECT 'lost', NULL, 0 WHERE NOT EXISTS (SELECT 1 FROM locks WHERE name = ? AND holder = ?)`,
    )
    .bind(name, holder);
  return {
    db: {
      prepare: (sql) => db.prepare(sql),
      batch: async (statements) => (await db.batch([fence, ...statements])).slice(1) as never,
    },
    async renew() {
      const now = home.now();
      // What a batch does is fenced in any case.
      if (now >= heard && now - heard < FRESH_MS) return true;
      const renewed = await db
        .prepare('UPDATE locks SET until = ? WHERE name = ? AND holder = ?')
        .bind(until(), name, holder)
        .run();
      if (renewed.changes === 1) heard = now;
      return renewed.changes === 1;
    },
    async release() {
      past.set(name, holder);
      await db.prepare('DELETE FROM locks WHERE name = ? AND holder = ?').bind(name, holder).run();
      past.delete(name);
    },
  };
}

/** Forgets every lock: for a home whose one process just started, so that those who held them are dead. */
export async function releaseLocks(home: Home): Promise<void> {
  await home.db.prepare('DELETE FROM locks').run();
}

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { bindable, MAX_PARAMETERS, MAX_ROW_BYTES } from '../storage/bind.ts';
import type { Database, Row, SqlResult, SqlValue, Statement } from '../storage/ports.ts';
import { storageError } from './unavailable.ts';

/** The database port over `node:sqlite`, with what only this home needs. */
export interface NodeDatabase extends Database {
  /** Runs one statement now, without a promise. Throws what SQLite says, or that nothing can be written. */
  execute<T = Row>(sql: string, values?: readonly SqlValue[]): SqlResult<T>;
  /** Runs a function as one transaction; it must not await. An error rolls everything back and is thrown. */
  transaction<T>(work: () => T): T;
  /** Runs SQL of several statements that return nothing. */
  exec(sql: string): void;
  close(): void;
}

/** D1's own limits (workerd's `setupSecurity`), so that SQL that it would refuse fails here too where Node can (25.8). */
const LIMITS = {
  length: MAX_ROW_BYTES,
  sqlLength: 100_000,
  column: 100,
  exprDepth: 100,
  compoundSelect: 5,
  functionArg: 32,
  likePatternLength: 50,
  variableNumber: MAX_PARAMETERS,
  triggerDepth: 10,
};

/**
 * Milliseconds that a statement waits for another program to let go of the database. Nothing else happens meanwhile, so
 * it is short: one process owns the data folder, and what waits is tried again.
 */
const PATIENCE_MS = 500;

/** Pages of the database in memory: what a step of a regeneration changes in the indexes of 10,000 articles. */
const CACHE_KIBIBYTES = 16_000;
/** Pages of 4 KiB in the log before a commit has to take them over into the database, which waits for the disk. */
const WAL_PAGES = 8_000;

/** Compiled statements that are kept; statements with lists of varying length would otherwise pile up. */
const CACHED_STATEMENTS = 500;

/** Statements that write nothing. What is not surely one of them counts as a write. */
const READS = /^\s*SELECT\b/i;

/**
 * Opens (or creates) the SQLite file at `path`; `:memory:` is allowed. WAL with `synchronous = NORMAL`: what was
 * committed survives the death of the process at any moment.
 *
 * All that is written within a turn of the event loop is one transaction, since a commit costs more than most statements;
 * who asked hears of it when it is committed. Each batch in it is all or nothing by a savepoint of its own.
 */
export function openDatabase(path: string): NodeDatabase {
  const handle = new DatabaseSync(path, { timeout: PATIENCE_MS, enableForeignKeyConstraints: true, limits: LIMITS });
  handle.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIBIBYTES};
    PRAGMA wal_autocheckpoint = ${WAL_PAGES};`);
  const cache = new Map<string, { statement: StatementSync; answers: boolean; writes: boolean }>();
  const total = handle.prepare('SELECT total_changes() AS changes');
  const [savepoint, release] = [handle.prepare('SAVEPOINT work'), handle.prepare('RELEASE work')];

  function compile(sql: string) {
    let entry = cache.get(sql);
    if (entry) {
      cache.delete(sql);
    } else {
      const statement = handle.prepare(sql);
      entry = { statement, answers: statement.columns().length > 0, writes: !READS.test(sql) };
      const oldest = cache.size >= CACHED_STATEMENTS ? cache.keys().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest);
    }
    cache.set(sql, entry);
    return entry;
  }

  // SQLite's changes() leaves out what triggers write; the difference of totals is what D1 counts too.
  const changed = () => Number(total.get()?.changes);
  /** The total after the last statement; null where it is not known. */
  let counted: number | null = null;

  function execute<T>(sql: string, values: readonly SqlValue[] = []): SqlResult<T> {
    try {
      const { statement, answers, writes } = compile(sql);
      if (!writes) return { results: statement.all(...values) as T[], changes: 0 };
      const before = counted ?? changed();
      counted = null;
      const results = answers ? (statement.all(...values) as T[]) : [];
      if (!answers) statement.run(...values);
      counted = changed();
      return { results, changes: counted - before };
    } catch (error) {
      throw storageError(error);
    }
  }

  /** The transaction of this turn; its promise is kept when it is committed. */
  let turn: (PromiseWithResolvers<void> & { end: NodeJS.Immediate }) | null = null;

  function begin(): Promise<void> {
    if (turn === null) {
      handle.exec('BEGIN IMMEDIATE');
      turn = { ...Promise.withResolvers<void>(), end: setImmediate(commit) };
      // Nobody may be waiting for it: all that was in it may have failed by itself.
      turn.promise.catch(() => {});
    }
    return turn.promise;
  }

  function commit(): void {
    if (turn === null) return;
    try {
      handle.exec('COMMIT');
      clearImmediate(turn.end);
      turn.resolve();
      turn = null;
    } catch (error) {
      abandon(error);
    }
  }

  /** Everything of this turn is lost, as after some errors (a full disk) SQLite has decided already. */
  function abandon(error: unknown): void {
    if (handle.isTransaction) handle.exec('ROLLBACK');
    if (turn === null) return;
    clearImmediate(turn.end);
    turn.reject(storageError(error));
    turn = null;
  }

  /**
   * Does something as a whole or not at all, within the transaction of this turn. It must not await.
   *
   * @param isOne one statement alone, which SQLite undoes by itself when it fails
   */
  async function write<T>(work: () => T, isOne: boolean): Promise<T> {
    let result: T;
    let committed: Promise<void>;
    try {
      committed = begin();
      if (!isOne) savepoint.run();
      result = work();
      if (!isOne) release.run();
    } catch (error) {
      if (turn === null || !handle.isTransaction) abandon(error);
      else if (!isOne) handle.exec('ROLLBACK TO work; RELEASE work');
      throw storageError(error);
    }
    await committed;
    return result;
  }

  /** What is read in a turn that writes may be of that turn, so it is told when that is committed. */
  async function run<T>(sql: string, values: SqlValue[]): Promise<SqlResult<T>> {
    if (!READS.test(sql)) return write(() => execute<T>(sql, values), true);
    const result = execute<T>(sql, values);
    await turn?.promise;
    return result;
  }

  function transaction<T>(work: () => T): T {
    commit();
    try {
      handle.exec('BEGIN IMMEDIATE');
      const result = work();
      handle.exec('COMMIT');
      return result;
    } catch (error) {
      if (handle.isTransaction) handle.exec('ROLLBACK');
      throw storageError(error);
    }
  }

  const statements = new WeakMap<Statement, { sql: string; values: SqlValue[] }>();

  function statement(sql: string, values: SqlValue[]): Statement {
    const self: Statement = {
      bind: (...next) => statement(sql, bindable(next)),
      all: async <T>() => (await run<T>(sql, values)).results,
      first: async <T>() => (await run<T>(sql, values)).results[0] ?? null,
      run: async () => ({ changes: (await run(sql, values)).changes }),
    };
    statements.set(self, { sql, values });
    return self;
  }

  return {
    prepare: (sql) => statement(sql, []),
    batch: <T>(list: Statement[]) =>
      write(
        () =>
          list.map((item) => {
            const known = statements.get(item);
            if (!known) throw new TypeError('batch() takes statements that this database prepared.');
            return execute<T>(known.sql, known.values);
          }),
        list.length === 1,
      ),
    execute,
    transaction,
    exec: (sql) => {
      counted = null;
      handle.exec(sql);
    },
    close: () => {
      commit();
      handle.close();
    },
  };
}

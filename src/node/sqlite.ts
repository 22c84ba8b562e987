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

/** Compiled statements that are kept; statements with lists of varying length would otherwise pile up. */
const CACHED_STATEMENTS = 500;

/**
 * Opens (or creates) the SQLite file at `path`; `:memory:` is allowed. WAL with `synchronous = NORMAL`: what was
 * committed survives the death of the process at any moment.
 */
export function openDatabase(path: string): NodeDatabase {
  const handle = new DatabaseSync(path, { timeout: PATIENCE_MS, enableForeignKeyConstraints: true, limits: LIMITS });
  handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const cache = new Map<string, { statement: StatementSync; reads: boolean }>();
  const total = handle.prepare('SELECT total_changes() AS changes');

  function compile(sql: string) {
    let entry = cache.get(sql);
    if (entry) {
      cache.delete(sql);
    } else {
      const statement = handle.prepare(sql);
      entry = { statement, reads: statement.columns().length > 0 };
      const oldest = cache.size >= CACHED_STATEMENTS ? cache.keys().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest);
    }
    cache.set(sql, entry);
    return entry;
  }

  // SQLite's changes() still tells of the statement before when this one writes nothing; the difference of totals is
  // what D1 counts too.
  const changed = () => Number(total.get()?.changes);

  function execute<T>(sql: string, values: readonly SqlValue[] = []): SqlResult<T> {
    try {
      const { statement, reads } = compile(sql);
      const before = changed();
      if (reads) {
        const results = statement.all(...values) as T[];
        return { results, changes: changed() - before };
      }
      statement.run(...values);
      return { results: [], changes: changed() - before };
    } catch (error) {
      throw storageError(error);
    }
  }

  function transaction<T>(work: () => T): T {
    try {
      handle.exec('BEGIN IMMEDIATE');
    } catch (error) {
      throw storageError(error);
    }
    try {
      const result = work();
      handle.exec('COMMIT');
      return result;
    } catch (error) {
      // Some errors (a full disk) have already rolled back.
      if (handle.isTransaction) handle.exec('ROLLBACK');
      throw storageError(error);
    }
  }

  const statements = new WeakMap<Statement, { sql: string; values: SqlValue[] }>();

  function statement(sql: string, values: SqlValue[]): Statement {
    const self: Statement = {
      bind: (...next) => statement(sql, bindable(next)),
      all: async <T>() => execute<T>(sql, values).results,
      first: async <T>() => execute<T>(sql, values).results[0] ?? null,
      run: async () => ({ changes: execute(sql, values).changes }),
    };
    statements.set(self, { sql, values });
    return self;
  }

  return {
    prepare: (sql) => statement(sql, []),
    // Not one await between BEGIN and COMMIT: another request's write would be lost in this one's rollback.
    batch: async <T>(list: Statement[]) =>
      transaction(() =>
        list.map((item) => {
          const known = statements.get(item);
          if (!known) throw new TypeError('batch() takes statements that this database prepared.');
          return execute<T>(known.sql, known.values);
        }),
      ),
    execute,
    transaction,
    exec: (sql) => handle.exec(sql),
    close: () => handle.close(),
  };
}

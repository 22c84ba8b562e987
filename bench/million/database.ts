import type { NodeDatabase } from '../../src/node/sqlite.ts';
import type { Database, SqlResult, Statement } from '../../src/storage/ports.ts';
import { ASSUMED, DATABASE_MS } from './assumed.ts';
import { latencies } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import type { Invocation } from './invocation.ts';

/** One database for all invocations: SQLite in memory, asked over a network, doing one thing at a time. */
export class SimulatedDatabase {
  /** Statements. */
  queries = 0;
  /** As D1 bills them: a row, and one more for each index that the write concerns. */
  rowsWritten = 0;
  /** Milliseconds that it worked, and that somebody waited for it at most. */
  busyMs = 0;
  longestWaitMs = 0;
  readonly #db: NodeDatabase;
  readonly #clock: VirtualClock;
  readonly #network: () => number;
  readonly #factors = new Map<string, number>();
  readonly #known = new WeakMap<Statement, { sql: string; inner: Statement }>();
  #freeAt = 0;

  constructor(db: NodeDatabase, clock: VirtualClock, random: () => number) {
    this.#db = db;
    this.#clock = clock;
    this.#network = latencies(random, ASSUMED.database);
  }

  /** The database as an invocation has it. */
  binding(invocation: Invocation): Database {
    const statement = (sql: string, inner: Statement): Statement => {
      const ask = <T>() => this.#ask<T>(invocation, [self]).then(([result]) => result as SqlResult<T>);
      const self: Statement = {
        bind: (...values) => statement(sql, inner.bind(...values)),
        all: async <T>() => (await ask<T>()).results,
        first: async <T>() => (await ask<T>()).results[0] ?? null,
        run: async () => ({ changes: (await ask()).changes }),
      };
      this.#known.set(self, { sql, inner });
      return self;
    };
    return {
      prepare: (sql) => statement(sql, this.#db.prepare(sql)),
      batch: (statements) => this.#ask(invocation, statements),
    };
  }

  async #ask<T>(invocation: Invocation, statements: Statement[]): Promise<SqlResult<T>[]> {
    invocation.count('queries', statements.length);
    this.queries += statements.length;
    const known = statements.map((one) => {
      const found = this.#known.get(one);
      if (!found) throw new TypeError('batch() takes statements that this database prepared.');
      return found;
    });
    const latency = this.#network();
    await this.#clock.sleep(latency / 2);
    const results = await this.#db.batch<T>(known.map(({ inner }) => inner));
    const changes = results.reduce((sum, result) => sum + result.changes, 0);
    results.forEach((result, at) => {
      this.rowsWritten += result.changes * this.#factor(known[at]?.sql ?? '');
    });
    const { call, statement, row } = DATABASE_MS;
    const ms = call + statements.length * statement + changes * row;
    const now = this.#clock.now();
    const begins = Math.max(this.#freeAt, now);
    this.#freeAt = begins + ms;
    this.busyMs += ms;
    this.longestWaitMs = Math.max(this.longestWaitMs, begins - now);
    await this.#clock.sleep(this.#freeAt - now + latency / 2);
    return results;
  }

  /** Rows that D1 counts for each row that a statement writes. */
  #factor(sql: string): number {
    const known = this.#factors.get(sql);
    if (known !== undefined) return known;
    const [, verb = '', table = ''] =
      /^\s*(INSERT|UPDATE|DELETE)\s+(?:OR \w+\s+)?(?:INTO |FROM )?(\w+)/.exec(sql) ?? [];
    const set = /\bSET\b([\s\S]*?)\bWHERE\b/.exec(sql)?.[1] ?? '';
    const indexes = this.#db
      .execute<{ name: string }>('SELECT name FROM pragma_index_list(?) WHERE origin <> ?', [table, 'pk'])
      .results.filter(({ name }) => {
        const columns = this.#db.execute<{ name: string }>('SELECT name FROM pragma_index_info(?)', [name]).results;
        return verb !== 'UPDATE' || columns.some((column) => new RegExp(`\\b${column.name} = `).test(set));
      });
    const factor = 1 + indexes.length;
    this.#factors.set(sql, factor);
    return factor;
  }
}

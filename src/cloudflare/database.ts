import { bindable } from '../storage/bind.ts';
import type { Database, Row, Statement } from '../storage/ports.ts';

/** The database port over D1, with BLOBs as `Uint8Array` again. */
export function createDatabase(d1: D1Database): Database {
  const statements = new WeakMap<Statement, D1PreparedStatement>();

  function wrap(statement: D1PreparedStatement): Statement {
    const self: Statement = {
      bind: (...values) => wrap(statement.bind(...bindable(values))),
      all: async <T>() => (await statement.all<Row>()).results.map(settle) as T[],
      first: async <T>() => {
        const row = await statement.first<Row>();
        return row === null ? null : (settle(row) as T);
      },
      run: async () => ({ changes: (await statement.run()).meta.changes }),
    };
    statements.set(self, statement);
    return self;
  }

  return {
    prepare: (sql) => wrap(d1.prepare(sql)),
    async batch<T>(list: Statement[]) {
      const raw = list.map((item) => {
        const statement = statements.get(item);
        if (!statement) throw new TypeError('batch() takes statements that this database prepared.');
        return statement;
      });
      // D1 refuses an empty batch; Node has nothing against it.
      if (raw.length === 0) return [];
      const results = await d1.batch<Row>(raw);
      return results.map(({ results, meta }) => ({ results: results.map(settle) as T[], changes: meta.changes }));
    },
  };
}

/** D1 gives a BLOB back as an array of numbers. */
function settle(row: Row): Row {
  for (const name in row) {
    const value: unknown = row[name];
    if (Array.isArray(value)) row[name] = Uint8Array.from(value as number[]);
  }
  return row;
}

import type { Database, Statement } from '../src/storage/ports.ts';

/** The same database, with a count of the statements that it has run. */
export function countQueries(db: Database): { db: Database; queries: () => number } {
  let count = 0;
  const inner = new WeakMap<Statement, Statement>();
  const counted = (statement: Statement): Statement => {
    const self: Statement = {
      bind: (...values) => counted(statement.bind(...values)),
      all: <T>() => {
        count += 1;
        return statement.all<T>();
      },
      first: <T>() => {
        count += 1;
        return statement.first<T>();
      },
      run: () => {
        count += 1;
        return statement.run();
      },
    };
    inner.set(self, statement);
    return self;
  };
  return {
    db: {
      prepare: (sql) => counted(db.prepare(sql)),
      batch: <T>(statements: Statement[]) => {
        count += statements.length;
        return db.batch<T>(statements.map((statement) => inner.get(statement) ?? statement));
      },
    },
    queries: () => count,
  };
}

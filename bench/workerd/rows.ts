/** What D1 says that its statements did. */
export interface Rows {
  read: number;
  written: number;
  /** Bytes of the database after the last of them. */
  size: number;
}

/** The same database, with a count of the rows that its statements read and wrote, which is what D1 is paid by. */
export function countRows(d1: D1Database): { db: D1Database; rows: () => Rows } {
  const rows: Rows = { read: 0, written: 0, size: 0 };
  const inner = new WeakMap<object, D1PreparedStatement>();
  const add = <R extends D1Result>(result: R): R => {
    rows.read += result.meta.rows_read;
    rows.written += result.meta.rows_written;
    rows.size = result.meta.size_after;
    return result;
  };
  function counted(statement: D1PreparedStatement): D1PreparedStatement {
    const self = {
      bind: (...values: unknown[]) => counted(statement.bind(...values)),
      all: async () => add(await statement.all()),
      run: async () => add(await statement.run()),
      first: async () => add(await statement.all()).results[0] ?? null,
    } as unknown as D1PreparedStatement;
    inner.set(self, statement);
    return self;
  }
  const db = {
    prepare: (sql: string) => counted(d1.prepare(sql)),
    batch: async (list: D1PreparedStatement[]) =>
      (await d1.batch(list.map((item) => inner.get(item) ?? item))).map(add),
  } as unknown as D1Database;
  return { db, rows: () => rows };
}

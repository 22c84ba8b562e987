import type { Database, Statement } from './ports.ts';

/** Bytes of JSON in one parameter: a bound value may have 2 MB. */
const MAX_PARAMETER = 1_000_000;

/**
 * Many rows with few statements: the rows travel as one JSON parameter, and `sql` reads them with `json_each(?1)`
 * (columns by `value ->> 'name'`). However many rows there are, a page of them costs one query for each megabyte.
 *
 * @param rest values for `?2` and on
 */
export function forRows(
  db: Database,
  sql: string,
  rows: readonly unknown[],
  ...rest: (string | number)[]
): Statement[] {
  return pages(rows).map((json) => db.prepare(sql).bind(json, ...rest));
}

/** JSON arrays of at most a parameter's size. A single larger row still gets its own, and the database refuses it. */
function pages(rows: readonly unknown[]): string[] {
  const out: string[] = [];
  let page: string[] = [];
  let size = 0;
  const encoder = new TextEncoder();
  for (const row of rows) {
    const json = JSON.stringify(row);
    const bytes = encoder.encode(json).byteLength;
    if (page.length > 0 && size + bytes > MAX_PARAMETER) {
      out.push(`[${page.join(',')}]`);
      page = [];
      size = 0;
    }
    page.push(json);
    size += bytes;
  }
  if (page.length > 0) out.push(`[${page.join(',')}]`);
  return out;
}

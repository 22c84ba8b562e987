import type { Database, Statement } from './ports.ts';

/** Characters of JSON in one parameter: at three bytes each they fit the 2 MB of a bound value. */
const MAX_PARAMETER = 600_000;

/**
 * Many rows with few statements: the rows travel as one JSON parameter, and `sql` reads them with `json_each(?1)`
 * (columns by `value ->> 'name'`). However many rows there are, a page of them costs one query for each 600,000 characters.
 *
 * @param rest values for `?2` and on
 */
export function forRows(
  db: Database,
  sql: string,
  rows: readonly unknown[],
  ...rest: (string | number | null)[]
): Statement[] {
  return pages(rows).map((json) => db.prepare(sql).bind(json, ...rest));
}

/** JSON arrays of at most a parameter's size. A single larger row still gets its own, and the database refuses it. */
function pages(rows: readonly unknown[]): string[] {
  const out: string[] = [];
  let page: string[] = [];
  let size = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    if (page.length > 0 && size + json.length > MAX_PARAMETER) {
      out.push(`[${page.join(',')}]`);
      page = [];
      size = 0;
    }
    page.push(json);
    size += json.length;
  }
  if (page.length > 0) out.push(`[${page.join(',')}]`);
  return out;
}

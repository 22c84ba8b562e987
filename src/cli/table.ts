/** Prints rows in columns that fit what is in them, the first row as the head; the last column is cut at the terminal's edge. */
export function printTable(head: string[], rows: (string | number)[][]): void {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? ''))));
  const edge = process.stdout.isTTY ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  for (const row of cells) {
    const line = row
      .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(cell))))
      .join('  ')
      .trimEnd();
    console.log(line.length > edge ? `${line.slice(0, edge - 1)}…` : line);
  }
}

/** Columns that a text takes: East Asian letters take two. */
function width(text: string): number {
  let columns = 0;
  for (const sign of text)
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(sign)
        ? 2
        : 1;
  return columns;
}

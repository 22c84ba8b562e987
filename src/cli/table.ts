import { stripVTControlCharacters } from 'node:util';
import { bold } from './style.ts';

const GAP = '  ';
/** A column is not made narrower than this. */
const NARROWEST = 8;

/** Columns of the terminal; without one, lines are as long as they are. */
export const terminalWidth = () => (process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY);

/** Prints rows in columns, the head first. Where they do not fit the terminal, the widest columns are cut. */
export function printTable(head: string[], rows: (string | number)[][]): void {
  for (const line of tableLines(head, rows, terminalWidth())) console.log(line);
}

/** The lines of a table that is at most so many columns wide. */
export function tableLines(head: string[], rows: (string | number)[][], edge: number): string[] {
  const cells = [head, ...rows.map((row) => row.map((cell) => plain(String(cell))))];
  const widths = fitted(
    head.map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? '')))),
    edge,
  );
  return cells.map((row, line) => {
    const text = row
      .map((cell, at) => padded(cut(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join(GAP)
      .trimEnd();
    return line === 0 ? bold(text) : text;
  });
}

/** What a subscriber or an article brought must not steer the terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ');
}

/** Takes what is too much from the widest columns first. */
function fitted(widths: number[], edge: number): number[] {
  const result = [...widths];
  for (;;) {
    const over = result.reduce((sum, one) => sum + one, GAP.length * (result.length - 1)) - edge;
    const widest = Math.max(...result);
    if (!(over > 0) || widest <= NARROWEST) return result;
    const next = Math.max(NARROWEST, ...result.filter((one) => one < widest));
    const at = result.indexOf(widest);
    const twins = result.filter((one) => one === widest).length;
    result[at] = Math.max(next < widest ? next : NARROWEST, widest - Math.max(1, Math.ceil(over / twins)));
  }
}

const padded = (text: string, columns: number) => text + ' '.repeat(Math.max(0, columns - width(text)));

/** The beginning of a text that fits so many columns. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const sign of text) {
    used += width(sign);
    if (used > columns) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** A text in lines that fit the terminal, each after the first indented by so many spaces. */
export function wrapped(text: string, indent = 0): string {
  const edge = Math.min(terminalWidth(), 100);
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && indent + width(last) + 1 + width(word) > edge) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
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

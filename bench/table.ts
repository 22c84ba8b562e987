import type { Figure, Target } from './figure.ts';

/** The figures as people read them. */
export function table(figures: Figure[]): string {
  const rows = figures.map(({ name, unit, ours, beside, ratio, target, met }) => [
    name,
    `${number(ours)} ${unit}`,
    beside === null ? '' : `${number(beside)} ${unit}`,
    ratio === null ? '' : ratio.toFixed(2),
    target === null ? '' : words(target),
    met === null ? '' : met ? 'met' : 'missed',
  ]);
  const lines = [['', 'Tidings', 'beside it', 'ratio', 'target', ''], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const isText = (column: number) => column === 0 || column > 3;
  return lines
    .map((line) =>
      line
        .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const words = (target: Target) => ('atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`);

/** Three digits that count. */
function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

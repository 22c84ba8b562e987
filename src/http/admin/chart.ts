import { html } from 'hono/html';
import type { Markup } from '../pages/layout.ts';

/** A row of values, one for each label. */
export interface Series {
  name: string;
  /** Which of the chart's colours. */
  colour: 'first' | 'second' | 'bad';
  values: number[];
}

const WIDTH = 600;
const HEIGHT = 140;
const GAP = 2;

/** Stacked bars, drawn here, with the same as a table for whoever does not see them. */
export function barChart(
  title: string,
  labels: string[],
  series: Series[],
  words: { hour: string; asTable: string; none: string },
): Markup {
  const totals = labels.map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const most = Math.max(...totals, 0);
  if (most === 0)
    return html`<figure class="chart"><figcaption>${title}</figcaption><p class="soft">${words.none}</p></figure>`;
  const step = WIDTH / labels.length;
  const heightOf = (value: number) => (value / most) * (HEIGHT - 20);
  return html`<figure class="chart"><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
${labels.map((label, at) => {
  let bottom = HEIGHT - 16;
  return series.map(({ name, colour, values }) => {
    const value = values[at] ?? 0;
    const height = heightOf(value);
    bottom -= height;
    if (value === 0) return '';
    return html`<rect class="${colour}" x="${(at * step + GAP / 2).toFixed(1)}" y="${bottom.toFixed(1)}" width="${(step - GAP).toFixed(1)}" height="${Math.max(height, 1).toFixed(1)}" rx="1.5"><title>${label}: ${number(value)} ${name}</title></rect>`;
  });
})}
<text x="0" y="10">${number(most)}</text><text x="0" y="${HEIGHT - 3}">${labels[0]}</text><text x="${WIDTH}" y="${HEIGHT - 3}" text-anchor="end">${labels.at(-1)}</text>
</svg>
<ul class="legend">${series.map(({ name, colour, values }) => html`<li class="${colour}">${name} <b>${number(values.reduce((sum, value) => sum + value, 0))}</b></li>`)}</ul>
<details><summary>${words.asTable}</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th>${words.hour}</th>${series.map(({ name }) => html`<th class="n">${name}</th>`)}</tr></thead><tbody>
${labels.map((label, at) => (totals[at] === 0 ? '' : html`<tr><td>${label}</td>${series.map(({ values }) => html`<td class="n">${number(values[at] ?? 0)}</td>`)}</tr>`))}
</tbody></table></div></details></figure>`;
}

/** A number as it fits into a chart. */
const number = (value: number) =>
  value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);

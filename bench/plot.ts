const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { left: 60, right: 20, top: 40, bottom: 50 };

/** An SVG of how a share rises to 1 with time. `times` are seconds in order, one for each of all. */
export function risingShare(title: string, times: number[]): string {
  const last = times.at(-1) ?? 1;
  const x = (seconds: number) => MARGIN.left + (seconds / last) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (share: number) => HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const points = Array.from({ length: 401 }, (_, at) => {
    const index = Math.min(times.length - 1, Math.floor((at / 400) * times.length));
    return `${x(times[index] ?? 0).toFixed(1)},${y((index + 1) / times.length).toFixed(1)}`;
  });
  const seconds = Array.from({ length: 6 }, (_, at) => (last * at) / 5);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${MARGIN.left}" y="24" font-size="15">${title}</text>
${[0, 0.25, 0.5, 0.75, 1]
  .map(
    (share) =>
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/><text x="${MARGIN.left - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  )
  .join('\n')}
${seconds
  .map(
    (at) =>
      `<text x="${x(at)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${at >= 10 ? Math.round(at) : at.toFixed(1)}</text>`,
  )
  .join('\n')}
<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 10}" text-anchor="end">seconds since the commit</text>
<polyline fill="none" stroke="#06c" stroke-width="2" points="${points.join(' ')}"/>
</svg>
`;
}

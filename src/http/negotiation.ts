import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { Format } from '../feeds/entry.ts';

const TYPES: Record<string, Format | 'html'> = {
  'application/rss+xml': 'rss',
  'application/atom+xml': 'atom',
  'application/feed+json': 'json',
  'application/json': 'json',
  'application/xml': 'rss',
  'text/xml': 'rss',
  'text/html': 'html',
};

/** The format that Accept asks for, or the page for people; RSS where the client has no wish that can be met. */
export function negotiated(c: Context): Format | 'html' {
  const supports = Object.keys(TYPES);
  const chosen = accepts(c, { header: 'Accept', supports, default: 'application/rss+xml', match: mostWanted });
  return TYPES[chosen] ?? 'rss';
}

/**
 * A type weighs what the range says that names it most exactly (RFC 9110 section 12.5.1). Among equals what is named goes
 * before what a wildcard lets through, then what the client names first, then the first of ours. Hono's own way knows no
 * `*`/`*`, and that nothing is wanted of what has q=0.
 *
 * @param ranges the heaviest first
 */
const mostWanted: NonNullable<Parameters<typeof accepts>[1]['match']> = (ranges, { supports, default: otherwise }) => {
  let best = { type: otherwise, q: 0, exactness: 0, at: 0 };
  for (const type of supports) {
    for (const exactness of [3, 2, 1]) {
      const at = ranges.findIndex((range) => exactnessOf(range.type.toLowerCase(), type) === exactness);
      const { q } = ranges[at] ?? { q: 0 };
      if (at < 0) continue;
      const better = q - best.q || exactness - best.exactness || best.at - at;
      if (q > 0 && better > 0) best = { type, q, exactness, at };
      break;
    }
  }
  return best.type;
};

/** How exactly a range names a type: 3 by its name, 2 by `text/` and a wildcard, 1 as anything; 0 when it does not. */
function exactnessOf(range: string, type: string): number {
  if (range === type) return 3;
  if (range === '*/*' || range === '*') return 1;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1)) ? 2 : 0;
}

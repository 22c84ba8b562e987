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

/** The format that Accept asks for, or the page for people; RSS where the client has no wish of its own. */
export function negotiated(c: Context): Format | 'html' {
  const chosen = accepts(c, { header: 'Accept', supports: Object.keys(TYPES), default: 'application/rss+xml' });
  return TYPES[chosen] ?? 'rss';
}

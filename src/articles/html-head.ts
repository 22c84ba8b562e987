import { decodeHTML } from 'entities';
import type { Fields } from './front-matter.ts';

const META = /<meta\s([^>]*)>/gi;
const ATTRIBUTE = /([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

/** A head is this long at most (characters). */
const MAX_HEAD = 50_000;

/**
 * What a whole HTML page says of itself in its head: its title and its `meta` elements, as Pelican reads them. Null when
 * the text is no such page or its head names no date.
 *
 * @see https://docs.getpelican.com/en/latest/content.html#file-metadata
 */
export function parseHtmlHead(text: string): { fields: Fields; length: number } | null {
  if (!/^\s*(?:<!doctype\s+html[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)?<(?:html|head)\b/i.test(text.slice(0, 4000)))
    return null;
  const head = /<head\b[^>]*>([\s\S]*?)<\/head>\s*(?:<body\b[^>]*>)?/i.exec(text.slice(0, MAX_HEAD));
  if (!head) return null;
  const fields: Fields = new Map();
  const title = /<title\b[^>]*>([\s\S]*?)<\/title>/i.exec(head[1] ?? '')?.[1];
  if (title) fields.set('title', decodeHTML(title));
  for (const [, attributes = ''] of (head[1] ?? '').matchAll(META)) {
    const found = new Map<string, string>();
    for (const [, name = '', ...values] of attributes.matchAll(ATTRIBUTE)) {
      found.set(name.toLowerCase(), decodeHTML(values.find((value) => value !== undefined) ?? ''));
    }
    // og:image and article:published_time are image and published_time.
    const name = (found.get('name') ?? found.get('property') ?? '').replace(/^(?:og|article):/, '');
    const content = found.get('content');
    if (name && content !== undefined && !fields.has(name)) fields.set(name, content);
  }
  const dated = [...fields.keys()].some((name) => /^(?:date|pubdate|published_time|publishdate)$/i.test(name));
  return dated ? { fields, length: head.index + head[0].length } : null;
}

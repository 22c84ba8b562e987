import { atomEntry } from './atom.ts';
import type { Entry, Format, Variant } from './entry.ts';
import { jsonItem } from './json.ts';
import { rssItem } from './rss.ts';
import { serialize } from './tree.ts';

/** Raised by hand whenever the same entry gives other text: kept fragments of an older version are made anew. */
export const FRAGMENT_VERSION = 1;

/**
 * An entry in one format, ready to be joined with others into a document: a whole XML element without namespace
 * declarations, or a JSON object. A pure function of its arguments.
 *
 * @throws {TypeError} when the entry's address is no absolute URL
 * @throws {RangeError} when one of its dates is none
 */
export function renderFragment(entry: Entry, format: Format, variant: Variant): string {
  if (format === 'json') return JSON.stringify(jsonItem(entry, variant));
  return serialize(format === 'rss' ? rssItem(entry, variant) : atomEntry(entry, variant));
}

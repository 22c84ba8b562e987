import type { Element } from 'xast';
import { htmlOf, oneLine, sound } from '../articles/characters.ts';
import type { Config } from '../config/schema.ts';
import { entryFor } from '../partners/entry.ts';
import type { TextRules } from '../partners/text-rules.ts';
import { atomEntry } from './atom.ts';
import type { Dialect } from './dialect.ts';
import type { Entry, Format, Variant } from './entry.ts';
import { jsonItem } from './json.ts';
import { webAddress } from './labels.ts';
import { rssItem } from './rss.ts';
import { elements, lines, serialize } from './tree.ts';

/** Raised by hand whenever the same entry gives other text: kept fragments of an older version are made anew. */
export const FRAGMENT_VERSION = 4;

/**
 * An entry in one format, ready to be joined with others into a document: a whole XML element without namespace
 * declarations, or a JSON object. A pure function of its arguments.
 *
 * @param dialect how a destination wants its RSS; the other formats have none
 * @throws {TypeError} when the entry's address is no absolute URL
 * @throws {RangeError} when one of its dates is none
 */
export function renderFragment(entry: Entry, format: Format, variant: Variant, dialect?: Dialect | null): string {
  if (variant === 'cut') return renderFragment(cut(entry), format, 'full', dialect);
  if (format === 'json') return JSON.stringify(jsonItem(entry, variant));
  if (format === 'atom') return serialize(atomEntry(entry, variant));
  return serialize(dialect ? inDialect(entry, variant, dialect) : rssItem(entry, variant));
}

function inDialect(entry: Entry, variant: Variant, dialect: Dialect): Element {
  const own = dialect.entry?.(entry) ?? entry;
  const item = rssItem(own, variant);
  if (dialect.item) item.children = lines(dialect.item(elements(item), own, variant));
  return item;
}

/** The same as a partner's rules want it. What stands for a text that is too long has the partner's footer, too. */
export function renderPartnerFragment(
  entry: Entry,
  format: Format,
  variant: Variant,
  rules: TextRules,
  config: Pick<Config, 'site' | 'url'>,
): string {
  if (variant === 'cut') return renderPartnerFragment(cut(entry), format, 'full', rules, config);
  return renderFragment(entryFor(entry, rules, config), format, variant, rules.dialect);
}

/** Characters of the summary that stands for a text which is too long. */
const MAX_SUMMARY = 1000;

/** An entry whose text is too long for its feed: its summary, and a link to the whole. */
function cut(entry: Entry): Entry {
  const words = sound(entry.summary).trim();
  const summary =
    words.length > MAX_SUMMARY
      ? `${words
          .slice(0, MAX_SUMMARY)
          .toWellFormed()
          .replace(/\ufffd$/, '')}…`
      : words;
  const link = webAddress(entry.url) ?? entry.url;
  const title = oneLine(entry.title) || link;
  const html = `<p>${htmlOf(summary)}</p>\n<p><a href="${attribute(link)}">${htmlOf(title)}</a></p>`;
  return { ...entry, summary, html };
}

function attribute(value: string): string {
  return htmlOf(value).replaceAll('"', '&quot;');
}

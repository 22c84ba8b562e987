import type { Element } from 'xast';
import type { FeedHead, Format } from './entry.ts';
import { element } from './tree.ts';

/** Media types of links from document to document. */
const TYPES = { rss: 'application/rss+xml', atom: 'application/atom+xml' } as const;

/**
 * How a document of RSS or Atom is linked with the others of its feed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5005#section-4
 */
export function historyOf({ archives }: FeedHead, format: Exclude<Format, 'json'>): Element[] {
  if (archives === null) return [];
  const link = (rel: string, href: string | undefined) =>
    href === undefined ? [] : [element(format === 'rss' ? 'atom:link' : 'link', { rel, type: TYPES[format], href })];
  return [
    ...(archives.archive ? [element('fh:archive', {})] : []),
    ...link('current', archives.current[format]),
    ...link('prev-archive', archives.previous?.[format]),
    ...link('next-archive', archives.next?.[format]),
  ];
}

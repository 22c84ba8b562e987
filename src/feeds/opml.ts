import { oneLine } from '../articles/characters.ts';
import { languageOf } from './labels.ts';
import { element, lines, text, xmlDocument } from './tree.ts';

/** A feed as a list of subscriptions names it. Addresses are absolute. */
export interface OpmlFeed {
  title: string;
  /** The RSS document. */
  xmlUrl: string;
  /** The page that the feed is of. */
  htmlUrl: string;
  lang?: string | null;
}

/**
 * OPML 2.0: every feed in one file, which readers import.
 *
 * @param updated ISO 8601; what the newest feed says
 * @see https://opml.org/spec2.opml
 */
export function renderOpml(head: { title: string; updated: string }, feeds: OpmlFeed[]): string {
  const outlines = feeds.map((feed) => {
    const title = oneLine(feed.title);
    return element('outline', {
      type: 'rss',
      text: title,
      title,
      xmlUrl: feed.xmlUrl,
      htmlUrl: feed.htmlUrl,
      language: languageOf(feed.lang ?? null),
    });
  });
  const title = element('title', {}, text(oneLine(head.title)));
  const modified = element('dateModified', {}, text(new Date(head.updated).toUTCString()));
  return xmlDocument(
    element(
      'opml',
      { version: '2.0' },
      ...lines([element('head', {}, ...lines([title, modified])), element('body', {}, ...lines(outlines))]),
    ),
  );
}

import type { Author } from '../articles/article.ts';
import { oneLine, sound } from '../articles/characters.ts';
import type { Entry, FeedHead, Tombstone, Variant } from './entry.ts';
import { authorsOf, labelsOf, languageOf, webAddress } from './labels.ts';
import { enclosuresOf, imageOf } from './media.ts';

/**
 * One item of JSON Feed 1.1. An excerpt is its own content, since an item must have some.
 *
 * @see https://www.jsonfeed.org/version/1.1/
 */
export function jsonItem(entry: Entry, variant: Variant): object {
  const summary = sound(entry.summary).trim();
  const title = oneLine(entry.title);
  const authors = authorsOf(entry.authors).map(jsonAuthor);
  const tags = labelsOf(entry);
  const lang = languageOf(entry.lang);
  const image = imageOf(entry);
  const banner = webAddress(entry.banner);
  const external = webAddress(entry.external);
  // The format has no word for these; members with an underscore are extensions ("Extensions").
  const own = [
    ['canonical_url', webAddress(entry.canonical)],
    ['rights', entry.licence],
  ].filter(([, value]) => value);
  const attachments = enclosuresOf(entry).map((file) => ({
    url: file.url,
    mime_type: file.type,
    ...(file.title !== undefined && { title: file.title }),
    ...(file.length > 0 && { size_in_bytes: file.length }),
    ...(file.duration !== undefined && { duration_in_seconds: file.duration }),
  }));
  return {
    id: oneLine(entry.id),
    url: webAddress(entry.url) ?? entry.url,
    ...(external !== null && { external_url: external }),
    ...(title !== '' && { title }),
    ...(variant === 'full' ? { content_html: sound(entry.html) } : { content_text: summary }),
    ...(summary !== '' && { summary }),
    ...(image !== null && { image: image.url }),
    ...(banner !== null && { banner_image: banner }),
    date_published: new Date(entry.published).toISOString(),
    date_modified: new Date(entry.updated).toISOString(),
    ...(authors.length > 0 && { authors }),
    ...(tags.length > 0 && { tags }),
    ...(lang !== null && { language: lang }),
    ...(attachments.length > 0 && { attachments }),
    // Members with an underscore are extensions ("Extensions"); the text says it too.
    ...(entry.corrections && { _corrections: entry.corrections }),
    ...(own.length > 0 && { _tidings: Object.fromEntries(own) }),
  };
}

/** The members of a JSON Feed but for its items; what was taken back where the feed tells it. */
export function jsonHead(head: FeedHead, tombstones: Tombstone[] = []): Record<string, unknown> {
  const description = oneLine(head.description);
  const authors = authorsOf(head.author === null ? [] : [head.author]).map(jsonAuthor);
  const lang = languageOf(head.lang);
  const image = webAddress(head.image);
  const withdrawn = tombstones.map(({ id, at, reason }) => ({ id: oneLine(id), withdrawn: at, reason }));
  const own = [
    ...(head.noindex ? [['robots', 'noindex']] : []),
    ...(withdrawn.length > 0 ? [['withdrawn', withdrawn]] : []),
  ];
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: oneLine(head.title),
    home_page_url: head.home,
    feed_url: head.topics.json,
    ...(description !== '' && { description }),
    ...(image !== null && { icon: image }),
    ...(authors.length > 0 && { authors }),
    ...(lang !== null && { language: lang }),
    ...(head.archives?.previous && { next_url: head.archives.previous.json }),
    ...(head.hub !== null && {
      hubs: [head.hub, ...(head.otherHubs ?? [])].map((url) => ({ type: 'WebSub', url })),
    }),
    ...(own.length > 0 && { _tidings: Object.fromEntries(own) }),
    // The format knows no way back; members with an underscore are extensions ("Extensions").
    ...(head.archives?.next && {
      _archive: { current_url: head.archives.current.json, previous_url: head.archives.next.json },
    }),
  };
}

function jsonAuthor({ name, url, avatar }: Author): object {
  return { name, ...(url !== undefined && { url }), ...(avatar !== undefined && { avatar }) };
}

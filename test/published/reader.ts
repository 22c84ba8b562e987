import { decodeHTML } from 'entities';
import { parseFeed } from 'feedsmith';

/** What a feed reader knows of an entry, whatever the format it came in. Instants are ISO 8601 in UTC. */
export interface Item {
  id: string | undefined;
  url: string | undefined;
  title: string | undefined;
  published: string | undefined;
  updated: string | undefined;
  /** HTML. */
  content: string;
  /** Plain text. */
  summary: string;
  authors: (string | undefined)[];
  categories: (string | undefined)[];
}

/** What feedsmith reads in a document of any of the three formats. */
export function itemsOf(document: string): Item[] {
  const parsed = parseFeed(document);
  switch (parsed.format) {
    case 'atom':
      return (parsed.feed.entries ?? []).map((entry) => ({
        id: entry.id,
        url: entry.links?.find((link) => link.rel === 'alternate')?.href,
        title: entry.title?.value,
        published: instant(entry.published),
        updated: instant(entry.updated),
        content: entry.content?.value ?? '',
        summary: entry.summary?.value ?? '',
        authors: (entry.authors ?? []).map((author) => author.name),
        categories: (entry.categories ?? []).map((category) => category.term),
      }));
    case 'rss':
      return (parsed.feed.items ?? []).map((item) => ({
        id: item.guid?.value,
        url: item.link,
        title: item.title,
        published: instant(item.pubDate),
        updated: instant(item.atom?.updated ?? item.pubDate),
        content: item.content?.encoded ?? '',
        summary: decodeHTML(item.description ?? ''),
        authors: item.dc?.creators ?? [],
        categories: (item.categories ?? []).map((category) => category.name),
      }));
    case 'json':
      return (parsed.feed.items ?? []).map((item) => ({
        id: item.id,
        url: item.url,
        title: item.title,
        published: instant(item.date_published),
        updated: instant(item.date_modified),
        content: item.content_html ?? '',
        summary: item.summary ?? '',
        authors: (item.authors ?? []).map((author) => author.name),
        categories: item.tags ?? [],
      }));
    default:
      throw new Error(`a document of the format ${parsed.format}`);
  }
}

function instant(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(text).toISOString();
}

const BLOCK =
  /<\/?(?:p|div|section|figure|figcaption|h[1-6]|[uod]l|li|d[td]|pre|blockquote|table|t[rdh]|[bh]r)\b[^>]*>/g;

/** What a person sees of HTML, white space collapsed. */
export function visibleText(html: string): string {
  const text = decodeHTML(html.replace(BLOCK, ' ').replace(/<[^>]*>/g, ''));
  return text.replace(/\s+/g, ' ').trim();
}

/** The addresses that HTML leads to or shows, resolved against the page. */
export function addressesIn(html: string, page: string): string[] {
  return [...html.matchAll(/<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(
    ([, address = '']) => new URL(decodeHTML(address), page).href,
  );
}

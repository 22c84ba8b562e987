import { sound } from '../articles/characters.ts';
import { webAddress } from './labels.ts';
import { element, lines, piece, serialize, text, xmlDocument } from './tree.ts';

/** The protocol's limit of addresses in one shard, and of shards in an index. */
export const SHARD_SIZE = 50_000;

const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** An absolute address and when what it shows last changed, ISO 8601; null when that is not known. */
export interface SitemapLocation {
  url: string;
  lastmod: string | null;
}

/**
 * The index of a site's shards, each with the newest change in it.
 *
 * @throws {RangeError} for more than {@link SHARD_SIZE} shards
 * @see https://www.sitemaps.org/protocol.html
 */
export function renderSitemapIndex(shards: SitemapLocation[]): string {
  return locations('sitemapindex', 'sitemap', shards);
}

/**
 * One shard of addresses.
 *
 * @throws {RangeError} for more than {@link SHARD_SIZE} addresses
 */
export function renderSitemapShard(pages: SitemapLocation[]): string {
  return locations('urlset', 'url', pages);
}

function locations(rootName: string, itemName: string, list: SitemapLocation[]): string {
  if (list.length > SHARD_SIZE) throw new RangeError(`${list.length} addresses in a sitemap; at most ${SHARD_SIZE}`);
  // Serialized one by one, so that a full shard is never in memory as a tree.
  const pieces = list.map(({ url, lastmod }) => {
    const when = lastmod === null ? [] : [element('lastmod', {}, text(new Date(lastmod).toISOString()))];
    return piece(serialize(element(itemName, {}, element('loc', {}, text(webAddress(url) ?? sound(url))), ...when)));
  });
  return xmlDocument(element(rootName, { xmlns: NAMESPACE }, ...lines(pieces)));
}

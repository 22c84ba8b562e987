import type { Element } from 'xast';
import type { Entry, FeedHead, Tombstone, Variant } from './entry.ts';

/** An article that was taken back, with the address at which it was. */
export interface Withdrawn extends Tombstone {
  url: string;
}

/**
 * How one destination wants its RSS: what it adds to the elements that every reader gets, and what it takes away. Pure
 * functions on trees and entries; nothing here knows who the destination is.
 */
export interface Dialect {
  name: string;
  /** Raised by hand whenever the same entry gives other text: kept fragments of an older version are made anew. */
  version: number;
  /** Namespaces by prefix, beyond those of every document. Each is declared where it is used. */
  namespaces?: Readonly<Record<string, string>>;
  /** The entry before it is rendered. */
  entry?: (entry: Entry) => Entry;
  /** The children of an item. */
  item?: (children: Element[], entry: Entry, variant: Variant) => Element[];
  /** The children of the channel, without its items. */
  channel?: (children: Element[], head: FeedHead) => Element[];
  /** The item that takes an article back; a dialect without one lets it leave in silence. */
  withdrawn?: (article: Withdrawn) => Element;
}

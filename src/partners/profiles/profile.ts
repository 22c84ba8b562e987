import type { Dialect } from '../../feeds/dialect.ts';
import type { Entry, FeedHead, Format, Variant } from '../../feeds/entry.ts';

/** Where a destination says in public what it wants. */
export interface Source {
  /** What the page is called. */
  title: string;
  url: string;
}

/** A source, and the part of it that is followed. */
export interface Cited {
  source: Source;
  section: string;
}

/** `required`: the destination says that it refuses what does not meet it. `recommended`: it asks for it. */
export type Level = 'required' | 'recommended';

/** An article as one partner may have it. */
export interface OfferedArticle {
  entry: Entry;
  variant: Variant;
}

/** A partner's feed as it would be sent. */
export interface OfferedFeed {
  head: FeedHead;
  articles: readonly OfferedArticle[];
  /** Bytes of the largest document that the destination reads; null where none is made yet. */
  bytes: number | null;
  settings: ProfileSettings;
}

/** What a rule found wrong. */
export interface Failure {
  /** What is wrong, with the number or the word that is. */
  message: string;
  /** What the publisher can do. */
  mend: string;
}

interface Demand {
  /** A stable word, such as `title-too-long`. */
  code: string;
  level: Level;
  /** What the destination asks, in one sentence of ours. */
  demand: string;
  cited: Cited;
}

/** What a destination asks of each article. A pure function; the instant is epoch milliseconds. */
export interface ArticleRule extends Demand {
  failure(article: OfferedArticle, now: number): Failure | null;
}

/** What a destination asks of the feed as a whole. A pure function; the instant is epoch milliseconds. */
export interface FeedRule extends Demand {
  failure(feed: OfferedFeed, now: number): Failure | null;
}

/** A rule that an article or a feed does not meet. */
export interface Finding extends Failure {
  rule: string;
  level: Level;
  /** Address and section of what the rule follows. */
  source: { url: string; section: string };
}

/** What a publisher says of itself to a destination, where the destination asks. */
export interface ProfileSettings {
  /** Address of the publisher's logo; the site's picture stands in for it. */
  logo: string | null;
  /** The logo for dark backgrounds. */
  darkLogo: string | null;
  /** HTML by which the publisher counts readers at the destination. */
  analytics: string | null;
}

export const NO_SETTINGS: ProfileSettings = { logo: null, darkLogo: null, analytics: null };

/** A document that a partner can get. */
export type DocumentKind = Format | 'news-sitemap';

/** What one destination demands. Each is one file, and each rule in it names its public source. */
export interface Profile {
  /** As a partner's settings name it. */
  name: string;
  /** As people call the destination. */
  title: string;
  /** What it does to a feed, in one sentence or two. */
  about: string;
  sources: readonly Source[];
  /** What the destination reads. */
  documents: readonly DocumentKind[];
  /** How its RSS differs; null where it reads what everybody reads. */
  dialect: ((settings: ProfileSettings) => Dialect) | null;
  /** Which articles the destination takes at all; the rules are not asked of others. */
  takes?: (article: OfferedArticle, now: number) => boolean;
  articleRules: readonly ArticleRule[];
  feedRules: readonly FeedRule[];
  /** What it may ask beyond this, of which no public text could be read. */
  leftOut: readonly string[];
}

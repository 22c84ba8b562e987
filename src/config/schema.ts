import * as v from 'valibot';
import type { Article, Author } from '../articles/article.ts';

/** A value or a list of them. */
const oneOrMany = v.union([v.string(), v.array(v.string())]);

const selectors = {
  category: v.optional(oneOrMany),
  tag: v.optional(oneOrMany),
  author: v.optional(oneOrMany),
  lang: v.optional(oneOrMany),
  /** A folder below the content folder, with everything in it. */
  folder: v.optional(oneOrMany),
};

/** Which articles: all the keys given must match, any value of a list is enough; `not` leaves out what it matches. */
export const whereSchema = v.strictObject({ ...selectors, not: v.optional(v.strictObject(selectors)) });

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const httpUrl = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//, 'must begin with http:// or https://'));
const content = v.picklist(['full', 'excerpt']);

const author = v.union([
  v.string(),
  v.strictObject({
    name: v.string(),
    url: v.optional(httpUrl),
    email: v.optional(v.pipe(v.string(), v.email())),
    avatar: v.optional(httpUrl),
  }),
]);

const timezone = v.pipe(
  v.string(),
  v.check((zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, 'must be a time zone such as Asia/Seoul or UTC'),
);

/** How a new article's id is made by the publisher's own hand. */
export type IdFunction = (article: Article) => string;
/** How an article's address is made by the publisher's own hand: a path below `site.url`, or an absolute address. */
export type PermalinkFunction = (article: Omit<Article, 'url' | 'id'>) => string;

const fn = <T>() => v.custom<T>((value) => typeof value === 'function', 'must be a function');

export const configSchema = v.strictObject({
  site: v.optional(
    v.strictObject({
      title: v.optional(v.string()),
      url: v.optional(httpUrl),
      description: v.optional(v.string()),
      language: v.optional(v.string()),
      timezone: v.optional(timezone),
      permalink: v.optional(v.union([v.string(), fn<PermalinkFunction>()])),
      author: v.optional(author),
      image: v.optional(v.string()),
      copyright: v.optional(v.string()),
    }),
  ),
  content: v.optional(
    v.strictObject({
      include: v.optional(v.array(v.string())),
      exclude: v.optional(v.array(v.string())),
      /** Bytes; a larger file is rejected. */
      maxBytes: v.optional(positive),
    }),
  ),
  ids: v.optional(v.union([v.picklist(['tag', 'permalink', 'jekyll']), fn<IdFunction>()])),
  feeds: v.optional(
    v.strictObject({
      limit: v.optional(positive),
      content: v.optional(content),
      /** A tag has a feed from this many articles on. */
      tagMinimum: v.optional(positive),
      defined: v.optional(
        v.array(
          v.strictObject({
            path: v.pipe(v.string(), v.regex(/^\/[^?#]*[^?#/]$/, 'must be a path such as /inside-rust')),
            title: v.string(),
            where: v.optional(whereSchema),
            limit: v.optional(positive),
            content: v.optional(content),
          }),
        ),
      ),
    }),
  ),
  hub: v.optional(
    v.strictObject({
      leaseSeconds: v.optional(
        v.strictObject({ min: v.optional(positive), default: v.optional(positive), max: v.optional(positive) }),
      ),
      delta: v.optional(v.boolean()),
      topics: v.optional(v.array(v.string())),
      /** The wait before each further try of a delivery, in seconds; the last one repeats until the lease ends. */
      retrySeconds: v.optional(v.array(positive)),
    }),
  ),
});

/** What a publisher writes. */
export type ConfigInput = v.InferInput<typeof configSchema>;
/** Which articles; see {@link whereSchema}. */
export type Where = v.InferOutput<typeof whereSchema>;

/** A feed that the publisher defined. */
export interface DefinedFeed {
  path: string;
  title: string;
  where: Where;
  limit: number;
  content: 'full' | 'excerpt';
}

/** The configuration with every default filled in. */
export interface Config {
  /** Public address of this server, without a slash at the end. */
  url: string;
  site: {
    title: string;
    /** The publisher's own site, without a slash at the end. */
    url: string;
    description: string;
    language: string;
    timezone: string;
    /** Null: the site has no pages of its own, and Tidings serves them under `/articles/`. */
    permalink: string | PermalinkFunction | null;
    author: Author | null;
    image: string | null;
    copyright: string | null;
  };
  content: { include: string[]; exclude: string[]; maxBytes: number };
  ids: 'tag' | 'permalink' | 'jekyll' | IdFunction;
  feeds: { limit: number; content: 'full' | 'excerpt'; tagMinimum: number; defined: DefinedFeed[] };
  hub: {
    leaseSeconds: { min: number; default: number; max: number };
    delta: boolean;
    topics: string[];
    retrySeconds: number[];
  };
}

import * as v from 'valibot';
import type { Article, Author } from '../articles/article.ts';
import { secretBytes } from '../push/secret.ts';
import { categoryProblem } from './podcast-categories.ts';

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
const path = v.pipe(v.string(), v.startsWith('/', 'must be a path that begins with /'));
const content = v.picklist(['full', 'excerpt']);
const order = v.picklist(['published', 'updated']);
/** Bytes of a document; less would hold no entry. */
const bytes = v.pipe(v.number(), v.integer(), v.minValue(10_000));

/** Beginnings of addresses that are Tidings' own. */
const OWN = [
  ...['category', 'tag', 'author', 'lang', 'folder', 'archives', 'articles', 'partners', 'rsscloud'],
  ...['admin', 'api', 'docs', 'feed', 'healthz', 'hub', 'metrics', 'openapi.json', 'readyz', 'xmlrpc'],
];

const pathnameOf = (path: string) => new URL(path.replace(/^\/+/, '/'), 'http://host').pathname;

/** A path whose addresses are no others'. */
const ownPath = v.pipe(
  v.string(),
  v.regex(/^\/[^?#]*[^?#/]$/, 'must be a path such as /inside-rust'),
  v.check(
    (path) => !path.includes('//') && !/\/archives(?:\/|$)/i.test(pathnameOf(path)) && pathnameOf(path).length > 1,
    'must be a path such as /inside-rust, with no empty part and none called archives, where older entries are',
  ),
  v.check(
    (path) => !OWN.includes(pathnameOf(path).split('/')[1]?.toLowerCase() ?? ''),
    `must not begin with a part that Tidings uses itself (${OWN.join(', ')})`,
  ),
);

/** WebSub 7.1: the methods that a hub may sign with. */
const HMAC_METHODS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export type HmacMethod = (typeof HMAC_METHODS)[number];

/** What can happen to an article, as receivers know it. */
export const NEWS = ['article.published', 'article.updated', 'article.withdrawn'] as const;

const webhookSecret = v.pipe(
  v.string(),
  v.check(
    (secret) => secretBytes(secret) !== null,
    'must be whsec_ and 24 to 64 random bytes in base64, as `echo whsec_$(openssl rand -base64 32)` prints',
  ),
);

const podcast = v.strictObject({
  /** One of Apple's categories, or such a category and one below it. */
  category: v.pipe(
    v.union([v.string(), v.tuple([v.string(), v.string()])]),
    v.check(
      (category) => categoryProblem(category) === null,
      ({ input }) => categoryProblem(input) ?? '',
    ),
  ),
  explicit: v.optional(v.boolean()),
  type: v.optional(v.picklist(['episodic', 'serial'])),
  /** Square, 1,400 to 3,000 pixels wide; `site.image` where this is left out. */
  image: v.optional(v.string()),
  /** The podcast's identity in the Podcasting 2.0 namespace, for life. */
  guid: v.optional(v.pipe(v.string(), v.uuid())),
  /** Whether other platforms must not import the feed. */
  locked: v.optional(v.boolean()),
});

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

/** An address in which `*` stands for any characters; its scheme and host are fixed, so that nobody names the whole web. */
const addressPattern = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s/?#*]+\/[^\s#]*$/, 'must be an address such as https://sister.example/*, with a whole host'),
);

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
      /** The publisher's logo on Tidings' own pages; may be relative to `url`. */
      logo: v.optional(v.string()),
      /** The publisher's colour on them. */
      color: v.optional(v.pipe(v.string(), v.hexColor('must be a colour such as #0b5cad'))),
      copyright: v.optional(v.string()),
      podcast: v.optional(podcast),
    }),
  ),
  content: v.optional(
    v.strictObject({
      include: v.optional(v.array(v.string())),
      exclude: v.optional(v.array(v.string())),
      /** Bytes; a larger file is rejected. */
      maxBytes: v.optional(positive),
      /** A repository whose archive is fetched when its host or the schedule says so. */
      repository: v.optional(
        v.strictObject({
          url: v.pipe(httpUrl, v.regex(/^[^?#]*[^/?#]$/, 'must be an address such as https://github.com/owner/name')),
          host: v.optional(v.picklist(['github', 'gitlab', 'gitea'])),
          branch: v.optional(v.string()),
          /** The folder of it that holds the articles. */
          folder: v.optional(
            v.pipe(v.string(), v.regex(/^[^/](?:.*[^/])?$/, 'must be a path in it such as content/posts')),
          ),
          /** What a private repository is read with. */
          token: v.optional(v.string()),
          /** What its webhook is signed with; at GitLab the webhook's secret token. */
          secret: v.optional(v.pipe(v.string(), v.minLength(16, 'must have 16 characters at least'))),
          /** Bytes of all that its archive unfolds to. */
          maxBytes: v.optional(positive),
        }),
      ),
    }),
  ),
  ids: v.optional(v.union([v.picklist(['tag', 'permalink', 'jekyll']), fn<IdFunction>()])),
  feeds: v.optional(
    v.strictObject({
      limit: v.optional(positive),
      maxBytes: v.optional(bytes),
      content: v.optional(content),
      /** A tag or folder has a feed from this many articles on. */
      tagMinimum: v.optional(positive),
      /** More addresses at which documents are answered: `{ '/old/feed.xml': '/rss.xml' }`. */
      aliases: v.optional(v.record(path, path)),
      /** Feeds that have another name now: `{ 'tag/old': 'tag/new' }`. */
      renamed: v.optional(v.record(v.string(), v.string())),
      /** What X-Robots-Tag says of feed documents. */
      robots: v.optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]+$/, 'must be a line of ASCII such as noindex'))),
      defined: v.optional(
        v.array(
          v.strictObject({
            path: ownPath,
            title: v.string(),
            where: v.optional(whereSchema),
            limit: v.optional(positive),
            maxBytes: v.optional(bytes),
            content: v.optional(content),
            order: v.optional(order),
          }),
        ),
      ),
    }),
  ),
  hub: v.optional(
    v.strictObject({
      /** False where nobody answers at `/hub`, as for static files: documents then name no hub of this server. */
      own: v.optional(v.boolean()),
      leaseSeconds: v.optional(
        v.strictObject({ min: v.optional(positive), default: v.optional(positive), max: v.optional(positive) }),
      ),
      delta: v.optional(v.boolean()),
      /** Addresses of sister sites' documents that may be subscribed to here, `*` for any characters. */
      topics: v.optional(v.array(addressPattern)),
      /** Those that are fetched at every tick, since their site does not ping. */
      poll: v.optional(v.array(addressPattern)),
      /** Bytes of a sister site's document; a larger one is not taken. */
      maxBytes: v.optional(positive),
      /** Requests a minute that the hub takes from one address, and for callbacks of one origin. */
      rates: v.optional(v.strictObject({ address: v.optional(positive), callbackOrigin: v.optional(positive) })),
      /** The wait before each further try of a delivery, in seconds; the last one repeats until the lease ends. */
      retrySeconds: v.optional(v.pipe(v.array(positive), v.minLength(1, 'must have one wait at least'))),
      /** Requests to one origin at a time. */
      atOnce: v.optional(v.pipe(positive, v.minValue(4, 'must be 4 at least'))),
      /** How deliveries are signed for callbacks at addresses like these, where `*` stands for anything; the first counts. */
      signature: v.optional(v.array(v.strictObject({ callback: addressPattern, method: v.picklist(HMAC_METHODS) }))),
      /** How long the delivery log is kept. */
      logDays: v.optional(positive),
    }),
  ),
  partners: v.optional(
    v.strictObject({
      /** How long the record of what partners were offered, fetched, were sent and acknowledged is kept. */
      recordDays: v.optional(positive),
    }),
  ),
  alerts: v.optional(
    v.strictObject({
      /** The publisher's own webhook, or a chat's. */
      url: v.optional(httpUrl),
      form: v.optional(v.picklist(['json', 'slack', 'discord'])),
      /** Scheduled runs in a row that did not succeed. */
      silentTicks: v.optional(positive),
      /** Seconds that due work may wait. */
      queueAgeSeconds: v.optional(positive),
    }),
  ),
  push: v.optional(
    v.strictObject({
      /** Other hubs that are told which documents changed. */
      hubs: v.optional(v.array(httpUrl)),
      /** XML-RPC services that take `weblogUpdates.ping`. */
      pings: v.optional(v.array(httpUrl)),
      indexNow: v.optional(
        v.strictObject({
          key: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{8,128}$/, 'must be 8 to 128 letters, digits or dashes')),
          endpoint: v.optional(httpUrl),
        }),
      ),
      webhooks: v.optional(
        v.array(
          v.strictObject({
            url: httpUrl,
            /** Two while one takes the place of the other. */
            secret: v.optional(
              v.union([webhookSecret, v.pipe(v.array(webhookSecret), v.minLength(1), v.maxLength(2))]),
            ),
            events: v.optional(v.array(v.picklist(NEWS))),
            where: v.optional(whereSchema),
            form: v.optional(v.picklist(['standard', 'slack', 'discord'])),
          }),
        ),
      ),
      /** Whom channels of the publisher's own tell, by the channel's name. */
      channels: v.optional(v.record(v.string(), v.array(v.looseObject({ url: httpUrl })))),
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
  /** Bytes that none of its documents exceeds. */
  maxBytes: number;
  content: 'full' | 'excerpt';
  /** What comes first: the newest article, or the one that changed last. */
  order: 'published' | 'updated';
}

/** What podcast directories ask of a feed with audio or video. */
export interface Podcast {
  category: string | [string, string];
  explicit: boolean;
  type: 'episodic' | 'serial' | null;
  image: string | null;
  guid: string | null;
  locked: boolean | null;
}

/** An address that is told what happens to articles. */
export interface Webhook {
  url: string;
  /** `whsec_…`; two while one takes the place of the other, none for messages without a signature. */
  secret: string[];
  events: readonly (typeof NEWS)[number][];
  /** Null: all articles. */
  where: Where | null;
  form: 'standard' | 'slack' | 'discord';
}

/** How search engines are told. */
export interface IndexNow {
  key: string;
  endpoint: string;
}

/** A repository whose archive is fetched. */
export interface RepositoryConfig {
  /** Without `.git` and slash at the end. */
  url: string;
  host: 'github' | 'gitlab' | 'gitea';
  branch: string;
  /** '' is all of it. */
  folder: string;
  token: string | null;
  /** Null: no webhook is heard, the schedule alone has it fetched. */
  secret: string | null;
  maxBytes: number;
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
    /** Absolute address. */
    logo: string | null;
    /** `#rgb` or `#rrggbb`. */
    color: string | null;
    copyright: string | null;
    /** Null: episodes are told as far as the other keys say. */
    podcast: Podcast | null;
  };
  content: { include: string[]; exclude: string[]; maxBytes: number; repository: RepositoryConfig | null };
  ids: 'tag' | 'permalink' | 'jekyll' | IdFunction;
  feeds: {
    limit: number;
    maxBytes: number;
    content: 'full' | 'excerpt';
    tagMinimum: number;
    aliases: Record<string, string>;
    renamed: Record<string, string>;
    robots: string | null;
    defined: DefinedFeed[];
  };
  hub: {
    /** Whether documents name the hub of this server. */
    own: boolean;
    leaseSeconds: { min: number; default: number; max: number };
    delta: boolean;
    topics: string[];
    poll: string[];
    maxBytes: number;
    /** Requests a minute. */
    rates: { address: number; callbackOrigin: number };
    retrySeconds: number[];
    atOnce: number;
    signature: { callback: string; method: HmacMethod }[];
    logDays: number;
  };
  partners: { recordDays: number };
  alerts: { url: string | null; form: 'json' | 'slack' | 'discord'; silentTicks: number; queueAgeSeconds: number };
  push: {
    hubs: string[];
    pings: string[];
    indexNow: IndexNow | null;
    webhooks: Webhook[];
    /** Receivers of channels of the publisher's own. */
    channels: Record<string, { url: string; [option: string]: unknown }[]>;
  };
}

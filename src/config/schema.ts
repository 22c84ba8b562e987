import * as v from 'valibot';
import type { Author } from '../articles/article.ts';
import { defaulted, optional, required, section } from './keys.ts';
import {
  addressPattern,
  bytes,
  colour,
  count,
  days,
  documentBytes,
  fn,
  globs,
  HMAC_METHODS,
  type HmacMethod,
  headerLine,
  httpUrl,
  type IdFunction,
  longSecret,
  NEWS,
  ownPath,
  type PermalinkFunction,
  path,
  podcastCategory,
  reference,
  repositoryFolder,
  repositoryUrl,
  seconds,
  timezone,
  uuid,
  webhookSecrets,
} from './values.ts';

export { type HmacMethod, type IdFunction, NEWS, type PermalinkFunction } from './values.ts';

/** A value or a list of them. */
const oneOrMany = v.pipe(v.union([v.string(), v.array(v.string())]), v.title('text, or a list of texts'));

const NAMED = 'with that name; letter case and separators make no difference';

const selectors = {
  category: optional(NAMED, oneOrMany, 'any'),
  tag: optional(NAMED, oneOrMany, 'any'),
  author: optional(NAMED, oneOrMany, 'any'),
  lang: optional(
    "in that language; `en` takes `en-GB` too, an article without a language counts as the site's",
    oneOrMany,
    'any',
  ),
  folder: optional("below that folder of the content folder; `''` means its own files alone", oneOrMany, 'any'),
};

/** Which articles: all the keys given must match, any value of a list is enough; `not` leaves out what it matches. */
export const whereSchema = v.pipe(
  v.strictObject({
    ...selectors,
    not: optional(
      'leaves out what matches all the keys inside it',
      v.pipe(v.strictObject(selectors), v.title('object of the keys above')),
    ),
  }),
  v.title('where'),
);

const content = v.picklist(['full', 'excerpt']);

const author = v.pipe(
  v.union([
    v.string(),
    v.strictObject({
      name: v.string(),
      url: v.optional(httpUrl),
      email: v.optional(v.pipe(v.string(), v.email())),
      avatar: v.optional(httpUrl),
    }),
  ]),
  v.title('text, or `{ name, url, email, avatar }`'),
);

/** What podcast directories ask of a feed with audio or video. */
const podcast = v.strictObject({
  category: required("one of Apple's, or such a category and one below it", podcastCategory),
  explicit: defaulted('whether episodes are not for everybody', v.boolean(), false),
  type: optional('whether the newest episode comes first, or the first', v.picklist(['episodic', 'serial'])),
  image: optional('square, 1,400 to 3,000 pixels wide', reference, '`site.image`'),
  guid: optional("the podcast's identity in the Podcasting 2.0 namespace, for life", uuid),
  locked: optional('whether other platforms must not import the feed; of the same namespace', v.boolean(), 'not said'),
});

const site = section('The publisher, and the site whose articles these are.', {
  title: defaulted("the site's name, and its feed's", v.string(), 'Tidings'),
  url: optional(
    "address of the publisher's own site, where articles have their pages",
    httpUrl,
    "this server's (`TIDINGS_URL`)",
  ),
  description: defaulted('one sentence, shown by readers', v.string(), ''),
  language: defaulted('language of articles that name none; BCP 47, as `ko` or `pt-BR`', v.string(), 'en'),
  timezone: defaulted('zone of dates without one, as `Asia/Seoul`', timezone, 'UTC'),
  permalink: optional("how an article's address is made; see below", v.union([v.string(), fn<PermalinkFunction>()])),
  author: optional('who speaks where an article names nobody', author),
  image: optional("the site's picture; may be relative to `url`", reference),
  logo: optional("the publisher's logo on Tidings' own pages; may be relative to `url`", reference, "Tidings' sign"),
  color: optional("the publisher's colour on them; made darker or lighter where it could not be read", colour, 'blue'),
  copyright: optional('a line about rights', v.string()),
  podcast: optional('what podcast directories ask of a site with audio or video', podcast),
});

const repository = v.strictObject({
  url: required("the repository's address, as `https://github.com/owner/name`", repositoryUrl),
  host: optional(
    'what answers there; Forgejo is `gitea`',
    v.picklist(['github', 'gitlab', 'gitea']),
    'by the name, where that tells it',
  ),
  branch: defaulted('its branch', v.string(), 'main'),
  folder: optional(
    'the folder of it that holds the articles; it is the content folder here',
    repositoryFolder,
    'all of it',
  ),
  token: optional('what a private repository is read with', v.string()),
  secret: optional(
    "what its webhook is signed with, 16 characters or more; at GitLab the webhook's secret token",
    longSecret,
    'none: the schedule alone fetches',
  ),
  maxBytes: defaulted('what the archive may unfold to', bytes, 1_000_000_000),
});

const articles = section('Which files are articles, and where they come from.', {
  include: defaulted('article files, below `TIDINGS_CONTENT`', globs, [
    ...['**/*.md', '**/*.markdown', '**/*.mdx', '**/*.html'],
  ]),
  exclude: defaulted('files that are none', globs, []),
  maxBytes: defaulted('a larger file is rejected', bytes, 5_000_000),
  repository: optional('a repository from which the articles are fetched', repository),
});

const ids = defaulted(
  'How the id of a new article is made.',
  v.union([v.picklist(['tag', 'permalink', 'jekyll']), fn<IdFunction>()]),
  'tag',
);

const definedFeed = v.strictObject({
  path: required('where it is: it has `rss.xml`, `atom.xml` and `feed.json` below', ownPath),
  title: required('its name', v.string()),
  where: optional('which articles it takes', whereSchema, 'all'),
  limit: optional('entries in it', count('number of entries'), '`feeds.limit`'),
  maxBytes: optional('what none of its documents exceeds', documentBytes, '`feeds.maxBytes`'),
  content: optional('full text, or the excerpt alone', content, '`feeds.content`'),
  order: defaulted(
    'whether the newest article comes first, or the one that changed last',
    v.picklist(['published', 'updated']),
    'published',
  ),
});

const feeds = section('What feeds have in them.', {
  limit: defaulted('entries in a feed', count('number of entries'), 20),
  content: defaulted('full text, or the excerpt alone', content, 'full'),
  tagMinimum: defaulted('a tag or a folder has a feed from this many articles on', count('number of articles'), 2),
  maxBytes: optional(
    "what none of a feed's documents exceeds; see below",
    documentBytes,
    '50,000 for each entry of `limit`, at least 1,000,000',
  ),
  aliases: defaulted(
    "more addresses at which documents are answered: `{ '/old/feed.xml': '/rss.xml' }`",
    v.record(path, path),
    {},
  ),
  renamed: defaulted(
    "feeds that have another name now: `{ 'tag/old': 'tag/new' }`",
    v.record(v.string(), v.string()),
    {},
  ),
  robots: optional('what `X-Robots-Tag` says of feed documents, as `noindex`', headerLine, 'nothing'),
  defined: defaulted('feeds of your own', v.array(definedFeed), []),
});

const hub = section('The hub: who may subscribe to what, and how deliveries are made.', {
  own: defaulted(
    'whether documents name the hub of this server; `false` for static files, where nobody answers at it',
    v.boolean(),
    true,
  ),
  leaseSeconds: section('how long a subscription lasts', {
    min: defaulted('the shortest lease', seconds, 300),
    default: defaulted('the lease of a subscriber who names none', seconds, 864_000),
    max: defaulted('the longest lease', seconds, 2_592_000),
  }),
  retrySeconds: defaulted(
    'the wait before each further try of a delivery; the last one repeats until the lease ends',
    v.pipe(v.array(seconds), v.minLength(1, 'must have one wait at least')),
    [30, 120, 600, 3600, 21_600, 86_400],
  ),
  atOnce: defaulted('requests to one origin at a time, 4 at least', count('number of requests', 4), 64),
  delta: defaulted(
    'whether subscribers are sent new and changed entries alone, unless they ask otherwise',
    v.boolean(),
    false,
  ),
  signature: defaulted(
    'how deliveries are signed for callbacks at addresses like these; the first that fits counts, SHA-256 where none does',
    v.array(
      v.strictObject({
        callback: required('callbacks', addressPattern),
        method: required('the hash of their signature', v.picklist(HMAC_METHODS)),
      }),
    ),
    [],
  ),
  logDays: defaulted('how long the delivery log is kept, of which the last 200,000 lines at most', days, 30),
  topics: defaulted("addresses of sister sites' feeds that may be subscribed to here", v.array(addressPattern), []),
  poll: defaulted(
    'those of them that are fetched at every tick, since their site does not ping',
    v.array(addressPattern),
    [],
  ),
  maxBytes: defaulted('the largest document of a sister site that is taken', bytes, 5_000_000),
  rates: section('how much the hub takes', {
    address: defaulted('from one address', count('requests a minute'), 300),
    callbackOrigin: defaulted('for callbacks of one origin', count('requests a minute'), 300),
  }),
});

const partners = section('Sites with feeds of their own. They are added by command or in the dashboard.', {
  recordDays: defaulted(
    'how long the record of what partners were offered, fetched, were sent and acknowledged is kept',
    days,
    400,
  ),
});

const alerts = section('Who is told when Tidings falls silent.', {
  url: optional("a webhook of your own, or a chat's; it is shown nowhere", httpUrl, 'none: it is logged only'),
  form: defaulted('JSON for programs, or the form of a chat', v.picklist(['json', 'slack', 'discord']), 'json'),
  silentTicks: defaulted('scheduled runs in a row that did not succeed', count('number of runs'), 3),
  queueAgeSeconds: defaulted('how long due work may wait', seconds, 900),
});

const webhook = v.strictObject({
  url: required('where it is sent', httpUrl),
  secret: optional(
    'what messages are signed with; two while one takes the place of the other',
    webhookSecrets,
    'none: messages are not signed',
  ),
  events: optional('which of what happens it hears', v.array(v.picklist(NEWS)), "all; of a chat `'article.published'`"),
  where: optional('which articles', whereSchema, 'all'),
  form: defaulted('`standard` for programs, or a chat', v.picklist(['standard', 'slack', 'discord']), 'standard'),
});

const push = section('Whom Tidings tells by itself.', {
  webhooks: defaulted('addresses that hear what happens to articles', v.array(webhook), []),
  indexNow: optional(
    'search engines hear which addresses changed',
    v.strictObject({
      key: required(
        'a text of your own that shows the site is yours',
        v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{8,128}$/, 'must be 8 to 128 letters, digits or dashes')),
      ),
      endpoint: defaulted('where they are told', httpUrl, 'https://api.indexnow.org/indexnow'),
    }),
  ),
  pings: defaulted('XML-RPC services that take `weblogUpdates.ping`', v.array(httpUrl), []),
  hubs: defaulted('other hubs, which are told which documents changed and are named in each', v.array(httpUrl), []),
  channels: defaulted(
    "receivers of channels of your own, by the channel's name, each with a `url` and what the channel asks for",
    v.pipe(v.record(v.string(), v.array(v.looseObject({ url: httpUrl }))), v.title('`{ name: [{ url, … }] }`')),
    {},
  ),
});

export const configSchema = v.strictObject({ site, content: articles, ids, feeds, hub, push, partners, alerts });

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

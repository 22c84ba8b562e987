import * as v from 'valibot';
import type { Article } from '../articles/article.ts';
import { isZone } from '../articles/time-zone.ts';
import { secretBytes } from '../push/secret.ts';
import { categoryProblem } from './podcast-categories.ts';

/* What values of the configuration can be. The title of each is what the reference calls it. */

/** A whole number from 1 on, of such units. */
export const count = (unit: string, least = 1) =>
  v.pipe(v.number(), v.integer(), v.minValue(least, `must be ${least} at least`), v.title(unit));

export const seconds = count('seconds');
export const days = count('days');
export const bytes = count('bytes');
/** Of a document; less would hold no entry. */
export const documentBytes = count('bytes', 10_000);

export const httpUrl = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^https?:\/\//, 'must begin with http:// or https://'),
  v.title('address'),
);

/** Absolute, or relative to the address of the site. */
export const reference = v.pipe(v.string(), v.title('address'));

export const path = v.pipe(v.string(), v.startsWith('/', 'must be a path that begins with /'), v.title('path'));

/** An address in which `*` stands for any characters; its scheme and host are fixed, so that nobody names the whole web. */
export const addressPattern = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s/?#*]+\/[^\s#]*$/, 'must be an address such as https://sister.example/*, with a whole host'),
  v.title('address with `*`'),
);

export const globs = v.pipe(v.array(v.string()), v.title('patterns of files'));

/** Beginnings of addresses that are Tidings' own. */
const OWN = [
  ...['category', 'tag', 'author', 'lang', 'folder', 'archives', 'articles', 'partners', 'rsscloud'],
  ...['admin', 'api', 'docs', 'feed', 'healthz', 'hub', 'metrics', 'openapi.json', 'readyz', 'xmlrpc'],
];

const pathnameOf = (path: string) => new URL(path.replace(/^\/+/, '/'), 'http://host').pathname;

/** A path whose addresses are no others'. */
export const ownPath = v.pipe(
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
  v.title('path'),
);

export const repositoryUrl = v.pipe(
  httpUrl,
  v.regex(/^[^?#]*[^/?#]$/, 'must be an address such as https://github.com/owner/name'),
);

export const repositoryFolder = v.pipe(
  v.string(),
  v.regex(/^[^/](?:.*[^/])?$/, 'must be a path in it such as content/posts'),
  v.title('path'),
);

/** WebSub 7.1: the methods that a hub may sign with. */
export const HMAC_METHODS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export type HmacMethod = (typeof HMAC_METHODS)[number];

/** What can happen to an article, as receivers know it. */
export const NEWS = ['article.published', 'article.updated', 'article.withdrawn'] as const;

export const longSecret = v.pipe(v.string(), v.minLength(16, 'must have 16 characters at least'));

const webhookSecret = v.pipe(
  v.string(),
  v.check(
    (secret) => secretBytes(secret) !== null,
    'must be whsec_ and 24 to 64 random bytes in base64, as `echo whsec_$(openssl rand -base64 32)` prints',
  ),
);

/** One, or two while one takes the place of the other. */
export const webhookSecrets = v.pipe(
  v.union([webhookSecret, v.pipe(v.array(webhookSecret), v.minLength(1), v.maxLength(2))]),
  v.title('`whsec_…`, or a list of two'),
);

export const podcastCategory = v.pipe(
  v.union([v.string(), v.tuple([v.string(), v.string()])]),
  v.check(
    (category) => categoryProblem(category) === null,
    ({ input }) => categoryProblem(input) ?? '',
  ),
  v.title('text, or a pair of texts'),
);

export const uuid = v.pipe(v.string(), v.uuid(), v.title('UUID'));

export const colour = v.pipe(
  v.string(),
  v.hexColor('must be a colour such as #0b5cad'),
  v.title('colour as `#0b5cad`'),
);

export const headerLine = v.pipe(v.string(), v.regex(/^[\x20-\x7e]+$/, 'must be a line of ASCII such as noindex'));

export const timezone = v.pipe(
  v.string(),
  v.check(isZone, 'must be a time zone such as Asia/Seoul or UTC'),
  v.title('time zone'),
);

/** How a new article's id is made by the publisher's own hand. */
export type IdFunction = (article: Article) => string;
/** How an article's address is made by the publisher's own hand: a path below `site.url`, or an absolute address. */
export type PermalinkFunction = (article: Omit<Article, 'url' | 'id'>) => string;

export const fn = <T>() =>
  v.pipe(
    v.custom<T>((value) => typeof value === 'function', 'must be a function'),
    v.title('function of the article'),
  );

import * as v from 'valibot';
import { dayInstant } from '../articles/dates.ts';
import { type Config, NEWS, type Where, whereSchema } from '../config/schema.ts';
import { FORMATS, type Format } from '../feeds/entry.ts';
import type { ProfileSettings } from './profiles/profile.ts';
import { noSuchProfile, profileOf } from './profiles/profiles.ts';

/** Entries of one feed at most. */
const MAX_LIMIT = 1000;
const TEN_YEARS = 315_360_000;

const positive = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1));
const seconds = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(0), v.maxValue(TEN_YEARS));
const line = v.pipe(v.string(), v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(200));
const text = v.pipe(v.string(), v.minLength(1, 'must not be empty'), v.maxLength(5000));
const httpUrl = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//, 'must begin with http:// or https://'));

/** Stands in addresses, and is no secret. */
export const partnerId = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits or dashes'),
);

/** A day of the site's time zone, or an instant with its offset. */
const moment = v.pipe(
  v.string(),
  v.check(
    (value) => momentOf(value, 'UTC', 'start') !== null,
    'must be a day such as 2026-03-01 or an instant such as 2026-03-01T09:00:00+09:00',
  ),
);

const window = v.pipe(
  v.strictObject({ from: v.optional(moment), until: v.optional(moment) }),
  v.check(
    ({ from, until }) =>
      from === undefined ||
      until === undefined ||
      (momentOf(from, 'UTC', 'start') ?? 0) < (momentOf(until, 'UTC', 'end') ?? 0),
    'must not end before it begins',
  ),
);

/** What an attribution may name between braces. */
export const ATTRIBUTION_WORDS = ['title', 'url', 'link', 'site', 'author', 'date', 'licence', 'partner'] as const;

const attribution = v.pipe(
  text,
  v.check(
    (template) => /\{(?:url|link)\}/.test(template),
    "must link to the article: {url} is its own address, {link} the one with the partner's parameters",
  ),
  v.check(
    (template) =>
      [...template.matchAll(/\{(\w+)\}/g)].every(([, word]) => ATTRIBUTION_WORDS.some((known) => known === word)),
    `may name ${ATTRIBUTION_WORDS.map((word) => `{${word}}`).join(', ')} and no other`,
  ),
);

/** What the destination demands, by the name of its profile. */
const profile = v.pipe(
  v.string(),
  v.check(
    (name) => profileOf(name) !== null,
    ({ input }) => noSuchProfile(input),
  ),
);

/** A partner's settings as a publisher gives them; what is left out has its default ({@link partnerOf}). */
export const partnerSchema = v.strictObject({
  id: partnerId,
  name: line,
  contact: v.optional(line),
  /** What its feeds are called; the site's title where it is left out. */
  title: v.optional(line),
  /** Which articles. */
  where: v.optional(whereSchema),
  /** Which articles by their date of publication: those in any of these. */
  windows: v.optional(v.array(window)),
  content: v.optional(v.picklist(['full', 'excerpt'])),
  formats: v.optional(v.pipe(v.array(v.picklist(FORMATS)), v.minLength(1, 'must name one format at least'))),
  /** Entries of a document. */
  limit: v.optional(v.pipe(positive, v.maxValue(MAX_LIMIT))),
  /** How far back, from now. */
  days: v.optional(positive),
  /** From the publication of an article until the partner has it. */
  embargoSeconds: v.optional(seconds),
  /** Another embargo for articles of a category, by its name. The longest counts where several are meant. */
  embargoExceptions: v.optional(v.record(v.string(), seconds)),
  images: v.optional(v.picklist(['all', 'lead', 'none'])),
  /** HTML that is put below each text; words in braces stand for what they name. */
  attribution: v.optional(attribution),
  /** Parameters that links to the publisher's site get. */
  tracking: v.optional(
    v.record(v.pipe(v.string(), v.regex(/^[\w.~-]+$/, 'must be a name such as utm_source')), v.string()),
  ),
  html: v.optional(v.picklist(['plain', 'reader', 'strict'])),
  /** Asks that copies name the article's own address as the canonical one. */
  canonical: v.optional(v.boolean()),
  /** Asks that search engines leave copies out. */
  noindex: v.optional(v.boolean()),
  licence: v.optional(text),
  profile: v.optional(profile),
  /** What a profile shows of the publisher, where its destination asks: addresses of pictures. */
  logo: v.optional(httpUrl),
  darkLogo: v.optional(httpUrl),
  /** HTML by which the publisher counts readers at a destination that takes such. */
  analytics: v.optional(text),
  webhook: v.optional(v.strictObject({ url: httpUrl, events: v.optional(v.array(v.picklist(NEWS))) })),
  /** Of one key. */
  requestsPerMinute: v.optional(v.pipe(positive, v.maxValue(100_000))),
});

/** What a publisher writes. */
export type PartnerInput = v.InferInput<typeof partnerSchema>;

/** What one partner may have, and how it wants it: its settings with every default filled in. */
export interface Partner extends ProfileSettings {
  id: string;
  name: string;
  contact: string | null;
  /** What its feeds are called; null for the site's title. */
  title: string | null;
  where: Where;
  /** Days of the site's time zone or instants, ISO 8601; the whole of the last day counts. None: all articles. */
  windows: { from: string | null; until: string | null }[];
  content: 'full' | 'excerpt';
  formats: Format[];
  limit: number;
  /** Null: however old. */
  days: number | null;
  embargoSeconds: number;
  /** Seconds by the name of a category. */
  embargoExceptions: Record<string, number>;
  images: 'all' | 'lead' | 'none';
  attribution: string | null;
  tracking: Record<string, string>;
  html: 'plain' | 'reader' | 'strict';
  canonical: boolean;
  noindex: boolean;
  licence: string | null;
  profile: string;
  /** Null: it is not told. */
  webhook: { url: string; events: readonly (typeof NEWS)[number][] } | null;
  requestsPerMinute: number;
}

/** Settings with their defaults; how long a text and a feed are by default is the site's own rule. */
export function partnerOf(input: PartnerInput, { feeds }: Pick<Config, 'feeds'>): Partner {
  return {
    id: input.id,
    name: input.name,
    contact: input.contact ?? null,
    title: input.title ?? null,
    where: input.where ?? {},
    windows: (input.windows ?? []).map(({ from, until }) => ({ from: from ?? null, until: until ?? null })),
    content: input.content ?? feeds.content,
    formats: FORMATS.filter((format) => input.formats?.includes(format) ?? true),
    limit: input.limit ?? Math.min(feeds.limit, MAX_LIMIT),
    days: input.days ?? null,
    embargoSeconds: input.embargoSeconds ?? 0,
    embargoExceptions: input.embargoExceptions ?? {},
    images: input.images ?? 'all',
    attribution: input.attribution ?? null,
    tracking: input.tracking ?? {},
    html: input.html ?? 'reader',
    canonical: input.canonical ?? false,
    noindex: input.noindex ?? false,
    licence: input.licence ?? null,
    profile: input.profile ?? 'plain',
    logo: input.logo ?? null,
    darkLogo: input.darkLogo ?? null,
    analytics: input.analytics ?? null,
    webhook: input.webhook ? { url: input.webhook.url, events: input.webhook.events ?? NEWS } : null,
    requestsPerMinute: input.requestsPerMinute ?? 120,
  };
}

/**
 * Epoch milliseconds of a day's start or end in a zone, or of an instant with its offset; null where the text is neither.
 */
export function momentOf(value: string, zone: string, edge: 'start' | 'end'): number | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  if (year === undefined) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(value)) return null;
    const instant = Date.parse(value);
    return Number.isNaN(instant) ? null : instant;
  }
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.toISOString().slice(0, 10) !== value) return null;
  if (edge === 'end') date.setUTCDate(date.getUTCDate() + 1);
  const of = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return dayInstant(of, zone) ?? date.getTime();
}

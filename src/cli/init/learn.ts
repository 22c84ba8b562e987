import type { Article } from '../../articles/article.ts';
import { makeId } from '../../articles/ids.ts';
import { type ArticleFile, readArticle } from '../../articles/read.ts';
import { localTime } from '../../articles/time-zone.ts';
import { resolveConfig } from '../../config/config.ts';
import type { Config, ConfigInput } from '../../config/schema.ts';
import type { FeedEntry } from '../feed/entries.ts';
import { patternsFor } from './patterns.ts';

/** Pairs by which a pattern is sought; more tell nothing more. */
const SAMPLE = 12;
const WAYS = ['permalink', 'jekyll', 'tag'] as const;

/** What a published feed says of how its articles are addressed and known. */
export interface Learned {
  /** Entries that a file was found for. */
  matched: number;
  /** Entries whose address, of those matched, comes out as published. */
  addresses: number;
  permalink: string | null;
  /** Another zone than the one that was configured; null when that one is right or none is. */
  timezone: string | null;
  ids: (typeof WAYS)[number] | null;
  /** By path below the content folder, where no way gives what was published. */
  knownIds: Record<string, string>;
  knownAddresses: Record<string, string>;
  /** Entries without a file, by title or address. */
  lost: string[];
  pairs: { entry: FeedEntry; path: string }[];
}

interface Pair {
  entry: FeedEntry;
  file: ArticleFile;
}

/**
 * Finds out how to make the addresses and ids that were published: with the configuration as it is, else with other
 * patterns and zones, else by a table of those that nothing explains.
 *
 * @param now epoch milliseconds
 */
export function learn(entries: FeedEntry[], files: ArticleFile[], input: ConfigInput, now: number): Learned {
  const configured = resolveConfig(input, 'http://localhost:8787');
  const read = (file: ArticleFile, config: Config): Article | null => {
    const reading = readArticle(file, { config, now });
    return reading.state === 'rejected' ? null : reading.article;
  };
  const { pairs, lost } = paired(entries, files, (file) => read(file, configured));
  // From all parts of all feeds.
  const sample = spread(pairs, SAMPLE);
  const score = (config: Config) => {
    let sum = 0;
    for (const { entry, file } of sample) {
      const article = read(file, config);
      if (!article) continue;
      if (isSame(article.url, entry.url)) sum += 2;
      if (entry.published !== null && Date.parse(article.published) === entry.published) sum += 1;
    }
    return sum;
  };
  const perfect = sample.reduce(
    (sum, { entry }) => sum + (entry.url === null ? 0 : 2) + (entry.published === null ? 0 : 1),
    0,
  );

  let best = {
    config: configured,
    score: score(configured),
    permalink: null as string | null,
    zone: null as string | null,
  };
  const zones = input.site?.timezone === undefined ? zonesFor(entries) : [configured.site.timezone];
  for (const zone of zones) {
    if (best.score === perfect) break;
    const inZone = withSite(input, { timezone: zone });
    const trials: (string | null)[] = [
      null,
      ...patternsFor(sample, inZone, (file, config) => read(file, config)?.url ?? null),
    ];
    for (const permalink of trials) {
      const config = resolveConfig(permalink === null ? inZone : withSite(inZone, { permalink }), configured.url);
      const found = score(config);
      if (found > best.score)
        best = { config, score: found, permalink, zone: zone === configured.site.timezone ? null : zone };
      if (best.score === perfect) break;
    }
  }

  const articles = pairs.flatMap(({ entry, file }) => {
    const article = read(file, best.config);
    return article ? [{ entry, file, article }] : [];
  });
  const strayed = articles.filter(({ entry, article }) => entry.url !== null && !isSame(article.url, entry.url));
  const knownAddresses = Object.fromEntries(strayed.map(({ entry, file }) => [file.path, entry.url ?? '']));
  const settled = articles.map((one) => ({
    ...one,
    article: { ...one.article, url: knownAddresses[one.file.path] ?? one.article.url },
  }));
  const idOf = (article: Article, ids: (typeof WAYS)[number]) => makeId(article, { ...best.config, ids });
  const fits = (ids: (typeof WAYS)[number]) =>
    settled.filter(({ entry, article }) => entry.id !== null && idOf(article, ids) === entry.id).length;
  const wanted = typeof input.ids === 'string' ? input.ids : 'permalink';
  const ids = WAYS.toSorted((a, b) => fits(b) - fits(a) || Number(b === wanted) - Number(a === wanted))[0] ?? wanted;
  const others = settled.filter(({ entry, article }) => entry.id !== null && idOf(article, ids) !== entry.id);
  return {
    matched: pairs.length,
    addresses: articles.length - strayed.length,
    permalink: best.permalink,
    timezone: best.zone,
    ids: settled.some(({ entry }) => entry.id !== null) ? ids : null,
    knownIds: Object.fromEntries(others.map(({ entry, file }) => [file.path, entry.id ?? ''])),
    knownAddresses,
    lost,
    pairs: pairs.map(({ entry, file }) => ({ entry, path: file.path })),
  };
}

/** So many at most, evenly chosen. */
function spread<T>(all: T[], count: number): T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]).filter(
    (one) => one !== undefined,
  );
}

/** Which file each entry is of: by address, else by title, of several with one title the nearest in time. */
function paired(entries: FeedEntry[], files: ArticleFile[], read: (file: ArticleFile) => Article | null) {
  const known = files.flatMap((file) => {
    const article = read(file);
    return article ? [{ file, article }] : [];
  });
  const byUrl = new Map(known.map((one) => [addressKey(one.article.url), one]));
  const byTitle = Map.groupBy(known, ({ article }) => titleKey(article.title));
  const pairs: Pair[] = [];
  const lost: string[] = [];
  for (const entry of entries) {
    const near = ({ article }: { article: Article }) =>
      Math.abs(Date.parse(article.published) - (entry.published ?? 0));
    const found =
      (entry.url === null ? undefined : byUrl.get(addressKey(entry.url))) ??
      byTitle.get(titleKey(entry.title ?? ''))?.toSorted((a, b) => near(a) - near(b))[0];
    if (found) pairs.push({ entry, file: found.file });
    else lost.push(entry.title ?? entry.url ?? entry.id ?? 'an entry without a title');
  }
  return { pairs, lost };
}

const titleKey = (title: string) =>
  title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

/** An address by which an article is found: a slash more or less at its end is no other page. */
const addressKey = (url: string) => (URL.canParse(url) ? new URL(url).href : url);

const isSame = (url: string, published: string | null) =>
  published !== null && addressKey(url) === addressKey(published);

/** The input with other keys of the site. */
function withSite(input: ConfigInput, site: { timezone?: string; permalink?: string }): ConfigInput {
  return { ...input, site: { ...input.site, ...site } };
}

/** Zones a publisher is likely to mean, before those that only have the same clock. */
const LIKELY = [
  ...['UTC', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'Europe/London'],
  ...['Europe/Paris', 'Europe/Berlin', 'Asia/Seoul', 'Asia/Tokyo', 'Asia/Shanghai', 'Asia/Kolkata', 'Australia/Sydney'],
];

/** Zones that show different clock times at the instants of the entries, one of each kind. */
function zonesFor(entries: FeedEntry[]): string[] {
  const instants = entries.flatMap(({ published }) => published ?? []).slice(0, SAMPLE);
  const kinds = new Map<string, string>();
  for (const zone of [...LIKELY, ...Intl.supportedValuesOf('timeZone')]) {
    const clock = instants
      .map((instant) => localTime(zone, instant).hour * 60 + localTime(zone, instant).minute)
      .join();
    if (!kinds.has(clock)) kinds.set(clock, zone);
  }
  return [...kinds.values()];
}

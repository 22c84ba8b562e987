import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ArticleFile, readArticle } from '../../articles/read.ts';
import { articleFiles } from '../../articles/selection.ts';
import { resolveConfig } from '../../config/config.ts';
import type { ConfigInput, DefinedFeed } from '../../config/schema.ts';
import type { PublishedFeed } from '../feed/entries.ts';
import { Code, type Findings } from './findings.ts';
import type { SiteFolder } from './folder.ts';
import { learn } from './learn.ts';
import { selectionOf } from './selection.ts';
import { configInput, table } from './write.ts';

const FILES = { rss: 'rss.xml', atom: 'atom.xml', json: 'feed.json' };

/** What the feeds say that the configuration does not; then whatever it takes that ids and addresses stay as published. */
export function takeFromFeeds(site: SiteFolder, feeds: PublishedFeed[], findings: Findings, now: number): void {
  const [main] = feeds;
  if (!main) return;
  for (const [key, value] of [
    ['site.title', main.title],
    ['site.description', main.description],
    ['site.language', main.language],
    ['site.copyright', main.copyright],
    ['site.author', main.author],
  ] as const)
    findings.take(key, value, `the feed ${main.place}`);
  const entries = feeds.flatMap((feed) => feed.entries);
  const address = entries.find(({ url }) => url !== null && URL.canParse(url))?.url;
  findings.take('site.url', address ? new URL(address).origin : main.site, `addresses in ${main.place}`);
  if (findings.has('site.url'))
    followAddresses(
      findings,
      entries.flatMap(({ url }) => url ?? []),
      main.place,
    );

  const files = articleFilesOf(site, findings);
  const learned = learn(entries, files, configInput(findings) as ConfigInput, now);
  const from = `what ${main.place} shows`;
  if (learned.timezone !== null)
    findings.replace('site.timezone', learned.timezone, `${from}: one that fits; write yours if it has the same clock`);
  if (learned.permalink !== null) findings.replace('site.permalink', learned.permalink, from);
  if (learned.ids !== null) findings.replace('ids', learned.ids, from);
  takeTables(findings, learned, from);
  if (learned.lost.length > 0)
    findings.note(
      `Entries of the feed without a file here (${learned.lost.length}), which will not be in ours: ${learned.lost.slice(0, 5).join('; ')}${learned.lost.length > 5 ? '; …' : ''}`,
    );
  findings.note(
    `${learned.matched} of ${entries.length} entries of the feed have a file here; ${learned.addresses} addresses come out as published${Object.keys(learned.knownAddresses).length > 0 ? ', the others by a table' : ''}.`,
  );
  const count = main.entries.length;
  if (learned.matched > 0 && count < files.length) findings.take('feeds.limit', count, `entries in ${main.place}`);
  takeSelections(site, feeds, findings, learned.pairs, now);
}

/** The site's address is the one at which articles are; a configuration for another server is noted. */
function followAddresses(findings: Findings, addresses: string[], place: string): void {
  const url = String(findings.get('site.url'));
  const inside = addresses.filter((address) => address.startsWith(`${url}/`)).length;
  const [first] = addresses;
  if (first === undefined || inside > 0) return;
  findings.note(`site.url was ${url}, but the articles in ${place} are at ${new URL(first).origin}.`);
  findings.replace('site.url', new URL(first).origin, `addresses in ${place}`);
}

function articleFilesOf(site: SiteFolder, findings: Findings): ArticleFile[] {
  const config = resolveConfig(configInput(findings), 'http://localhost:8787');
  const isArticle = articleFiles(config);
  const below = findings.content === '' ? '' : `${findings.content}/`;
  return site.articles
    .filter((path) => path.startsWith(below))
    .map((path) => path.slice(below.length))
    .filter(isArticle)
    .map((path) => ({ path, bytes: new Uint8Array(readFileSync(join(site.root, below, path))) }));
}

/** What no pattern and no way of making ids explains is written down, article by article. */
function takeTables(
  findings: Findings,
  { knownAddresses, knownIds }: { knownAddresses: Record<string, string>; knownIds: Record<string, string> },
  from: string,
): void {
  const pattern = findings.get('site.permalink');
  if (Object.keys(knownAddresses).length > 0 && typeof pattern === 'string') {
    const code = `({ path }) =>\n  (${table(knownAddresses)})[path] ?? '${pattern}'`;
    findings.replace(
      'site.permalink',
      new Code(code, ({ path }) => knownAddresses[path] ?? pattern),
      `${from}: what no pattern explains, article by article`,
    );
  }
  if (Object.keys(knownIds).length === 0) return;
  // Articles from now on are known by their address.
  const code = `({ path, url }) =>\n  (${table(knownIds)})[path] ?? url`;
  findings.replace(
    'ids',
    new Code(code, ({ path }) => knownIds[path] ?? ''),
    `${from}; new articles are known by their address`,
  );
}

/** Which articles each feed takes; one that does not take all becomes a feed of its own, at its old address too. */
function takeSelections(
  site: SiteFolder,
  feeds: PublishedFeed[],
  findings: Findings,
  pairs: { entry: object; path: string }[],
  now: number,
): void {
  const config = resolveConfig(configInput(findings), 'http://localhost:8787');
  const articles = articleFilesOf(site, findings).flatMap((file) => {
    const reading = readArticle(file, { config, now });
    return reading.state === 'accepted' ? [reading.article] : [];
  });
  const aliases: Record<string, string> = { ...(findings.get('feeds.aliases') as Record<string, string> | undefined) };
  const defined: Partial<DefinedFeed>[] = [];
  for (const feed of feeds) {
    const shown = pairs.filter(({ entry }) => (feed.entries as object[]).includes(entry)).map(({ path }) => path);
    const where = shown.length === 0 ? {} : selectionOf(shown, articles, config.site.language);
    const old = feed.self !== null && URL.canParse(feed.self) ? new URL(feed.self).pathname : null;
    if (where === null)
      findings.note(
        `${feed.place} does not show the newest articles of the folder; nothing simple says which: see feeds.defined.`,
      );
    const path = where === null || Object.keys(where).length === 0 ? '' : pathFor(old, defined);
    if (path !== '')
      defined.push({ path, title: feed.title ?? path.slice(1), where: where ?? {}, limit: feed.entries.length });
    const ours = `${path}/${FILES[feed.format]}`;
    if (old !== null && old !== ours && old.length > 1) aliases[old] = ours;
  }
  if (defined.length > 0) findings.take('feeds.defined', defined, 'the selections of the published feeds');
  if (Object.keys(aliases).length > 0)
    findings.replace('feeds.aliases', aliases, 'addresses at which the feeds are published');
}

/** The path of a feed of its own: the folder of the published one, or a name. */
function pathFor(old: string | null, taken: Partial<DefinedFeed>[]): string {
  const folder = old?.replace(/\/[^/]*$/, '') ?? '';
  const free = (path: string) => path !== '' && !taken.some((feed) => feed.path === path);
  return free(folder) && resolvable(folder)
    ? folder
    : (['/main', '/selection', '/more'].find(free) ?? `/feed-${taken.length + 1}`);
}

/** Whether a path may be a feed's, and is none of Tidings' own. */
function resolvable(path: string): boolean {
  try {
    resolveConfig({ feeds: { defined: [{ path, title: path }] } }, 'http://localhost');
    return true;
  } catch {
    return false;
  }
}

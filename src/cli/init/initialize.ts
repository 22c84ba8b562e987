import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { resolveConfig } from '../../config/config.ts';
import { CommandError, UsageError } from '../command.ts';
import { publishedFeed } from '../feed/entries.ts';
import { fetchPlace } from '../place.ts';
import { readJson } from './data.ts';
import { takeFromFeeds } from './feeds.ts';
import { Code, Findings } from './findings.ts';
import { openSite } from './folder.ts';
import { generatorOf } from './generators.ts';
import { ghostData, type MadeArticle, readGhost } from './ghost.ts';
import { configInput, configText } from './write.ts';

/** What `tidings init` prints. */
export interface InitReport {
  /** Name of the generator. */
  generator: string;
  /** The file, or the look of the folder, by which it was known. */
  recognizedBy: string;
  /** The file that was written, and the folder of the articles; absolute. */
  config: string;
  content: string;
  taken: { key: string; value: unknown; from: string }[];
  /** What a person has to look at, a sentence each. */
  notes: string[];
}

/**
 * Reads a site, writes its configuration, and of an export its articles too.
 *
 * @param asked.given the site's folder, or an export; `folder` is the one that it is or lies in. Paths are absolute.
 * @throws {CommandError} {@link UsageError} with what to do; then no configuration is written
 */
export async function initialize(asked: {
  given: string;
  folder: string;
  out: string;
  url: string | null;
  feeds: string[];
  content: string | null;
  force: boolean;
}): Promise<InitReport> {
  const { given, folder, out, url, feeds: places, content, force } = asked;
  const findings = new Findings();
  findings.take('site.url', url, '--url');
  const feeds = (await Promise.all(places.map(fetchPlace))).map(publishedFeed);
  const ghost = exportOf(given);
  let contentFolder: string;
  let known: { name: string; by: string };
  if (ghost) {
    const main = feeds[0]?.entries.find(({ url }) => url !== null)?.url;
    findings.take('site.url', main && new URL(main).origin, `addresses in ${feeds[0]?.place}`);
    contentFolder = resolve(content ?? join(folder, 'content'));
    const routes = await openSite(folder);
    writeArticles(
      contentFolder,
      readGhost(ghost.file, ghost.data, routes.has('routes.yaml') ? routes.data('routes.yaml') : {}, findings),
      force,
    );
    known = { name: 'Ghost export', by: basename(ghost.file) };
    takeFromFeeds(await openSite(contentFolder), feeds, findings, Date.now());
  } else {
    if (content !== null)
      throw new UsageError('--content is for exports of Ghost; other sites have their article files.');
    const site = await openSite(folder);
    const { generator, by } = generatorOf(site);
    known = { name: generator.name, by };
    generator.read(site, findings);
    takeFromFeeds(site, feeds, findings, Date.now());
    contentFolder = join(folder, findings.content);
    if (!site.articles.some((path) => path.startsWith(findings.content)))
      findings.note(`No Markdown or HTML file is below ${contentFolder}: give the folder of the site itself.`);
  }
  noteMissing(findings, feeds.length > 0);
  resolveConfig(configInput(findings), 'http://localhost:8787');
  writeFileSync(out, configText(findings, heading(known, out, contentFolder)), { flag: force ? 'w' : 'wx' });
  return {
    generator: known.name,
    recognizedBy: known.by,
    config: out,
    content: contentFolder,
    taken: findings.taken.map(({ key, value, from }) => ({ key, value: shown(value), from })),
    notes: findings.notes,
  };
}

/** An export of Ghost: the file itself, or one that lies alone in a folder. */
function exportOf(given: string): { file: string; data: NonNullable<ReturnType<typeof ghostData>> } | null {
  const isFolder = statSync(given).isDirectory();
  const files = isFolder ? ['ghost.json', 'export.json'].map((name) => join(given, name)).filter(existsSync) : [given];
  for (const file of files) {
    const data = ghostData(readJson(readFileSync(file, 'utf8'), file));
    if (data) return { file, data };
  }
  if (!isFolder)
    throw new CommandError(
      `${given} is no export of Ghost, in which db has data with posts; give the folder of a site.`,
    );
  return null;
}

function writeArticles(folder: string, articles: MadeArticle[], force: boolean): void {
  const there = articles.find(({ path }) => existsSync(join(folder, path)));
  if (there && !force)
    throw new CommandError(
      `${join(folder, there.path)} is there already; with --force it is written over, with --content another folder is used.`,
    );
  mkdirSync(folder, { recursive: true });
  for (const { path, text } of articles) writeFileSync(join(folder, path), text);
}

function noteMissing(findings: Findings, hasFeed: boolean): void {
  if (!findings.has('site.url'))
    findings.note(
      "The site's address is not known, and addresses and ids are made of it: give --url before you publish anything.",
    );
  if (!findings.has('site.permalink'))
    findings.note(
      'How the site makes addresses is not known: give --feed, or write site.permalink. Until then each article has a plain page under /articles/, and an id of that.',
    );
  const missing = ['site.title', 'site.language', 'site.timezone'].filter((key) => !findings.has(key));
  if (missing.length > 0) findings.note(`Not found, so that the default holds: ${missing.join(', ')}.`);
  if (!hasFeed)
    findings.note(
      'No published feed was compared: give --feed with its file or address to be sure that ids and addresses stay.',
    );
}

const heading = (known: { name: string; by: string }, out: string, content: string) =>
  `Made by tidings init from ${known.name === 'Ghost export' ? 'a Ghost export' : known.name} (${known.by}); it is yours to change.\nThe articles are in TIDINGS_CONTENT=${relative(dirname(out), content) || '.'}`;

const shown = (value: unknown) => (value instanceof Code ? value.text.replace(/\n[\s\S]*\n/, ' … ') : value);

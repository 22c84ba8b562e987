import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveConfig } from '../config/config.ts';
import { type Command, CommandError, JSON_OPTION, type Options, UsageError } from './command.ts';
import { publishedFeed } from './feed/entries.ts';
import { readJson } from './init/data.ts';
import { takeFromFeeds } from './init/feeds.ts';
import { Code, Findings } from './init/findings.ts';
import { openSite } from './init/folder.ts';
import { generatorOf } from './init/generators.ts';
import { ghostData, type MadeArticle, readGhost } from './init/ghost.ts';
import { configInput, configText } from './init/write.ts';
import { fetchPlace } from './place.ts';
import { bold } from './style.ts';
import { printTable, wrapped } from './table.ts';

const options = {
  feed: {
    type: 'string',
    multiple: true,
    value: 'FILE|URL',
    summary: 'a feed that the site publishes today; may be given several times',
  },
  url: { type: 'string', value: 'URL', summary: `the site's address, where nothing here says it` },
  out: {
    type: 'string',
    value: 'FILE',
    summary: 'where to write the configuration; tidings.config.ts in the folder by default',
  },
  content: {
    type: 'string',
    value: 'DIR',
    summary: `where to put the articles of a Ghost export; content beside it by default`,
  },
  force: { type: 'boolean', summary: 'write over files that are there' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'init [DIR|EXPORT] [--feed FILE|URL] [--url URL] [--out FILE] [--content DIR] [--force] [--json]',
  summary: 'Writes tidings.config.ts for a site that there is, so that ids and addresses stay as they are',
  details:
    'Knows Jekyll, Hugo, Hexo, Astro, Eleventy, Zola, Docusaurus, Pelican, Nikola and exports of Ghost. Their configuration is read and never run. With the feed that is published today it finds out what the configuration leaves open, and compares every entry.',
  options,
  examples: [
    ['tidings init ../my-site --feed https://my-site.example/feed.xml', 'a site, with its published feed'],
    ['tidings init', 'the folder that you are in'],
    [
      'tidings init my-site.ghost.json --url https://my-site.example',
      'an export of Ghost: its posts become article files',
    ],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    if (positionals.length > 1) throw new UsageError('Give one folder, or none for the one that you are in.');
    if (values.url !== undefined && !(/^https?:\/\//.test(values.url) && URL.canParse(values.url)))
      throw new UsageError('--url must be an address such as https://my-site.example');
    const given = resolve(positionals[0] ?? '.');
    if (!existsSync(given)) throw new UsageError(`${given} is not there; give the folder of the site.`);
    const folder = statSync(given).isDirectory() ? given : dirname(given);
    const out = resolve(values.out ?? join(folder, 'tidings.config.ts'));
    if (existsSync(out) && !values.force)
      throw new CommandError(
        `${out} is there already; with --force it is written over, with --out another file is written.`,
      );
    const findings = new Findings();
    findings.take('site.url', values.url, '--url');
    const feeds = (await Promise.all((values.feed ?? []).map(fetchPlace))).map(publishedFeed);
    const ghost = exportOf(given);
    let contentFolder: string;
    let known: { name: string; by: string };
    if (ghost) {
      const main = feeds[0]?.entries.find(({ url }) => url !== null)?.url;
      findings.take('site.url', main && new URL(main).origin, `addresses in ${feeds[0]?.place}`);
      contentFolder = resolve(values.content ?? join(folder, 'content'));
      const routes = await openSite(folder);
      writeArticles(
        contentFolder,
        readGhost(ghost.file, ghost.data, routes.has('routes.yaml') ? routes.data('routes.yaml') : {}, findings),
        values.force === true,
      );
      known = { name: 'Ghost export', by: basename(ghost.file) };
      takeFromFeeds(await openSite(contentFolder), feeds, findings, Date.now());
    } else {
      if (values.content !== undefined)
        throw new UsageError('--content is for exports of Ghost; other sites have their article files.');
      const site = await openSite(folder);
      const { generator, by } = generatorOf(site);
      known = { name: generator.name, by };
      generator.read(site, findings);
      takeFromFeeds(site, feeds, findings, Date.now());
      contentFolder = join(folder, findings.content);
    }
    noteMissing(findings, feeds.length > 0);
    resolveConfig(configInput(findings), 'http://localhost:8787');
    writeFileSync(out, configText(findings, heading(known, out, contentFolder)), { flag: values.force ? 'w' : 'wx' });
    const report = {
      generator: known.name,
      recognizedBy: known.by,
      config: out,
      content: contentFolder,
      taken: findings.taken.map(({ key, value, from }) => ({ key, value: shown(value), from })),
      notes: findings.notes,
    };
    if (values.json) console.log(JSON.stringify(report, null, 2));
    else print(report);
    return 0;
  },
};

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
  const missing = ['site.title', 'site.url', 'site.language', 'site.timezone'].filter((key) => !findings.has(key));
  if (missing.length > 0) findings.note(`Not found, so that the default holds: ${missing.join(', ')}.`);
  if (!hasFeed)
    findings.note(
      'No published feed was compared: give --feed with its file or address to be sure that ids and addresses stay.',
    );
}

const heading = (known: { name: string; by: string }, out: string, content: string) =>
  `Made by tidings init from ${known.name === 'Ghost export' ? 'a Ghost export' : known.name} (${known.by}); it is yours to change.\nThe articles are in TIDINGS_CONTENT=${relative(dirname(out), content) || '.'}`;

const shown = (value: unknown) => (value instanceof Code ? value.text.replace(/\n[\s\S]*\n/, ' … ') : value);

/** A path as one would write it here. */
function near(path: string): string {
  const way = relative('', path) || '.';
  return way.startsWith('../..') ? path : way;
}

function print(report: {
  generator: string;
  recognizedBy: string;
  config: string;
  content: string;
  taken: { key: string; value: unknown; from: string }[];
  notes: string[];
}): void {
  console.log(
    `${bold(`This is ${report.generator === 'Ghost export' ? 'a Ghost export' : report.generator}`)} (${report.recognizedBy}).\n`,
  );
  printTable(
    ['KEY', 'VALUE', 'FROM'],
    report.taken.map(({ key, value, from }) => [key, typeof value === 'string' ? value : JSON.stringify(value), from]),
  );
  if (report.notes.length > 0) console.log(`\n${bold('To look at:')}`);
  for (const note of report.notes) console.log(`- ${wrapped(note, 2).trimStart()}`);
  console.log(`\nWritten: ${report.config}\n\nSee what is made of the articles, then publish them:\n`);
  const environment = `TIDINGS_CONFIG=${near(report.config)} TIDINGS_CONTENT=${near(report.content)}`;
  console.log(`  ${environment} tidings articles check\n  ${environment} tidings start`);
}

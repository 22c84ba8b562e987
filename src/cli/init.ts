import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, CommandError, JSON_OPTION, type Options, UsageError } from './command.ts';
import type { InitReport } from './init/initialize.ts';
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
    // Loaded here, so that the list of commands costs nothing of it.
    const { initialize } = await import('./init/initialize.ts');
    const report = await initialize({
      given,
      folder,
      out,
      url: values.url ?? null,
      feeds: values.feed ?? [],
      content: values.content ?? null,
      force: values.force === true,
    });
    if (values.json) console.log(JSON.stringify(report, null, 2));
    else print(report);
    return 0;
  },
};

/** As a shell takes it. */
const quoted = (path: string) => (/^[\w./@%+:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** A path as one would write it here. */
function near(path: string): string {
  const way = relative('', path) || '.';
  return way.startsWith('../..') ? path : way;
}

function print(report: InitReport): void {
  console.log(
    `${bold(`This is ${report.generator === 'Ghost export' ? 'a Ghost export' : report.generator}`)} (${report.recognizedBy}).\n`,
  );
  const rows = report.taken.map(({ key, value, from }) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
    from,
  ]);
  if (rows.length > 0) printTable(['KEY', 'VALUE', 'FROM'], rows);
  else console.log('Nothing of the configuration could be taken from it.');
  if (report.notes.length > 0) console.log(`\n${bold('To look at:')}`);
  for (const note of report.notes) console.log(`- ${wrapped(note, 2).trimStart()}`);
  console.log(`\nWritten: ${report.config}\n\nSee what is made of the articles, then publish them:\n`);
  const environment = `TIDINGS_CONFIG=${quoted(near(report.config))} TIDINGS_CONTENT=${quoted(near(report.content))}`;
  // As this command itself was called, so that the lines can be copied.
  const [tidings, start] =
    process.env.npm_lifecycle_event === 'tidings'
      ? ['npm run -s tidings --', 'npm start']
      : ['tidings', 'tidings start'];
  console.log(`  ${environment} ${tidings} articles check\n  ${environment} ${start}`);
}

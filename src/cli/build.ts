import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { foreignPaths, writeFolder } from './build/folder.ts';
import { hostFiles } from './build/hosts.ts';
import { collectSite, type StaticFile } from './build/site.ts';
import { type Command, CommandError, JSON_OPTION, type Options, UsageError } from './command.ts';
import { progress } from './progress.ts';

const options = {
  force: { type: 'boolean', summary: 'write over files that no build has written' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'build OUT [--force] [--json]',
  summary: 'Writes every feed, list and page as files, for any host',
  details:
    'Set TIDINGS_URL to the address at which the files will be. Only what changed is written, what an earlier build wrote and is gone is removed, and files of others are left alone. Where a server runs on the data folder it is asked; else the documents name no hub, since nobody answers there.',
  options,
  examples: [
    ['TIDINGS_URL=https://feeds.example tidings build public', 'everything into the folder public'],
    ['TIDINGS_URL=https://my-site.example tidings build ../my-site/_site', 'beside the pages of a generator'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [out] = positionals;
    if (out === undefined || positionals.length > 1) throw new UsageError('Give the folder to write to.');
    const { loadConfig, readEnvironment } = await import('../node/environment.ts');
    const environment = readEnvironment();
    const config = await loadConfig(environment);
    const { articleFiles } = await import('../articles/selection.ts');
    const isArticle = articleFiles(config);
    const below = relative(environment.content, resolve(out));
    if (isArticle(join(below, 'index.html')))
      throw new CommandError(
        `${resolve(out)} is where articles are read from: the pages would become articles. Give another folder, such as public.`,
      );
    // Loaded here, so that the list of commands costs nothing of the server.
    const { answering } = await import('./build/asking.ts');
    const { ask, report, base, close } = await answering(environment, {
      ...config,
      hub: { ...config.hub, own: false },
    });
    try {
      const site = await collectSite(ask, base, Object.keys(config.feeds.aliases), progress('Asking'));
      // Hosts are told of our own files alone.
      const foreign = values.force === true ? [] : foreignPaths(resolve(out), site.files);
      const ours = { ...site, files: site.files.filter(({ path }) => !foreign.includes(path)) };
      const files = [
        ...site.files.toSorted((a, b) => rank(a) - rank(b)),
        ...hostFiles(ours, base).map(({ path, text }) => ({ path, bytes: text })),
      ];
      const result = writeFolder(resolve(out), files, values.force === true, progress('Writing'));
      const held = report.held?.message ?? report.error ?? null;
      if (values.json)
        console.log(
          JSON.stringify({ out: resolve(out), url: base, ...result, redirects: site.redirects.length, held }, null, 2),
        );
      else
        console.log(
          `${resolve(out)}: ${result.written} files written, ${result.unchanged} unchanged, ${result.removed} removed; they are for ${base}/`,
        );
      if (/^https?:\/\/localhost\b/.test(base))
        console.error(`The documents say that they are at ${base}. Set TIDINGS_URL to where they will be.`);
      if (result.foreign.length > 0)
        console.error(
          `Left as they are, since no build wrote them: ${result.foreign.join(', ')}. --force writes over them.`,
        );
      if (held !== null) console.error(`The run did not take in everything: ${held}`);
      return result.foreign.length > 0 || held !== null ? 1 : 0;
    } finally {
      await close();
    }
  },
};

/** Articles appear before the documents that lead to them, those before what lists them. */
function rank({ path, contentType, isImmutable }: StaticFile): number {
  if (path.startsWith('articles/')) return 0;
  if (isImmutable) return 1;
  if (path.includes('/')) return 2;
  return /^(?:feeds\.opml|sitemap|robots|news-sitemap|index\.html)/.test(path) || contentType.startsWith('text/html')
    ? 4
    : 3;
}

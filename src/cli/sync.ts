import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig, readEnvironment } from '../node/environment.ts';
import { type SyncPlan, syncFolder } from '../node/sync.ts';
import type { RunReport } from '../storage/runs.ts';
import { type Command, CommandError, JSON_OPTION, type Options, UsageError } from './command.ts';
import { progress } from './progress.ts';
import { awaitRun, remoteOf } from './remote.ts';

const options = {
  to: { type: 'string', value: 'URL', summary: 'address of the server' },
  delete: { type: 'boolean', summary: 'take away at the server what is gone from the folder' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'sync --to URL [DIR] [--delete] [--json]',
  summary: 'Uploads what changed in a folder to a server elsewhere',
  details:
    'Files are compared by their SHA-256 and uploaded eight at a time; then one regeneration is asked for. After a cut it goes on where it was. The admin token of that server is read from TIDINGS_ADMIN_TOKEN.',
  options,
  examples: [
    ['tidings sync --to https://feeds.example content', 'uploads what is new or changed'],
    ['tidings sync --to https://feeds.example content --delete', 'and takes away what is gone from the folder'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const to = values.to?.replace(/\/+$/, '');
    if (!to || !/^https?:\/\//.test(to) || positionals.length > 1)
      throw new UsageError('Say where to: tidings sync --to https://feeds.example [DIR]');
    const environment = readEnvironment();
    const folder = positionals[0] === undefined ? environment.content : resolve(positionals[0]);
    if (!existsSync(folder)) throw new UsageError(`${folder} is not there; give the folder of the articles.`);
    const config = await loadConfig(environment);
    const remote = remoteOf(to);
    const show = progress('Syncing');
    const synced = await syncFolder(folder, config, remote, {
      isDeleted: () => values.delete === true,
      onPlan: (plan) => assertNotEmptied(plan, folder, to),
      onProgress: ({ done, total }) => show(done, total),
    });
    const { present, uploaded, deleted, resumed } = synced;
    const run = synced.run === null ? null : await awaitRun(remote, synced.run);
    const counts = {
      files: present.length,
      uploaded: uploaded.length,
      deleted: deleted.length,
      resumed: resumed.length,
    };
    if (values.json) console.log(JSON.stringify({ ...counts, run }, null, 2));
    else print(counts, run);
    return run?.held || run?.error ? 1 : 0;
  },
};

/** An empty folder is most often the wrong one. */
function assertNotEmptied({ files, gone }: SyncPlan, folder: string, to: string): void {
  if (files === 0 && gone.length > 0)
    throw new CommandError(
      `${folder} has no article file, and ${to} has ${gone.length}; nothing was deleted. Give the right folder.`,
    );
}

function print(
  counts: { files: number; uploaded: number; deleted: number; resumed: number },
  run: RunReport | null,
): void {
  const { files, uploaded, deleted, resumed } = counts;
  const before = resumed > 0 ? `, ${resumed} uploaded before` : '';
  console.log(
    `${files} files: ${uploaded} uploaded, ${deleted} deleted${before}, ${files - uploaded - resumed} as they were`,
  );
  if (!run) return;
  const { events, documents } = run;
  console.log(
    `${documents.written} documents written; ${events.published} published, ${events.updated} updated, ${events.withdrawn} withdrawn`,
  );
  if (run.held) console.error(`Held: ${run.held.message}`);
  if (run.error) console.error(`Failed: ${run.error}`);
}

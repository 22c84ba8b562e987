import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { exportTo } from '../node/moving.ts';
import { type Command, CommandError, type Options, UsageError } from './command.ts';
import { withPlace } from './moving.ts';

/** Tries before a server that never holds still is given up. */
const TRIES = 3;

const options = {
  from: { type: 'string', value: 'URL', summary: 'a server elsewhere, in place of the one here' },
  ledger: { type: 'boolean', summary: 'the ledger alone: ids and dates, without secrets' },
} as const satisfies Options;

export const command: Command = {
  usage: 'export FILE [--from URL] [--ledger]',
  summary: 'Writes everything that a server knows to a file, to move it to another',
  details:
    'The file has the secrets of subscribers and partners in it: keep it as one. With --ledger it has what no article file says (ids, dates, former addresses), always in the same order, to be kept in a repository. A server elsewhere wants its admin token in TIDINGS_ADMIN_TOKEN.',
  options,
  examples: [
    ['tidings export house.jsonl', 'of the server here, or of its data folder where it does not run'],
    ['tidings export house.jsonl --from https://feeds.example', 'of a server elsewhere'],
    ['tidings export ledger.jsonl --ledger', 'to be committed beside the articles'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('Name the file: tidings export house.jsonl');
    const part = values.ledger ? 'ledger' : 'all';
    const unfinished = `${file}.part`;
    const lines = await withPlace(values.from, async (place) => {
      for (let tried = 1; ; tried++) {
        const stream = createWriteStream(unfinished, { mode: 0o600 });
        const written = finished(stream).catch((error: NodeJS.ErrnoException) => {
          throw new CommandError(`${file} cannot be written (${error.code}); name a file elsewhere.`);
        });
        const ended = exportTo(place, part, stream).then((exported) => {
          stream.end();
          return exported;
        });
        const [exported] = await Promise.all([ended, written]);
        if (!exported.isTorn) return exported.lines;
        if (tried === TRIES)
          throw new CommandError('The server changed each time while it was read. Stop it, or try when it is quiet.');
      }
    }).catch((error: unknown) => {
      rmSync(unfinished, { force: true });
      throw error;
    });
    renameSync(unfinished, file);
    console.error(`${file} has ${lines} lines.`);
    return 0;
  },
};

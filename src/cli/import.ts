import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { importFrom } from '../node/moving.ts';
import { type Command, type Options, UsageError } from './command.ts';
import { withPlace } from './moving.ts';

const options = {
  to: { type: 'string', value: 'URL', summary: 'a server elsewhere, in place of the one here' },
  replace: { type: 'boolean', summary: 'also where the server knows articles already, whose history then ends' },
} as const satisfies Options;

export const command: Command = {
  usage: 'import FILE [--to URL] [--replace]',
  summary: 'Reads what an export wrote into a server, which then goes on where the other ended',
  details:
    'Bring the article files afterwards. A server elsewhere wants its admin token in TIDINGS_ADMIN_TOKEN. After a cut, give the command again with --replace.',
  options,
  examples: [
    ['tidings import house.jsonl --to https://feeds.example', 'into a new server elsewhere'],
    ['tidings import ledger.jsonl', 'ids and dates into a data folder that was lost'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('Name the file: tidings import house.jsonl');
    if (!existsSync(file)) throw new UsageError(`${file} is not there.`);
    const onLines = (lines: number) => process.stderr.isTTY && process.stderr.write(`\r${lines} lines`);
    const lines = await withPlace(values.to, (place) =>
      importFrom(place, file, { replace: values.replace === true, onLines }),
    );
    console.error(`${process.stderr.isTTY ? '\r' : ''}${lines} lines were taken. Now bring the article files.`);
    return 0;
  },
};

import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printTable } from './table.ts';

interface ListedFeed {
  kind: string;
  title: string;
  rss: string;
  atom: string;
  json: string;
}

const options = { json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: 'feeds list [--json]',
  summary: 'Every feed that is published, with its addresses',
  options,
  examples: [
    ['tidings feeds list', 'the kind, title and RSS address of each'],
    ['tidings feeds list --json', 'with the addresses of all three formats'],
  ],
  async run(args) {
    const { values } = parseArgs({ args, options });
    const { body } = await api<{ feeds: ListedFeed[] }>('GET', '/api/feeds');
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else
      printTable(
        ['KIND', 'TITLE', 'RSS'],
        body.feeds.map((feed) => [feed.kind, feed.title, feed.rss]),
      );
    return 0;
  },
};

import { parseArgs } from 'node:util';
import type { RunReport } from '../storage/runs.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';

const options = {
  'accept-withdrawals': { type: 'boolean', summary: 'let a held run take back what it would take back' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'run [--accept-withdrawals] [--json]',
  summary: 'One regeneration by the server that runs, and what came of it',
  options,
  examples: [
    ['tidings run', 'now, without waiting for the schedule'],
    ['tidings run --accept-withdrawals', 'when it said that it is held, and the articles are meant to go'],
  ],
  async run(args) {
    const { values } = parseArgs({ args, options });
    const { status, body } = await api<RunReport & { href?: string }>('POST', '/api/runs', {
      acceptWithdrawals: values['accept-withdrawals'] === true,
    });
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else if (status === 202) console.log(`The run goes on; its report will be at ${body.href}`);
    else {
      const { articles, documents, events, held, error } = body;
      console.log(
        `${articles.seen} files seen: ${articles.added} added, ${articles.changed} changed, ${articles.removed} removed, ${articles.withheld} withheld, ${articles.rejected} rejected`,
      );
      console.log(
        `${documents.written} documents written; ${events.published} published, ${events.updated} updated, ${events.withdrawn} withdrawn`,
      );
      if (held) console.error(`Held: ${held.message}`);
      if (error) console.error(`Failed: ${error}`);
    }
    return status < 300 && !body.held && !body.error ? 0 : 1;
  },
};

import { parseArgs } from 'node:util';
import type { RunReport } from '../storage/runs.ts';
import { api } from './api.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: 'run [--accept-withdrawals] [--json]',
  summary: 'One regeneration by the server that runs; --accept-withdrawals lets a held one go',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { 'accept-withdrawals': { type: 'boolean' }, json: { type: 'boolean' } },
    });
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

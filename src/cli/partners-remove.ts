import { parseArgs } from 'node:util';
import { api } from './api.ts';
import type { Command } from './command.ts';
import { expected, idFrom, pathOf } from './partner.ts';

export const command: Command = {
  usage: 'partners remove ID',
  summary: 'Removes a partner with its keys, feeds and subscriptions; its log stays',
  options: {},
  examples: [['tidings partners remove portal', 'by its id']],
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
    expected(await api('DELETE', pathOf(idFrom(positionals))));
    return 0;
  },
};

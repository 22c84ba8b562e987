import type { Command } from './command.ts';
import { takeWord } from './retraction.ts';

export const command: Command = {
  usage: 'articles withdraw ARTICLE --reason TEXT [--json]',
  summary: 'Takes an article back though its file is there, until it is restored',
  run: (args) => takeWord(args, '/api/withdrawals', true),
};

import type { Command } from './command.ts';
import { takeWord } from './retraction.ts';

export const command: Command = {
  usage: 'articles kill ARTICLE --reason TEXT [--json]',
  summary: 'Takes an article back by force: every partner is told at once, until it has acknowledged it',
  run: (args) => takeWord(args, '/api/kills', true),
};

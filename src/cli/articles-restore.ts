import type { Command } from './command.ts';
import { takeWord } from './retraction.ts';

export const command: Command = {
  usage: 'articles restore ARTICLE [--json]',
  summary: 'Ends a withdrawal or kill by command: the file decides again, and the article keeps its id',
  run: (args) => takeWord(args, '/api/restorations', false),
};

import { type Command, JSON_OPTION } from './command.ts';
import { takeWord } from './retraction.ts';

export const command: Command = {
  usage: 'articles restore ARTICLE [--json]',
  summary: 'Ends a withdrawal or kill by command: the file decides again, and the article keeps its id',
  options: { json: JSON_OPTION },
  examples: [['tidings articles restore posts/harbour.md', 'publishes it again, as an update']],
  run: (args) => takeWord(args, '/api/restorations', false),
};

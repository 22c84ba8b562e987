import type { Command } from './command.ts';
import { REASON_OPTIONS, takeWord } from './retraction.ts';

export const command: Command = {
  usage: 'articles kill ARTICLE --reason TEXT [--json]',
  summary: 'Takes an article back by force: every partner is told until it has acknowledged it',
  options: REASON_OPTIONS,
  examples: [["tidings articles kill posts/harbour.md --reason 'Court order'", 'takes it back everywhere, at once']],
  run: (args) => takeWord(args, '/api/kills', true),
};

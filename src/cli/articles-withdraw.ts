import type { Command } from './command.ts';
import { REASON_OPTIONS, takeWord } from './retraction.ts';

export const command: Command = {
  usage: 'articles withdraw ARTICLE --reason TEXT [--json]',
  summary: 'Takes an article back though its file is there, until it is restored',
  options: REASON_OPTIONS,
  examples: [
    [
      "tidings articles withdraw posts/harbour.md --reason 'Not ours to publish'",
      'takes it out of every feed and tells whoever had it',
    ],
  ],
  run: (args) => takeWord(args, '/api/withdrawals', true),
};

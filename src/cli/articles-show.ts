import { parseArgs } from 'node:util';
import type { ArticleHistory } from '../ledger/history.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printTable } from './table.ts';

const options = { json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: 'articles show ARTICLE [--json]',
  summary: 'What is known of an article (its id, file or address): what happened to it, and what counted as an update',
  options,
  examples: [['tidings articles show posts/harbour.md', 'the article of a file']],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [article] = positionals;
    if (article === undefined || positionals.length > 1) {
      console.error('Give one article, by its id, its file or its address.');
      return 2;
    }
    const { status, body } = await api<ArticleHistory & { detail?: string }>(
      'GET',
      `/api/ledger?${new URLSearchParams({ article })}`,
    );
    if (status !== 200) {
      console.error(body.detail ?? `The server answered ${status}.`);
      return 1;
    }
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else printHistory(body);
    return 0;
  },
};

/** As a person reads it: what it is, what was done to it, and what happened. */
export function printHistory(history: ArticleHistory): void {
  const { retraction, withdrawn, image } = history;
  console.log(`${history.title}\n`);
  printTable(
    ['id', history.id],
    [
      ['file', history.path],
      ['address', history.url],
      ['state', withdrawn ? `withdrawn ${withdrawn.at} (${withdrawn.reason ?? 'no reason'})` : 'published'],
      ...(retraction ? [[`by command`, `${retraction.kind} ${retraction.at}: ${retraction.reason}`]] : []),
      ['published', history.published],
      ['updated', history.updated],
      ...history.corrections.map(({ note, date }) => ['correction', `${date ?? ''} ${note}`.trim()]),
      ...(image?.expires ? [['picture', `until ${image.expires}`]] : []),
      ['feeds', history.feeds.map((key) => key || 'site').join(' ') || 'none'],
      ...history.problems.map(({ code, message }) => [code, message]),
    ],
  );
  console.log('');
  printTable(
    ['SEQ', 'AT', 'EVENT', 'BECAUSE'],
    history.events.map(({ seq, at, type, because }) => [
      seq,
      at,
      type,
      because.map((word) => history.significant[word as keyof typeof history.significant] ?? word).join('; '),
    ]),
  );
  console.log(`\nIt is an update when ${Object.values(history.significant).join(', or ')}. Nothing else is.`);
}

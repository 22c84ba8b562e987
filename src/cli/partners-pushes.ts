import { parseArgs } from 'node:util';
import type { PushState } from '../partners/pushes.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printTable } from './table.ts';

const options = {
  article: { type: 'string', value: 'ARTICLE', summary: 'only events of this article' },
  failed: { type: 'boolean', summary: 'only events that were never taken' },
  limit: { type: 'string', value: 'N', summary: 'so many at most; 100 by default' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'partners pushes ID [--article ARTICLE] [--failed] [--limit N] [--json]',
  summary: "How a partner's webhook stands, what waits for it, and what it was sent",
  options,
  examples: [
    ['tidings partners pushes portal', 'the last hundred events'],
    ['tidings partners pushes portal --failed', 'what the portal never took'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [id] = positionals;
    if (id === undefined || positionals.length > 1 || (values.limit && !/^[1-9]\d*$/.test(values.limit))) {
      console.error('Give one partner; see: tidings partners pushes --help');
      return 2;
    }
    const query = new URLSearchParams({
      ...(values.article && { article: values.article }),
      ...(values.failed && { failed: '1' }),
      ...(values.limit && { limit: values.limit }),
    });
    const { status, body } = await api<PushState & { detail?: string }>(
      'GET',
      `/api/partners/${encodeURIComponent(id)}/pushes?${query}`,
    );
    if (status !== 200) {
      console.error(body.detail ?? `The server answered ${status}.`);
      return 1;
    }
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else print(body);
    return 0;
  },
};

function print({ receiver, waiting, pushes }: PushState): void {
  console.log(receiver ? standing(receiver) : 'It has no webhook.');
  if (waiting.length > 0) {
    console.log('');
    printTable(
      ['WAITS UNTIL', 'EVENT', 'HAPPENED', 'ARTICLE'],
      waiting.map(({ dueAt, type, at, article }) => [dueAt, type, at, article]),
    );
  }
  console.log('');
  printTable(
    ['HAPPENED', 'EVENT', 'TRIES', 'LAST', 'CAME OF IT', 'ID', 'ARTICLE'],
    pushes.map((one) => [
      one.at,
      one.type,
      one.attempts,
      one.lastAt,
      one.takenAt ? 'taken' : (one.status ?? one.error ?? ''),
      one.id,
      one.article,
    ]),
  );
}

function standing(receiver: NonNullable<PushState['receiver']>): string {
  const { origin, failures, status, error, failingSince, suspendedAt, nextAt, scheduleSeconds } = receiver;
  if (failingSince === null) return `${origin} answers.`;
  const next = nextAt ? ` The next attempt: ${nextAt}.` : '';
  const pace = `Attempts come after ${scheduleSeconds.join(', ')} seconds, for two days.`;
  const state = suspendedAt ? `suspended since ${suspendedAt}` : `failing since ${failingSince}`;
  return `${origin} is ${state}: ${failures} in a row, the last said ${status ?? error}.${next} ${pace}`;
}

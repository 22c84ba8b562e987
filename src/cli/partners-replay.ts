import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';

const options = {
  event: { type: 'string', value: 'ID', summary: 'one event, by its id (tidings partners pushes)' },
  article: { type: 'string', value: 'ARTICLE', summary: 'the last event of an article' },
  since: { type: 'string', value: 'TIME', summary: 'what happened from this day or instant on' },
  until: { type: 'string', value: 'TIME', summary: 'and before this one' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'partners replay ID (--event ID | --article ARTICLE | --since TIME [--until TIME]) [--json]',
  summary: 'Sends a partner events once more, under the same ids',
  details: 'Each article is told as it is now; of one that was taken back only that is told.',
  options,
  examples: [
    ['tidings partners replay portal --since 2026-11-03T09:00Z', 'all that happened since then'],
    ['tidings partners replay portal --article posts/harbour.md', 'what happened last to one article'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const { event, article, since, until } = values;
    const [id] = positionals;
    const which = [event, article, since].filter((value) => value !== undefined);
    if (id === undefined || positionals.length > 1 || which.length !== 1 || (until && since === undefined)) {
      console.error('Give one partner, and --event, --article or --since; see: tidings partners replay --help');
      return 2;
    }
    const { status, body } = await api<{ events?: string[]; detail?: string }>(
      'POST',
      `/api/partners/${encodeURIComponent(id)}/replay`,
      { ...(event && { event }), ...(article && { article }), ...(since && { since }), ...(until && { until }) },
    );
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else if (status === 202)
      console.log(`${body.events?.length ?? 0} events are sent now; see: tidings partners pushes ${id}`);
    else console.error(body.detail ?? `The server answered ${status}.`);
    return status === 202 ? 0 : 1;
  },
};

import { parseArgs } from 'node:util';
import type { SubscriptionView as Subscription } from '../hub/subscriptions.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printTable } from './table.ts';

const options = {
  topic: { type: 'string', value: 'PATH', summary: 'only those of this document' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'subscribers list [--topic PATH] [--json]',
  summary: 'Who subscribed to what, until when',
  options,
  examples: [
    ['tidings subscribers list', 'everyone'],
    ['tidings subscribers list --topic /atom.xml', 'who subscribed to one document'],
  ],
  async run(args) {
    const { values } = parseArgs({ args, options });
    const query = values.topic ? `&topic=${encodeURIComponent(values.topic)}` : '';
    const all: Subscription[] = [];
    for (let after = 0; ; ) {
      const { body } = await api<{ subscribers: Subscription[] }>('GET', `/api/subscribers?after=${after}${query}`);
      const last = body.subscribers.at(-1);
      if (!last) break;
      all.push(...body.subscribers);
      after = last.id;
    }
    if (values.json) console.log(JSON.stringify({ subscribers: all }, null, 2));
    else
      printTable(
        ['ID', 'UNTIL', 'TOPIC', 'CALLBACK'],
        all.map((one) => [one.id, new Date(one.leaseUntil).toISOString(), one.topic, one.callback]),
      );
    return 0;
  },
};

import { parseArgs } from 'node:util';
import type { SubscriptionView as Subscription } from '../hub/subscriptions.ts';
import { api } from './api.ts';
import type { Command } from './command.ts';
import { printTable } from './table.ts';

export const command: Command = {
  usage: 'subscribers list [--topic PATH] [--json]',
  summary: 'Who subscribed to what, until when',
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' }, topic: { type: 'string' } } });
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

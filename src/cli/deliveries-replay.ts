import { parseArgs } from 'node:util';
import { api } from './api.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: 'deliveries replay (--subscription ID | --topic PATH) [--json]',
  summary: 'Sends a subscriber, or all of a topic, the present document once more',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { subscription: { type: 'string' }, topic: { type: 'string' }, json: { type: 'boolean' } },
    });
    const { subscription, topic } = values;
    if ((subscription === undefined) === (topic === undefined) || (subscription && !/^[1-9]\d*$/.test(subscription))) {
      console.error('Give --subscription with an id (tidings subscribers list), or --topic with an address.');
      return 2;
    }
    const { status, body } = await api<{ subscribers?: number; detail?: string }>('POST', '/api/deliveries/replay', {
      ...(subscription ? { subscription: Number(subscription) } : { topic }),
    });
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else if (status === 202) console.log(`It is sent to ${body.subscribers} now; see: tidings deliveries list`);
    else console.error(body.detail ?? `The server answered ${status}.`);
    return status === 202 ? 0 : 1;
  },
};

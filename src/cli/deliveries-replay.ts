import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';

const options = {
  subscription: { type: 'string', value: 'ID', summary: 'the subscriber that is sent it' },
  topic: { type: 'string', value: 'PATH', summary: 'the document that all its subscribers are sent' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'deliveries replay (--subscription ID | --topic PATH) [--json]',
  summary: 'Sends a subscriber, or all of a topic, the present document once more',
  options,
  examples: [
    ['tidings deliveries replay --subscription 12', 'one subscriber, by the id in: tidings subscribers list'],
    ['tidings deliveries replay --topic /atom.xml', 'everyone who subscribed to a document'],
  ],
  async run(args) {
    const { values } = parseArgs({ args, options });
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

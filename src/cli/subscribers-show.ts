import { parseArgs } from 'node:util';
import type { DeliveryView } from '../hub/deliveries.ts';
import type { SubscriptionView } from '../hub/subscriptions.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printDeliveries } from './deliveries-list.ts';

const options = { json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: 'subscribers show ID [--json]',
  summary: 'One subscription: its lease, its state, its last deliveries and why they failed',
  options,
  examples: [['tidings subscribers show 12', 'by the id in: tidings subscribers list']],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [id] = positionals;
    if (!id || !/^[1-9]\d*$/.test(id) || positionals.length > 1) {
      console.error('Give the id of a subscription; they are shown by: tidings subscribers list');
      return 2;
    }
    const { status, body } = await api<{ subscriber: SubscriptionView; deliveries: DeliveryView[] }>(
      'GET',
      `/api/subscribers/${id}`,
    );
    if (status !== 200) {
      console.error(`There is no subscription ${id}; they are shown by: tidings subscribers list`);
      return 1;
    }
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else print(body.subscriber, body.deliveries);
    return 0;
  },
};

function print(one: SubscriptionView, deliveries: DeliveryView[]): void {
  const { exception } = one;
  console.log(`Topic      ${one.topic}
Callback   ${one.callback}
Told by    ${one.channel}${one.signed ? ', signed' : ''}
Until      ${iso(one.leaseUntil)}
Verified   ${iso(one.verifiedAt)}, first ${iso(one.createdAt)}
Has        ${one.deliveredAt === null ? 'nothing yet' : `version ${one.delivered}, since ${iso(one.deliveredAt)}`}`);
  if (exception) {
    const next = exception.nextAt === null ? 'not tried again before its lease ends' : `next ${iso(exception.nextAt)}`;
    console.log(`Trouble    ${exception.reason}, ${exception.failures} in a row, ${next}`);
  }
  if (deliveries.length > 0) {
    console.log('');
    printDeliveries(deliveries);
  }
}

const iso = (ms: number) => new Date(ms).toISOString();

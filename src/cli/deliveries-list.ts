import { parseArgs } from 'node:util';
import type { DeliveryView } from '../hub/deliveries.ts';
import { api } from './api.ts';
import type { Command } from './command.ts';
import { printTable } from './table.ts';

export const command: Command = {
  usage: 'deliveries list [--topic PATH] [--subscription ID] [--failed] [--limit N] [--json]',
  summary: 'What was sent to whom, and what came of it; the newest first',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        topic: { type: 'string' },
        subscription: { type: 'string' },
        failed: { type: 'boolean' },
        limit: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const wrong = [values.subscription, values.limit].find((text) => text !== undefined && !/^[1-9]\d*$/.test(text));
    if (wrong !== undefined) {
      console.error(`${wrong} is no number; see: tidings deliveries list --help`);
      return 2;
    }
    const query = new URLSearchParams({
      ...(values.topic ? { topic: values.topic } : {}),
      ...(values.subscription ? { subscription: values.subscription } : {}),
      ...(values.failed ? { failed: '1' } : {}),
      limit: values.limit ?? '100',
    });
    const { body } = await api<{ deliveries: DeliveryView[] }>('GET', `/api/deliveries?${query}`);
    if (values.json) console.log(JSON.stringify({ deliveries: body.deliveries }, null, 2));
    else printDeliveries(body.deliveries);
    return 0;
  },
};

/** As a table: a slice by how many were told, anything else by itself. */
export function printDeliveries(deliveries: DeliveryView[]): void {
  printTable(
    ['AT', 'SUBSCRIPTION', 'VERSION', 'TRY', 'OUTCOME', 'STATUS', 'MS', 'WHERE', 'WHY'],
    deliveries.map((one) => [
      one.at,
      one.subscription ?? '',
      one.version,
      one.attempt ?? '',
      one.outcome === 'slice' ? `${one.delivered} told${one.failed > 0 ? `, ${one.failed} not` : ''}` : one.outcome,
      one.status ?? one.error ?? '',
      one.ms,
      one.origin ?? new URL(one.topic).pathname,
      one.reason ?? '',
    ]),
  );
}

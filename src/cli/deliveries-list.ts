import { parseArgs } from 'node:util';
import type { DeliveryView } from '../hub/deliveries.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options, UsageError } from './command.ts';
import { printTable } from './table.ts';

const options = {
  topic: { type: 'string', value: 'PATH', summary: 'only those of this document' },
  subscription: { type: 'string', value: 'ID', summary: 'only those of this subscription' },
  failed: { type: 'boolean', summary: 'only those that failed' },
  limit: { type: 'string', value: 'N', summary: 'so many at most; 100 by default' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'deliveries list [--topic PATH] [--subscription ID] [--failed] [--limit N] [--json]',
  summary: 'What was sent to whom, and what came of it; the newest first',
  options,
  examples: [
    ['tidings deliveries list', 'the last hundred'],
    ['tidings deliveries list --failed', 'what did not arrive, and why'],
    ['tidings deliveries list --topic /atom.xml --limit 10', 'the last ten of one document'],
  ],
  async run(args) {
    const { values } = parseArgs({ args, options });
    for (const name of ['subscription', 'limit'] as const)
      if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name]))
        throw new UsageError(`--${name} must be a whole number from 1 on, and is ${values[name]}.`);
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

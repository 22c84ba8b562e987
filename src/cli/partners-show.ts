import { parseArgs } from 'node:util';
import type { PartnerLogLine } from '../partners/log.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { expected, idFrom, pathOf, type ShownPartner } from './partner.ts';
import { printTable } from './table.ts';

const options = { json: JSON_OPTION } as const satisfies Options;
/** Told in lines of their own. */
const KNOWN = new Set(['id', 'keys', 'feeds', 'version', 'createdAt', 'changedAt', 'error']);

export const command: Command = {
  usage: 'partners show ID [--json]',
  summary: 'One partner: its settings, addresses and keys, and who changed what',
  options,
  examples: [['tidings partners show portal', 'everything but its secrets']],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const body = expected(
      await api<{ partner: ShownPartner; log: PartnerLogLine[] }>('GET', pathOf(idFrom(positionals))),
    );
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else print(body.partner, body.log);
    return 0;
  },
};

function print(one: ShownPartner, log: PartnerLogLine[]): void {
  console.log(`${one.id}, version ${one.version} since ${one.changedAt}`);
  if (one.error !== null) console.log(`Trouble: ${one.error}`);
  console.log('');
  const settings = Object.entries(one).filter(([name, value]) => !KNOWN.has(name) && value !== null);
  printTable(
    ['SETTING', 'VALUE'],
    settings.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  console.log('');
  for (const address of Object.values(one.feeds)) console.log(address);
  console.log('');
  printTable(
    ['KEY', 'MADE', 'LAST USED'],
    one.keys.map((key) => [key.id, key.createdAt, key.lastUsedAt ?? 'never']),
  );
  console.log('');
  printTable(
    ['WHEN', 'WHO', 'WHAT', 'CHANGES'],
    log.map(({ at, actor, action, changes }) => [at, actor, action, JSON.stringify(changes)]),
  );
}

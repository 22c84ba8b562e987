import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { expected, idFrom, pathOf, tellOnce } from './partner.ts';

const options = {
  revoke: { type: 'string', value: 'KEY-ID', summary: 'ends this key, with the subscriptions that it proved' },
  webhook: { type: 'boolean', summary: 'the secret of its webhook, instead of its key' },
  'drop-old': { type: 'boolean', summary: 'with --webhook: signs with the newer secret alone from now on' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'partners rotate ID [--revoke KEY-ID] [--webhook [--drop-old]] [--json]',
  summary: 'Gives a partner a second key, or ends one',
  details:
    'Both keys are good until one is revoked, so that the partner can change over. The ids of keys are shown by: tidings partners show',
  options,
  examples: [
    ['tidings partners rotate portal', 'a second key'],
    ['tidings partners rotate portal --revoke 1f0c2a9b77de', 'the old one is good no more'],
    ['tidings partners rotate portal --webhook', 'a second secret: messages are signed with both'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const id = idFrom(positionals);
    if (values.revoke !== undefined || values['drop-old']) {
      const path = values.revoke === undefined ? '/secrets/old' : `/keys/${encodeURIComponent(values.revoke)}`;
      expected(await api('DELETE', pathOf(id, path)));
      if (!values.json) console.log(values.revoke === undefined ? 'The older secret is gone.' : 'The key is revoked.');
      return 0;
    }
    const made = expected(await api<Record<string, string>>('POST', pathOf(id, values.webhook ? '/secrets' : '/keys')));
    if (values.json) console.log(JSON.stringify(made, null, 2));
    else tellOnce([values.webhook ? ['Webhook secret', made.webhookSecret ?? ''] : ['Key', made.key ?? '']]);
    return 0;
  },
};

import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options, UsageError } from './command.ts';
import { expected, type ShownPartner, tellOnce } from './partner.ts';
import { SETTINGS, SETTINGS_USAGE, settingsFrom } from './partner-settings.ts';

const options = { ...SETTINGS, json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: `partners add ID ${SETTINGS_USAGE} [--json]`,
  summary: 'Makes a partner: its feeds, its key, and the secret of its webhook',
  details:
    'What is left out has its default. The id stands in the addresses of its feeds. Key and secret are printed this once.',
  options,
  examples: [
    ['tidings partners add portal --name "The Portal" --category News --embargo 3600', 'news, an hour later'],
    ['tidings partners add portal --set images=lead --set days=30', 'any setting by its name'],
    ['tidings partners add portal --settings portal.json', 'from a file of JSON'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const { json, ...given } = values;
    const settings = settingsFrom(given);
    const [id = settings.id] = positionals;
    if (id === undefined || positionals.length > 1) throw new UsageError('Give the id of the partner, as: portal');
    const body = expected(
      await api<{ partner: ShownPartner; key: string; webhookSecret: string }>('POST', '/api/partners', {
        name: String(id),
        ...settings,
        id,
      }),
    );
    if (json) console.log(JSON.stringify(body, null, 2));
    else {
      const { partner, key, webhookSecret } = body;
      console.log(`${partner.name} reads, with its key:`);
      for (const address of Object.values(partner.feeds)) console.log(`  ${address}`);
      tellOnce([
        ['Key', key],
        ['Webhook secret', webhookSecret],
      ]);
    }
    return 0;
  },
};

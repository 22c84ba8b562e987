import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options, UsageError } from './command.ts';
import { expected, idFrom, pathOf, type ShownPartner } from './partner.ts';
import { SETTINGS, SETTINGS_USAGE, settingsFrom } from './partner-settings.ts';

const options = {
  ...SETTINGS,
  unset: { type: 'string', multiple: true, value: 'SETTING', summary: 'gives a setting back its default' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: `partners change ID ${SETTINGS_USAGE} [--unset SETTING]… [--json]`,
  summary: 'Changes what a partner may have; its feeds follow at once',
  details: 'What is not named stays as it is. Filters are given anew together: those that are left out count no more.',
  options,
  examples: [
    ['tidings partners change portal --content excerpt', 'summaries from now on'],
    ['tidings partners change portal --unset days --unset webhook', 'however old, and told no more'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const { json, unset = [], ...given } = values;
    const settings = { ...settingsFrom(given), ...Object.fromEntries(unset.map((name) => [name, null])) };
    if (Object.keys(settings).length === 0) throw new UsageError('Say what is to change, as: --limit 50');
    const body = expected(await api<{ partner: ShownPartner }>('PATCH', pathOf(idFrom(positionals)), settings));
    if (json) console.log(JSON.stringify(body, null, 2));
    else console.log(`${body.partner.id} is at version ${body.partner.version}.`);
    return 0;
  },
};

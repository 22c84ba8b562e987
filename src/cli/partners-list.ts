import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { expected, type ShownPartner } from './partner.ts';
import { printTable } from './table.ts';

const options = { json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: 'partners list [--json]',
  summary: 'The sites that syndicate: what each may have, and when its key was last used',
  options,
  examples: [['tidings partners list', 'a line for each']],
  async run(args) {
    const { values } = parseArgs({ args, options });
    const all: ShownPartner[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: { partners: ShownPartner[]; next: string | null } = expected(
        await api<{ partners: ShownPartner[]; next: string | null }>(
          'GET',
          `/api/partners?after=${encodeURIComponent(after)}`,
        ),
      );
      all.push(...page.partners);
      after = page.next;
    }
    if (values.json) console.log(JSON.stringify({ partners: all }, null, 2));
    else
      printTable(
        ['ID', 'NAME', 'VERSION', 'CONTENT', 'LIMIT', 'EMBARGO', 'PROFILE', 'KEYS', 'LAST USED'],
        all.map((one) => [
          one.id,
          one.error === null ? one.name : `${one.name} (${one.error})`,
          one.version,
          one.content,
          one.limit,
          one.embargoSeconds === 0 ? '' : `${one.embargoSeconds} s`,
          one.profile,
          one.keys.length,
          one.keys
            .flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
            .sort()
            .at(-1) ?? 'never',
        ]),
      );
    return 0;
  },
};

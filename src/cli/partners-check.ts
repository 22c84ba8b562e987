import { parseArgs } from 'node:util';
import type { PartnerCheck } from '../partners/check.ts';
import type { Finding } from '../partners/profiles/profile.ts';
import { api } from './api.ts';
import { type Command, CommandError, JSON_OPTION, type Options, UsageError } from './command.ts';

const options = { json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: 'partners check ID [--json]',
  summary: 'What the destination of a partner would not take, article by article, and by which public rule',
  details:
    'The rules are those of the profile that the partner has. It ends with 1 when something fails that the destination requires.',
  options,
  examples: [['tidings partners check portal', 'what the portal would refuse of its feed now, and why']],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [id] = positionals;
    if (!id || positionals.length > 1)
      throw new UsageError('Give the id of one partner; they are shown by: tidings partners list');
    const { status, body } = await api<PartnerCheck & { detail?: string }>(
      'GET',
      `/api/partners/${encodeURIComponent(id)}/check`,
    );
    if (status !== 200) throw new CommandError(body.detail ?? `The server answered ${status}.`);
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else print(body);
    return body.passes ? 0 : 1;
  },
};

function print({ partner, profile, feed, articles, counts }: PartnerCheck): void {
  if (feed.length > 0) printFindings('The feed as a whole', feed);
  for (const { title, url, findings } of articles)
    if (findings.length > 0) printFindings(title === '' ? url : `${title}\n${url}`, findings);
  const { required, recommended, refused } = counts;
  const all = `${counts.articles} ${counts.articles === 1 ? 'article' : 'articles'} for ${partner} by the profile ${profile}`;
  console.log(
    required + recommended === 0
      ? `${all}: nothing is amiss.`
      : `${all}: ${required} required and ${recommended} recommended rules are not met; ${refused} articles would be refused.`,
  );
}

function printFindings(head: string, findings: Finding[]): void {
  console.log(head);
  for (const { rule, level, message, mend, source } of findings)
    console.log(
      `  ${level.padEnd(11)}  ${rule}: ${message}. ${mend}\n${' '.repeat(15)}${source.url} (${source.section})`,
    );
  console.log('');
}

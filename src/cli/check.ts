import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { command as articlesCheck } from './articles-check.ts';
import { type Command, JSON_OPTION, type Options, UsageError } from './command.ts';
import type { Finding } from './lint/finding.ts';
import type { Verdict } from './lint/lint.ts';
import { fetchPlace, isAddress } from './place.ts';
import { bold, dim, green, red, yellow } from './style.ts';

/** Of findings of one kind so many are shown; --all shows the others. */
const SHOWN = 3;
const NAMES = { rss: 'RSS 2.0', atom: 'Atom', json: 'JSON Feed', rss1: 'RSS 1.0' };

const options = {
  all: { type: 'boolean', summary: 'every finding, also where there are many of one kind' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'check [DIR|FILE|URL] [--all] [--json]',
  summary: 'Says what is wrong with a folder of articles, or with a feed (anyone’s), where, and how to mend it',
  details:
    'A feed is checked as a validator does: RSS 2.0, Atom and JSON Feed 1.1, each finding with its line, the section that it is about, and what to write. The exit status is 1 when there are errors; warnings leave it 0.',
  options,
  examples: [
    ['tidings check', 'the folder in TIDINGS_CONTENT'],
    ['tidings check public/feed.xml', 'a feed that another generator has written'],
    ['tidings check https://feeds.example/rss.xml', 'one that is published'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [place] = positionals;
    if (positionals.length > 1) throw new UsageError('Give one folder, file or address.');
    if (place === undefined || (!isAddress(place) && existsSync(place) && statSync(place).isDirectory()))
      return articlesCheck.run([...positionals, ...(values.json ? ['--json'] : [])]);
    if (!isAddress(place) && !existsSync(place))
      throw new UsageError(
        `${place} is not there; give a folder of articles, a file, or an address that begins with https://`,
      );
    const { lintFeed } = await import('./lint/lint.ts');
    const verdict = lintFeed(await fetchPlace(place), Date.now());
    const errors = verdict.findings.filter(({ severity }) => severity === 'error').length;
    const counts = { errors, warnings: verdict.findings.length - errors };
    if (values.json) console.log(JSON.stringify({ place, ...verdict, counts }, null, 2));
    else print(isAddress(place) ? place : basename(place), verdict, counts, values.all === true);
    return errors > 0 ? 1 : 0;
  },
};

function print(
  place: string,
  { format, entries, findings }: Verdict,
  { errors, warnings }: { errors: number; warnings: number },
  all: boolean,
): void {
  for (const group of Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`).values()) {
    for (const finding of all ? group : group.slice(0, SHOWN)) describe(place, finding);
    const left = group.length - SHOWN;
    if (!all && left > 0) console.log(dim(`  … and ${left} more of this kind (${group[0]?.code}); --all shows them\n`));
  }
  const what =
    format === null ? 'no feed that is known here' : `${NAMES[format]} with ${count(entries, 'entry', 'entries')}`;
  const sum = `${count(errors, 'error', 'errors')}, ${count(warnings, 'warning', 'warnings')}`;
  console.log(
    `${place}: ${what}. ${errors > 0 ? red(bold(sum)) : warnings > 0 ? yellow(sum) : green('Nothing is wrong.')}`,
  );
}

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;

function describe(place: string, { severity, code, message, mend, spec, line, column }: Finding): void {
  const where = line === undefined ? place : `${place}:${line}:${column}`;
  console.log(
    `${severity === 'error' ? red('error') : yellow('warning')}  ${where}\n  ${message} ${dim(`(${code}; ${spec})`)}`,
  );
  if (mend !== undefined) console.log(`    write:  ${mend}`);
  console.log('');
}

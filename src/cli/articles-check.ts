import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CheckedFile, CheckReport } from '../articles/check.ts';
import { loadConfig, readEnvironment } from '../node/environment.ts';
import { createFileSource } from '../node/files.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { progress } from './progress.ts';
import { bold } from './style.ts';

const options = { json: JSON_OPTION } as const satisfies Options;

export const command: Command = {
  usage: 'articles check [DIR] [--json]',
  summary: 'Reads a folder of articles and says what is wrong in which line, and how to mend it',
  details:
    'Publishes nothing. Ids and addresses are those that the configuration makes. The exit status is 1 when a file is rejected.',
  options,
  examples: [
    ['tidings articles check', 'the folder in TIDINGS_CONTENT'],
    ['tidings articles check ../my-site/_posts', 'another folder'],
    ['tidings articles check --json', 'all of it, for programs'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    if (positionals.length > 1) {
      console.error('Give one folder, or none for TIDINGS_CONTENT.');
      return 2;
    }
    const environment = readEnvironment();
    const folder = positionals[0] === undefined ? environment.content : resolve(positionals[0]);
    if (!existsSync(folder)) {
      console.error(`${folder} is not there; give the folder of the articles.`);
      return 2;
    }
    const config = await loadConfig(environment);
    const source = createFileSource(folder, {
      onSkipped: ({ path, reason }) => console.error(`Passed over: ${path}: ${reason}`),
    });
    const { checkArticles } = await import('../articles/check.ts');
    const result = await checkArticles(source, config, Date.now(), progress('Reading'));
    if (values.json) console.log(JSON.stringify(result, null, 2));
    else print(result, folder);
    return result.counts.rejected > 0 ? 1 : 0;
  },
};

/** Grouped by what is to be done: what is lost first, then what was guessed, then what waits. */
function print({ files, counts }: CheckReport, folder: string): void {
  const groups: [string, (file: CheckedFile) => boolean][] = [
    ['Rejected: not published', (file) => file.state === 'rejected'],
    ['Repaired: published, please mend', (file) => file.state === 'accepted' && file.repaired],
    ['Worth a look', (file) => file.state === 'accepted' && !file.repaired && file.problems.length > 0],
    ['Withheld: not (yet, or any more) published', (file) => file.state === 'withheld'],
  ];
  for (const [title, belongs] of groups) {
    const members = files.filter(belongs);
    if (members.length === 0) continue;
    console.log(bold(`${title} (${members.length})\n`));
    for (const file of members) describe(file, folder);
  }
  console.log(
    `${counts.accepted} accepted (${counts.repaired} repaired), ${counts.withheld} withheld, ${counts.rejected} rejected`,
  );
}

function describe(file: CheckedFile, folder: string): void {
  const lines = file.problems.some((problem) => problem.line !== undefined) ? linesOf(join(folder, file.path)) : [];
  for (const { code, line, column, message, mend } of file.problems) {
    const place = [file.path, line, column].filter((part) => part !== undefined).join(':');
    console.log(`  ${place}\n    ${message} (${code})`);
    const text = line === undefined ? undefined : lines[line - 1];
    if (text !== undefined && text.trim() !== '') console.log(`      is:     ${shortened(text.trim())}`);
    if (mend !== undefined) console.log(`      write:  ${mend.trim().replaceAll('\n', '\n              ')}`);
    console.log('');
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r\n|\n|\r/);
  } catch {
    return [];
  }
}

const shortened = (text: string) => (text.length > 160 ? `${text.slice(0, 159)}…` : text);

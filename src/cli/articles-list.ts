import { parseArgs } from 'node:util';
import type { Problem } from '../articles/article.ts';
import { api } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printTable } from './table.ts';

/** A file as the server lists it. */
interface ListedFile {
  path: string;
  state: 'accepted' | 'withheld' | 'rejected';
  problems: Problem[];
  article: { id: string; url: string; title: string; published: string; updated: string } | null;
}

const options = {
  state: { type: 'string', value: 'accepted|withheld|rejected', summary: 'only files of this state' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'articles list [--state STATE] [--json]',
  summary: 'The article files that the server knows, with what is published of each',
  options,
  examples: [
    ['tidings articles list', 'every file'],
    ['tidings articles list --state withheld', 'what is not published, and why'],
  ],
  async run(args) {
    const { values } = parseArgs({ args, options });
    if (values.state !== undefined && !/^(accepted|withheld|rejected)$/.test(values.state)) {
      console.error('STATE is accepted, withheld or rejected.');
      return 2;
    }
    const files: ListedFile[] = [];
    for (let after: string | null | undefined = ''; after != null; ) {
      const page: { body: { files: ListedFile[]; next: string | null } } = await api(
        'GET',
        `/api/articles?${new URLSearchParams({ after })}`,
      );
      files.push(...page.body.files);
      after = page.body.next;
    }
    const wanted = files.filter(({ state }) => values.state === undefined || state === values.state);
    if (values.json) console.log(JSON.stringify({ files: wanted }, null, 2));
    else
      printTable(
        ['STATE', 'UPDATED', 'FILE', 'ID', 'TITLE'],
        wanted.map(({ state, path, article, problems }) => [
          article || state !== 'withheld' ? state : (problems[0]?.code ?? state),
          article?.updated ?? '',
          path,
          article?.id ?? '',
          article?.title ?? '',
        ]),
      );
    return 0;
  },
};

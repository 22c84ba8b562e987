import { parseArgs } from 'node:util';
import type { ArticleProof } from '../partners/proof.ts';
import type { RecordLine } from '../partners/record.ts';
import { api, apiText } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { printTable } from './table.ts';

const options = {
  kind: {
    type: 'string',
    value: 'offered|fetched|pushed|acknowledged|withdrawn',
    summary: 'without an article: only lines of this kind',
  },
  since: { type: 'string', value: 'TIME', summary: 'without an article: from this day or instant on' },
  until: { type: 'string', value: 'TIME', summary: 'without an article: before this day or instant' },
  limit: { type: 'string', value: 'N', summary: 'without an article: so many lines at most; 100 by default' },
  csv: { type: 'boolean', summary: 'without an article: print CSV' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'partners proof ID [ARTICLE] [--kind KIND] [--since TIME] [--until TIME] [--limit N] [--csv] [--json]',
  summary: 'Has this partner got this article, and how is that known? Without one: all that is known',
  details:
    'The exit status is 0 when the partner has the article as it is now (of a withdrawn one: knows that), and 1 when not.',
  options,
  examples: [
    ['tidings partners proof portal posts/harbour.md', 'whether the portal has the present version'],
    ['tidings partners proof portal --csv --since 2026-11-01', 'what was offered, fetched, pushed and acknowledged'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [id, article] = positionals;
    if (id === undefined || positionals.length > 2 || (values.limit && !/^[1-9]\d*$/.test(values.limit))) {
      console.error(
        'Give a partner, and an article by its id, its file or its address; see: tidings partners proof --help',
      );
      return 2;
    }
    const base = `/api/partners/${encodeURIComponent(id)}`;
    if (article !== undefined) {
      const { status, body } = await api<ArticleProof & { detail?: string }>(
        'GET',
        `${base}/proof?${new URLSearchParams({ article })}`,
      );
      if (status !== 200) return failed(status, body);
      if (values.json) console.log(JSON.stringify(body, null, 2));
      else printProof(body);
      return body.has ? 0 : 1;
    }
    const { kind, since, until } = values;
    const query = new URLSearchParams({
      ...(kind && { kind }),
      ...(since && { since }),
      ...(until && { until }),
      ...(values.limit && { limit: values.limit }),
    });
    if (values.csv) {
      query.set('format', 'csv');
      const { status, text } = await apiText('GET', `${base}/record?${query}`);
      if (status !== 200) return failed(status, JSON.parse(text));
      process.stdout.write(text);
      return 0;
    }
    const { status, body } = await api<{ lines: RecordLine[]; detail?: string }>('GET', `${base}/record?${query}`);
    if (status !== 200) return failed(status, body);
    if (values.json) console.log(JSON.stringify(body, null, 2));
    else
      printTable(
        ['AT', 'WHAT', 'VERSION', 'DOCUMENTS', 'ARTICLE', 'DETAIL', 'OUTCOME'],
        body.lines.map((line) => [
          line.at,
          line.kind,
          line.version ?? '',
          line.documents ?? '',
          line.article ?? '',
          line.detail ?? '',
          line.outcome ?? '',
        ]),
      );
    return 0;
  },
};

function failed(status: number, body: { detail?: string }): number {
  console.error(body.detail ?? `The server answered ${status}.`);
  return 1;
}

/** The answer first, then how it is known. */
function printProof({ partner, title, current, has, versions, withdrawal }: ArticleProof): void {
  const what = withdrawal ? `that "${title}" was ${withdrawal.type}` : `"${title}" as it is now (${current})`;
  console.log(
    withdrawal
      ? `${partner} ${has ? 'knows' : 'does not know'} ${what}.`
      : `${partner} ${has ? 'has' : 'has not got'} ${what}.`,
  );
  const lines: string[][] = [];
  if (withdrawal)
    lines.push(
      [withdrawal.at, withdrawal.type, '', withdrawal.reason ?? ''],
      ...(withdrawal.settledAt ? [[withdrawal.settledAt, 'settled', '', withdrawal.settledBy ?? '']] : []),
      ...withdrawal.pushed.map((one) => [
        one.lastAt,
        'pushed',
        '',
        `${one.id} ${one.takenAt ? 'taken' : (one.status ?? one.error ?? '')}`,
      ]),
    );
  for (const { version, offered, fetched, pushed, acknowledgedAt } of versions)
    lines.push(
      ...(acknowledgedAt ? [[acknowledgedAt, 'acknowledged', version, '']] : []),
      ...pushed.map((one) => [
        one.lastAt,
        'pushed',
        version,
        `${one.id} ${one.takenAt ? 'taken' : (one.status ?? one.error ?? '')}`,
      ]),
      ...fetched.map((one) => [
        one.lastAt,
        'fetched',
        version,
        `${one.format} ${one.documentVersion}, ${one.times === 1 ? 'once' : `${one.times} times`}, by ${one.agent}`,
      ]),
      ...offered.map((one) => [
        one.at,
        'offered',
        version,
        Object.entries(one.from)
          .map(([format, number]) => `${format} ${number}`)
          .join(' '),
      ]),
    );
  console.log('');
  printTable(['AT', 'WHAT', 'VERSION', 'HOW'], lines);
}

import { parseArgs } from 'node:util';
import type { ArticleHistory } from '../ledger/history.ts';
import { api } from './api.ts';
import { printHistory } from './articles-show.ts';
import { JSON_OPTION, type Options } from './command.ts';

/** Of commands that say why. */
export const REASON_OPTIONS = {
  reason: { type: 'string', value: 'TEXT', summary: 'why; partners are told' },
  json: JSON_OPTION,
} as const satisfies Options;

/**
 * Sends the publisher's word on one article, and says what has become of it.
 *
 * @param path below the server: what is done
 * @param needsReason whether there has to be one
 * @returns the exit status
 */
export async function takeWord(args: string[], path: string, needsReason: boolean): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: REASON_OPTIONS,
  });
  const [article] = positionals;
  const reason = values.reason?.trim() ?? '';
  if (article === undefined || positionals.length > 1 || (reason !== '') !== needsReason) {
    const and = needsReason ? ', and --reason TEXT, which partners are told' : '';
    console.error(`Give one article, by its id, its file or its address${and}.`);
    return 2;
  }
  const { status, body } = await api<ArticleHistory & { href?: string; detail?: string }>('POST', path, {
    article,
    ...(needsReason && { reason }),
  });
  if (status >= 300) console.error(body.detail ?? `The server answered ${status}.`);
  else if (values.json) console.log(JSON.stringify(body, null, 2));
  else if (status === 202) console.log(`It is decided; the run that makes the documents goes on: ${body.href}`);
  else printHistory(body);
  return status < 300 ? 0 : 1;
}

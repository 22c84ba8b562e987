import { once } from 'node:events';
import { createReadStream, type WriteStream } from 'node:fs';
import type { Home } from '../home.ts';
import { exportPage, markOf } from '../moving/export.ts';
import { importLines } from '../moving/import.ts';
import type { Line, Next } from '../moving/lines.ts';
import type { Part } from '../moving/tables.ts';
import { ask, type Remote, RemoteError } from './remote.ts';

/** Characters, and lines, that travel at a time. */
const CHUNK_CHARACTERS = 2_000_000;
const CHUNK_LINES = 1_000;
/** Bodies among them: each is an operation of its own at the other end. */
const CHUNK_BLOBS = 50;

/** Where everything comes from, or goes to: a server's interface, or the database itself where no server has it. */
export interface Place {
  page(part: Part, after: string | null): Promise<string>;
  mark(): Promise<string>;
  take(lines: string[], replace: boolean): Promise<void>;
}

export function remotePlace(remote: Remote): Place {
  return {
    async page(part, after) {
      const query = new URLSearchParams({ part, ...(after === null ? {} : { after }) });
      return (await found(remote, 'GET', `/api/export?${query}`)).body;
    },
    mark: async () => (JSON.parse((await found(remote, 'GET', '/api/export/mark')).body) as { mark: string }).mark,
    take: async (lines, replace) =>
      void (await found(remote, 'POST', `/api/import${replace ? '?replace=1' : ''}`, lines.join('\n'))),
  };
}

async function found(remote: Remote, method: 'GET' | 'POST', path: string, body?: string) {
  const answer = await ask(remote, method, path, body);
  if (answer.status === 404) throw new RemoteError(`${remote.url} does not know ${path.split('?')[0]}: is it Tidings?`);
  return answer;
}

export function ownPlace(home: Home): Place {
  return {
    page: async (part, after) => {
      const lines = await exportPage(home, part, after);
      return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    },
    mark: () => markOf(home),
    take: (lines, replace) =>
      importLines(
        home,
        lines.map((line) => JSON.parse(line) as Line),
        { replace },
      ),
  };
}

export interface Exported {
  lines: number;
  /** Something happened at the server while it was read: what was written is not one state. */
  isTorn: boolean;
}

/** Writes everything to a file, a page at a time. */
export async function exportTo(place: Place, part: Part, file: WriteStream): Promise<Exported> {
  const before = part === 'all' ? await place.mark() : '';
  let after: string | null = null;
  let lines = 0;
  let mark = before;
  do {
    const page = (await place.page(part, after)).split('\n').filter((line) => line !== '');
    const last = JSON.parse(page.at(-1) ?? '{}') as Partial<Next> & { mark?: string };
    after = last.next ?? null;
    mark = last.mark ?? mark;
    const kept = after === null ? page : page.slice(0, -1);
    lines += kept.length;
    if (kept.length > 0 && !file.write(`${kept.join('\n')}\n`)) await once(file, 'drain');
  } while (after !== null);
  return { lines, isTorn: mark !== before };
}

/**
 * Reads such a file into a place, in pieces that one request can carry.
 *
 * @returns how many lines there were
 */
export async function importFrom(
  place: Place,
  file: string,
  { replace, onLines }: { replace: boolean; onLines: (lines: number) => void },
): Promise<number> {
  let chunk: string[] = [];
  let characters = 0;
  let blobs = 0;
  let lines = 0;
  const flush = async () => {
    if (chunk.length > 0) await place.take(chunk, replace);
    lines += chunk.length;
    onLines(lines);
    chunk = [];
    characters = 0;
    blobs = 0;
  };
  for await (const line of linesOf(file)) {
    if (line === '') continue;
    if (characters + line.length > CHUNK_CHARACTERS || chunk.length === CHUNK_LINES || blobs === CHUNK_BLOBS)
      await flush();
    chunk.push(line);
    characters += line.length;
    if (line.startsWith('{"blob"')) blobs += 1;
  }
  await flush();
  return lines;
}

/** The lines of a file. Node's readline also ends one at U+2028 and U+2029, which JSON leaves as they are within texts. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let begun: string[] = [];
  for await (const chunk of createReadStream(file, 'utf8')) {
    const [first = '', ...others] = (chunk as string).split('\n');
    begun.push(first);
    for (const other of others) {
      yield begun.join('');
      begun = [other];
    }
  }
  yield begun.join('');
}

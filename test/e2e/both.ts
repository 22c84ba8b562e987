import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect } from 'vitest';
import { type Running, type StartOptions, start } from './process.ts';

/** The address that both homes are told to be theirs. */
export const SAME = 'http://same.example';

/**
 * Headers that are not compared: how a connection goes, which the server below decides, also whether it tells a length
 * beforehand (a wrong one would end the answer with an error); and when something was written, which the two did not do
 * in the same second (that there is a date is compared).
 */
const NOT_COMPARED = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'content-length'],
  ...['date', 'last-modified'],
]);

const TAGS = new Set(['etag', 'delta-base']);

export interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** In a header, stands for the tag that the home itself gave the last time that it was asked for the path. */
export const OWN_TAG = 'the tag that it gave';

/** An answer with its body decoded, as Latin-1 so that each byte is a character. */
export interface Answered {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What is asked: the same of both, or told for each where a key or an address is one that the home gave or is given. */
export type Question = Asked | ((home: Running) => Asked);

/** The Node process and the Worker at once, on the same files and configuration, at the same address. */
export interface Both {
  node: Running;
  edge: Running;
  each: [Running, Running];
  /**
   * Asks both, and expects the same of them: status, headers, and the body byte for byte. Gives Node's answer.
   *
   * @param counts false where the body counts what the homes do not do at the same moment: numbers, charts and rows of
   *   tables are left out then
   */
  alike(question: Question, counts?: boolean): Promise<Answered>;
  /** The tag that a home gave the last time that it was asked for a path. */
  tag(home: Running, path: string): string;
  /** A value that each home gives another of, by one name in what is compared. */
  names(home: Running, name: string, value: string): void;
  end(): Promise<void>;
}

export async function startBoth(options: StartOptions): Promise<Both> {
  const [node, edge] = await Promise.all([start({ ...options, home: 'node' }), start({ ...options, home: 'edge' })]);
  const names = new Map([node, edge].map((home) => [home, new Map<string, string>()]));
  const tags = new Map([node, edge].map((home) => [home, new Map<string, string>()]));
  const asking = async (home: Running, asked: Asked) => {
    const known = tags.get(home)?.get(asked.path) ?? '';
    const headers = Object.fromEntries(
      Object.entries(asked.headers ?? {}).map(([name, value]) => [name, value === OWN_TAG ? known : value]),
    );
    const answered = await ask(home, { ...asked, headers });
    tags.get(home)?.set(asked.path, answered.headers.etag ?? known);
    return answered;
  };
  return {
    node,
    edge,
    each: [node, edge],
    async alike(question, counts = true) {
      const asked = typeof question === 'function' ? question : () => question;
      const [ours, theirs] = await Promise.all([asking(node, asked(node)), asking(edge, asked(edge))]);
      const { method = 'GET', path, headers = {}, body = '' } = asked(node);
      const what = `${method} ${path} ${JSON.stringify(headers)} ${body.slice(0, 80)}`;
      const seen = (home: Running, answered: Answered) => {
        const one = compared(answered, names.get(home));
        return counts ? one : { ...one, text: uncounted(one.text) };
      };
      expect.soft(seen(edge, theirs), `the Worker's answer to ${what}`).toEqual(seen(node, ours));
      return ours;
    },
    tag: (home, path) => tags.get(home)?.get(path) ?? '',
    names: (home, name, value) => names.get(home)?.set(value, name),
    async end() {
      await Promise.all([node.end(), edge.end()]);
    },
  };
}

/** One request over a connection of its own: nothing that fetch or a proxy would add. */
export function ask({ url }: Running, { method = 'GET', path, headers = {}, body = '' }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const failed = (error: Error) => reject(new Error(`${url} ${method} ${path}: ${error.message}`));
    const bytes = Buffer.from(body);
    const given = {
      // workerd recodes what a client would get as br or gzip.
      'accept-encoding': 'identity',
      accept: '*/*',
      host: new URL(SAME).host,
      ...(bytes.length > 0 && { 'content-length': String(bytes.length) }),
      ...headers,
    };
    const sent = request({ hostname, port, path, method, headers: given, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join('\n')]),
          ),
          body: decoded(Buffer.concat(chunks), response.headers['content-encoding']).toString('latin1'),
        }),
      );
    });
    sent.on('error', failed);
    sent.end(bytes);
  });
}

function decoded(bytes: Buffer, coding: string | undefined): Buffer {
  if (bytes.length === 0) return bytes;
  if (coding === 'gzip') return gunzipSync(bytes);
  if (coding === 'br') return brotliDecompressSync(bytes);
  return coding === 'zstd' ? zstdDecompressSync(bytes) : bytes;
}

/** What of an answer is compared. */
function compared({ status, headers, body }: Answered, named = new Map<string, string>()) {
  const text = neutral(body, named);
  const kept = Object.entries(headers).filter(
    // The tag of a body that says when it was made is another one; so it is where there is no body to see that in.
    ([name]) => !NOT_COMPARED.has(name) && (!TAGS.has(name) || (text === body && body !== '')),
  );
  return {
    status,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, neutral(written(name, value), named)]).sort()),
    tagged: 'etag' in headers,
    dated: 'last-modified' in headers,
    text,
  };
}

const uncounted = (text: string) =>
  text
    .replace(/(<figcaption>.*?<\/figcaption>).*?<\/figure>/gs, '$1')
    .replace(/<ul class="plain">.*?<\/ul>/gs, '')
    .replace(/<tbody>.*?<\/tbody>/gs, '')
    .replace(/\d+(?:\.\d+)?/g, 'N');

/** A space before a parameter of a media type means nothing, nor does the case of a charset (RFC 9110 section 8.3.1). */
const written = (name: string, value: string) =>
  name === 'content-type' ? value.replace(/;\s*/g, ';').replace('UTF-8', 'utf-8') : value;

/** No article of the suite has a date from here to the end of its leases. */
const isLately = (ms: number) => Math.abs(Date.now() - ms) < 31 * 86_400_000;

/** An instant as feeds, lists, pages and answers write it. */
const INSTANT =
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})/g;

/** What each home makes up for itself: ids of runs, keys, secrets, and how long something took. */
const OWN: [RegExp, string][] = [
  [/\b\d{17}-[0-9a-f]{8}\b/g, 'RUN'],
  [/\btdp_[0-9a-f]{12}_[\w-]{43}/g, 'KEY'],
  [/\b[0-9a-f]{12}\b/g, 'KEY-ID'],
  [/\bmsg_[0-9a-f]{32}\b/g, 'MESSAGE'],
  [/\bwhsec_[\w+/=-]{40,}/g, 'SECRET'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/("ms":)\d+/g, '$1MS'],
  [/(<time datetime="LATELY">)[^<]*/g, '$1'],
  [/tidings_session=LATELY\.[^;]+/g, 'SESSION'],
];

/** Text without what must differ: instants of these weeks, since the homes did not do it at once, and what is their own. */
export function neutral(text: string, named: Map<string, string>): string {
  let same = text
    .replace(INSTANT, (instant) => (isLately(Date.parse(instant)) ? 'LATELY' : instant))
    .replace(/\b\d{13}\b/g, (ms) => (isLately(Number(ms)) ? 'LATELY' : ms));
  for (const [pattern, name] of OWN) same = same.replace(pattern, name);
  for (const [value, name] of named) same = same.replaceAll(value, name);
  return same;
}

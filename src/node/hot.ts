import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Home } from '../home.ts';
import { belowBase } from '../http/base.ts';
import type { HeaderOf } from '../http/conditional.ts';
import { type AnswerFor, wantsCoding } from '../http/documents.ts';
import { isPrivate } from '../storage/documents.ts';

/** A request as far as its answer may depend on it. */
export interface HotRequest {
  method: string;
  /** The request target: a path with a query or without. */
  url: string;
  header: HeaderOf;
}

/** An answer whose body is in memory. */
export interface HotAnswer {
  /** Of the document. */
  address: string;
  status: number;
  /** Names in lower case and values in turn; the same list for the same form of a document. */
  lines: string[];
  /** The document in a coding, a sentence, or nothing. */
  body: Buffer | string | null;
}

/** The answer to a request for a document that is in memory; null for what is left to the routes. */
export type HotAnswerFor = (request: HotRequest) => HotAnswer | null;

/**
 * Answers requests for documents that are in memory, without the objects of a fetch handler between: most of what a feed
 * server is asked. The answer is the same one that the routes give, from the same function.
 *
 * @param base the path of the server's public address
 */
export function hotAnswers({ documentCache: cache }: Home, answerFor: AnswerFor, base: string): HotAnswerFor {
  return ({ method, url, header }) => {
    if ((method !== 'GET' && method !== 'HEAD') || header('a-im') !== undefined) return null;
    const head = cache?.head(belowBase(base, url));
    if (!head || isPrivate(head) || wantsCoding(head, header('accept-encoding'))) return null;
    const { status, headers, body } = answerFor(head, { method, header });
    const lines = linesOf(headers);
    if (typeof body === 'string' || body === null) return { address: head.address, status, lines, body };
    const bytes = cache?.body(head, body.coding);
    return bytes ? { address: head.address, status, lines, body: asBuffer(bytes) } : null;
  };
}

/** @returns whether it was answered from memory */
export function answerFromMemory(
  hotAnswerFor: HotAnswerFor,
  { fetches }: Pick<Home, 'fetches'>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { url = '', method = '', headers } = request;
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  };
  const answer = hotAnswerFor({ method, url, header });
  if (!answer) return false;
  fetches.note(answer.address, answer.status, headers['user-agent']);
  response.writeHead(answer.status, answer.lines).end(answer.body);
  return true;
}

const lists = new WeakMap<Record<string, string>, string[]>();

/**
 * Headers as `node:http` writes them fastest: names and values in turn, the names in lower case as those of the routes
 * are. They are the same object for the same form of a document.
 */
function linesOf(headers: Record<string, string>): string[] {
  const kept = lists.get(headers);
  if (kept) return kept;
  const flat = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  lists.set(headers, flat);
  return flat;
}

const buffers = new WeakMap<Uint8Array, Buffer>();

/** The same memory as a Buffer: a socket would make one of it at each answer. */
function asBuffer(bytes: Uint8Array): Buffer {
  const kept = buffers.get(bytes);
  if (kept) return kept;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  buffers.set(bytes, buffer);
  return buffer;
}

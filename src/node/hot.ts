import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Home } from '../home.ts';
import { belowBase } from '../http/base.ts';
import { type AnswerFor, wantsCoding } from '../http/documents.ts';
import { isPrivate } from '../storage/documents.ts';

/**
 * Answers a request for a document that is in memory, without the objects of a fetch handler between: most of what a
 * feed server is asked. The answer is the same one that the routes give, from the same function.
 *
 * @param base the path of the server's public address
 * @returns whether it was answered; what was not is left to the routes
 */
export function answerFromMemory(
  { documentCache: cache, fetches }: Home,
  answerFor: AnswerFor,
  base: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { url = '', method = '', headers } = request;
  if ((method !== 'GET' && method !== 'HEAD') || headers['a-im'] !== undefined) return false;
  const head = cache?.head(belowBase(base, url));
  if (!head || isPrivate(head) || wantsCoding(head, headers['accept-encoding'] as string | undefined)) return false;
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  };
  const answer = answerFor(head, { method, header });
  if (typeof answer.body === 'string' || answer.body === null) {
    fetches.note(head.address, answer.status, headers['user-agent']);
    response.writeHead(answer.status, linesOf(answer.headers)).end(answer.body);
    return true;
  }
  const bytes = cache?.body(head, answer.body.coding);
  if (!bytes) return false;
  fetches.note(head.address, answer.status, headers['user-agent']);
  response.writeHead(answer.status, linesOf(answer.headers)).end(asBuffer(bytes));
  return true;
}

const lines = new WeakMap<Record<string, string>, string[]>();

/**
 * Headers as `node:http` writes them fastest: names and values in turn, the names in lower case as those of the routes
 * are. They are the same object for the same form of a document.
 */
function linesOf(headers: Record<string, string>): string[] {
  const kept = lines.get(headers);
  if (kept) return kept;
  const flat = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  lines.set(headers, flat);
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

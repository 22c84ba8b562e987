import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Home } from '../home.ts';
import type { AnswerFor } from '../http/documents.ts';

/**
 * Answers a request for a document that is in memory, without the objects of a fetch handler between: most of what a
 * feed server is asked. The answer is the same one that the routes give, from the same function.
 *
 * @returns whether it was answered; what was not is left to the routes
 */
export function answerFromMemory(
  { documentCache: cache }: Home,
  answerFor: AnswerFor,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { url = '', method = '', headers } = request;
  if ((method !== 'GET' && method !== 'HEAD') || headers['a-im'] !== undefined) return false;
  const head = cache?.head(url);
  if (!head) return false;
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  };
  const answer = answerFor(head, { method, header });
  const body =
    typeof answer.body === 'string' || answer.body === null ? answer.body : cache?.body(head, answer.body.coding);
  if (body === undefined) return false;
  response.writeHead(answer.status, answer.headers).end(body);
  return true;
}

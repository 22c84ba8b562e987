import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, instant } from './process.ts';

/** `expect`: from now on count, and answer at the so-manieth receipt. `hang`: take bodies and never answer. */
export type SinkQuestion =
  | { type: 'address' }
  | { type: 'expect'; count: number }
  | { type: 'receipts' }
  | { type: 'hang' };
/** `bytes`: of the body that came last. */
export type SinkAnswer = { url?: string; receipts?: number[]; bytes?: number };

// A process of its own: every callback. It confirms each challenge, takes each body, and knows when.
let receipts: number[] = [];
let expected = Number.POSITIVE_INFINITY;
let onExpected = () => {};
let hangs = false;
let length = '0';

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const { searchParams } = new URL(request.url ?? '', 'http://sink');
    response.end(searchParams.get('hub.challenge') ?? '');
    return;
  }
  request.on('end', () => {
    if (hangs) return;
    response.writeHead(204).end();
    length = request.headers['content-length'] ?? '0';
    receipts.push(instant());
    if (receipts.length === expected) onExpected();
  });
  request.resume();
});
const listening = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});

answer<SinkQuestion, SinkAnswer>(async (question) => {
  switch (question.type) {
    case 'address':
      return { url: await listening };
    case 'hang':
      hangs = true;
      return {};
    case 'expect':
      receipts = [];
      expected = question.count;
      return {};
    case 'receipts':
      if (receipts.length < expected) await new Promise<void>((resolve) => (onExpected = resolve));
      return { receipts, bytes: Number(length) };
  }
});

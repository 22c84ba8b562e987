import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import type { TestProject } from 'vitest/node';
import type {} from './outbound.ts';

let hits = 0;

/** What came to `/inbox/NAME`, and what is answered there; suites ask and say by `/received/NAME` and `/answer/NAME`. */
const inboxes = new Map<string, object[]>();
const answers = new Map<string, { status?: number; headers?: Record<string, string>; body?: string }>();

/** What the server does at each first part of a path; the rest is its argument. */
const PATHS: Record<string, (request: IncomingMessage, response: ServerResponse, argument: string) => void> = {
  async echo(request, response) {
    const body = (await read(request)).toString();
    response.setHeader('x-echo', 'yes');
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  },
  bytes: async (request, response) => void response.end(await read(request)),
  status: (_request, response, status) => void response.writeHead(Number(status)).end(),
  redirect: (_request, response) => void response.writeHead(302, { location: '/echo' }).end(),
  large: (_request, response, size) => void response.end(Buffer.alloc(Number(size), 'x')),
  endless(_request, response) {
    const more = setInterval(() => response.write('x'.repeat(1000)), 5);
    response.on('close', () => clearInterval(more));
  },
  silent: () => {},
  /** A subscriber's callback that agrees to everything. */
  confirm: (request, response) =>
    void response.end(new URL(request.url ?? '', 'http://host').searchParams.get('hub.challenge')),
  /** A sister site's document, with its validator. */
  document(request, response, name) {
    const headers = { 'content-type': 'text/x-feed; charset=x', etag: `"${name}"` };
    if (request.headers['if-none-match'] === headers.etag) response.writeHead(304, headers).end();
    else response.writeHead(200, headers).end(`document ${name}`);
  },
  'slow-body': (_request, response) => void response.writeHead(200).write('a'),
  break(_request, response) {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  },
  hit(_request, response) {
    hits++;
    response.end();
  },
  'slow-hit': (_request, response) => void setTimeout(() => response.end(), 200),
  hits: (_request, response) => void response.end(String(hits)),
  async inbox(request, response, name) {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://host');
    const query = Object.fromEntries(searchParams);
    const body = (await read(request)).toString();
    const { method, headers } = request;
    inboxes.set(name, [...(inboxes.get(name) ?? []), { method, path: pathname, query, headers, body }]);
    const {
      status = 200,
      headers: given = {},
      body: text = query.challenge ?? query['hub.challenge'] ?? '',
    } = answers.get(name) ?? {};
    response.writeHead(status, given).end(text);
  },
  received: (_request, response, name) => void response.end(JSON.stringify(inboxes.get(name) ?? [])),
  async answer(request, response, name) {
    answers.set(name, JSON.parse((await read(request)).toString()));
    response.end();
  },
};

/** Starts the servers that the suites of both homes send to, on ports that are free. */
export default async function setup({ provide }: TestProject) {
  const http = createServer((request, response) => {
    const [, path = '', argument = ''] = (request.url ?? '').split(/[/?]/);
    const answer = PATHS[path];
    if (answer) answer(request, response, argument);
    else response.writeHead(404).end();
  });
  const garbage = createSocketServer((socket) => {
    socket.on('error', () => {});
    socket.end('this is no answer\r\n\r\n');
  });
  const closed = createSocketServer();
  const addresses = await Promise.all([http, garbage, closed].map(listen));
  closed.close();
  const [httpAddress = '', garbageAddress = '', closedAddress = ''] = addresses;
  provide('servers', { http: httpAddress, garbage: garbageAddress, closed: closedAddress });
  return () => {
    http.close();
    http.closeAllConnections();
    garbage.close();
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

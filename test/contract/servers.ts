import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import type { TestProject } from 'vitest/node';
import type {} from './outbound.ts';

let hits = 0;

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

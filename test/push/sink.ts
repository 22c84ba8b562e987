import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a callback got. */
export interface Received {
  method: string;
  path: string;
  /** As it was sent, without the question mark. */
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Answers after so many milliseconds; never with Infinity. */
  delayMs?: number;
}

/** A real server with as many callbacks as one likes. It confirms every challenge and takes every delivery. */
export interface Sink {
  url: string;
  received: Received[];
  /** What it answers instead; undefined leaves it to the sink. */
  reply: (request: Received) => Reply | undefined;
  deliveries(path?: string): Received[];
  close(): Promise<void>;
}

export async function startSink(): Promise<Sink> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      // Its sender was killed in the middle: nothing was delivered.
      return;
    }
    const target = incoming.url ?? '';
    const mark = target.indexOf('?');
    const request: Received = {
      method: incoming.method ?? '',
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? '' : target.slice(mark + 1),
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
      at: Date.now(),
    };
    sink.received.push(request);
    const usual = request.method === 'GET' ? (new URLSearchParams(request.query).get('hub.challenge') ?? '') : '';
    const { status = 200, headers = {}, body = usual, delayMs = 0 } = sink.reply(request) ?? {};
    if (delayMs === Number.POSITIVE_INFINITY) return;
    if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
    outgoing.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const sink: Sink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    reply: () => undefined,
    deliveries: (path) =>
      sink.received.filter((request) => request.method === 'POST' && (path === undefined || request.path === path)),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return sink;
}

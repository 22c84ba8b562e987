import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Callbacks that confirm what they are asked, and treat deliveries badly, each by its path. */
export interface Rogue {
  url: string;
  /** False takes deliveries as any callback does. */
  misbehave: boolean;
  /** Paths that confirmed a subscription, and paths that got a delivery while they misbehaved. */
  confirmed: Set<string>;
  told: Set<string>;
  close(): Promise<void>;
}

/** What becomes of a delivery. Bytes, since no well-behaved server would send them. */
const WAYS: Record<string, (socket: Socket) => void> = {
  '/reset': (socket) => socket.resetAndDestroy(),
  '/half': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  '/trickle': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    drip(socket, 'x', 500);
  },
  '/endless': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    drip(socket, `400\r\n${'x'.repeat(1024)}\r\n`, 1);
  },
  '/garbage': (socket) => socket.end('I am no web server\r\n\r\n'),
  '/gone': (socket) => socket.end('HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n'),
};

async function drip(socket: Socket, text: string, everyMs: number): Promise<void> {
  while (socket.writable) {
    socket.write(text);
    await wait(everyMs);
  }
}

/** A real server on loopback, below HTTP. */
export async function startRogue(): Promise<Rogue> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let request = '';
    socket.on('data', (chunk) => {
      request += chunk.toString('latin1');
      const end = request.indexOf('\r\n\r\n');
      const length = Number(/^content-length: *(\d+)/im.exec(request)?.[1] ?? 0);
      if (end < 0 || request.length < end + 4 + length) return;
      const [method = '', target = ''] = request.split(' ');
      request = '';
      answer(socket, method, new URL(target, 'http://rogue'));
    });
  });
  function answer(socket: Socket, method: string, { pathname, searchParams }: URL): void {
    if (method === 'GET') {
      rogue.confirmed.add(pathname);
      const challenge = searchParams.get('hub.challenge') ?? '';
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${challenge.length}\r\n\r\n${challenge}`);
    } else if (rogue.misbehave) {
      rogue.told.add(pathname);
      WAYS[pathname]?.(socket);
    } else {
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    }
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  const rogue: Rogue = {
    url: `http://127.0.0.1:${port}`,
    misbehave: false,
    confirmed: new Set(),
    told: new Set(),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return rogue;
}

import { type Server, STATUS_CODES, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import type { Home } from '../home.ts';
import type { HotAnswer, HotAnswerFor } from './hot.ts';

/** Milliseconds that an idle connection is kept over what its client was told, as `node:http` does. */
const GRACE_MS = 1_000;
/** Bytes up to which a request's head is looked at here. */
const MOST_BYTES = 4_096;
/** A whole head in its plainest form (RFC 9112): a path, HTTP/1.1, fields on one line each, and nothing after them. */
const PLAIN = /^(GET|HEAD) (\/[!-~]*) HTTP\/1\.1\r\n((?:[\w!#$%&'*+.^`|~-]+:[\t -~]*\r\n)+)\r\n$/;
/** Fields that tell of a body or of the connection, beside `Connection: keep-alive`, or ask for a delta. */
const NOT_PLAIN = new Set([
  'a-im',
  'content-length',
  'expect',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Connections on which nothing but plain requests came. */
export interface EarlyConnections {
  /** Closes each when what was answered is written. */
  end(): void;
  destroy(): void;
}

/**
 * Answers plain requests for documents in memory before `node:http` makes a parser, a request and a response for them,
 * which take several times what the answer itself takes. What is read here is read strictly: bytes that are anything but
 * one whole plain request, or whose answer is not a document in memory, are handed to `node:http` with the connection,
 * which keeps it. So it alone decides about whatever is malformed, split, pipelined, has a body or is not HTTP/1.1.
 *
 * The time limits of idle connections are the server's own.
 */
export function answerEarly(
  server: Server,
  hotAnswerFor: HotAnswerFor,
  { fetches }: Pick<Home, 'fetches'>,
): EarlyConnections {
  const sockets = new Set<Socket>();
  // `node:http` takes connections by this event, by which its documentation says they may be given to it too. The server
  // itself listens, since it watches over the time that heads take only then.
  const takers = server.listeners('connection');
  // Were it to take them in another way, they would be left to it.
  if (takers.length > 0) server.removeAllListeners('connection').on('connection', take);

  function take(socket: Socket): void {
    const idleMs = server.keepAliveTimeout + GRACE_MS;
    const listeners = {
      data(chunk: Buffer) {
        // It is being closed.
        if (!socket.writable) return;
        if (socket.writableLength === 0 && answer(chunk)) {
          if (socket.timeout !== idleMs) socket.setTimeout(idleMs);
        } else handOver(chunk);
      },
      end: () => socket.end(),
      close: () => sockets.delete(socket),
      timeout() {
        // Whoever reads slowly is waited for.
        if (socket.writableLength === 0) socket.destroy();
      },
      // It is destroyed by itself.
      error() {},
    };

    function answer(chunk: Buffer): boolean {
      const request = chunk.length > MOST_BYTES ? null : plainRequest(chunk.toString('latin1'));
      if (!request) return false;
      const found = hotAnswerFor(request);
      if (!found || typeof found.body === 'string') return false;
      fetches.note(found.address, found.status, request.header('user-agent'));
      const head = headOf(found, server.keepAliveTimeout);
      if (found.body === null) socket.write(head, 'latin1');
      else {
        socket.cork();
        socket.write(head, 'latin1');
        socket.write(found.body);
        socket.uncork();
      }
      return true;
    }

    function handOver(chunk: Buffer): void {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
      sockets.delete(socket);
      socket.setTimeout(0);
      for (const taker of takers) taker.call(server, socket);
      socket.emit('data', chunk);
    }

    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
    sockets.add(socket);
    socket.setTimeout(server.headersTimeout);
  }

  return {
    end() {
      for (const socket of sockets) socket.destroySoon();
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The request that a text is, if that is all it is and nothing about it is out of the ordinary; else null. */
function plainRequest(text: string) {
  const [, method, url, lines] = PLAIN.exec(text) ?? [];
  if (method === undefined || url === undefined || lines === undefined) return null;
  const fields = new Map<string, string>();
  for (let at = 0; at < lines.length; ) {
    const colon = lines.indexOf(':', at);
    const end = lines.indexOf('\r\n', colon);
    const name = lines.slice(at, colon).toLowerCase();
    if (NOT_PLAIN.has(name) || fields.has(name)) return null;
    fields.set(name, lines.slice(colon + 1, end).trim());
    at = end + 2;
  }
  const connection = fields.get('connection');
  if (!fields.has('host') || (connection !== undefined && connection.toLowerCase() !== 'keep-alive')) return null;
  return { method, url, header: (name: string) => fields.get(name) };
}

const blocks = new WeakMap<string[], string>();

/** The head of an answer as `node:http` writes it. */
function headOf({ status, lines }: HotAnswer, keepAliveMs: number): string {
  let block = blocks.get(lines);
  if (block === undefined) {
    block = '';
    for (let n = 0; n < lines.length; n += 2) {
      const [name = '', value = ''] = lines.slice(n, n + 2);
      validateHeaderValue(name, value);
      block += `${name}: ${value}\r\n`;
    }
    blocks.set(lines, block);
  }
  const alive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n`;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${block}Date: ${httpDate()}\r\n${alive}\r\n`;
}

let dated = { second: 0, text: '' };

/** The present time as an HTTP date, made once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (dated.second !== second) dated = { second, text: new Date(second * 1000).toUTCString() };
  return dated.text;
}

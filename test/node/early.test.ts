import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { documentAnswers } from '../../src/http/documents.ts';
import { answerEarly, type EarlyConnections } from '../../src/node/early.ts';
import { answerFromMemory, hotAnswers } from '../../src/node/hot.ts';
import { article, publishing } from '../http/publishing.ts';

const { home, publish, get } = publishing();

/** A server over the same home, with what is tested or without, and how many requests came to `node:http`. */
interface Side {
  server: Server;
  requests: number;
  early: EarlyConnections | null;
  accepted: Socket[];
}
let early: Side;
let late: Side;
let etag: string;

async function start(isEarly: boolean): Promise<Side> {
  const hotAnswerFor = hotAnswers(home, documentAnswers(home), '');
  const routes = getRequestListener(createApp(home).fetch);
  const server = createServer((request, response) => {
    side.requests++;
    if (!answerFromMemory(hotAnswerFor, home, request, response)) void routes(request, response);
  });
  const side: Side = { server, requests: 0, early: null, accepted: [] };
  if (isEarly) side.early = answerEarly(server, hotAnswerFor, home);
  server.on('connection', (socket: Socket) => side.accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return side;
}

beforeAll(async () => {
  await publish({ 'a.md': article('A') });
  for (const coding of ['identity', 'gzip', 'br']) {
    const answer = await get('/atom.xml', { 'Accept-Encoding': coding });
    await answer.arrayBuffer();
    if (coding === 'identity') etag = answer.headers.get('etag') ?? '';
  }
  [early, late] = [await start(true), await start(false)];
});
afterAll(async () => {
  early.early?.destroy();
  for (const { server } of [early, late]) {
    server.closeAllConnections();
    server.close();
  }
  await home.close();
});

const LAST = 'GET /atom.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** What a server says to pieces of bytes, each sent when the one before was read and answered if it was whole. */
async function said(side: Side, pieces: string[]): Promise<string> {
  const client = connect((side.server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  let text = '';
  client.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  client.on('error', () => {});
  const closed = once(client, 'close');
  await once(client, 'connect');
  while (!side.accepted.some(({ remotePort }) => remotePort === client.localPort)) await turn();
  const socket = side.accepted.find(({ remotePort }) => remotePort === client.localPort);
  let sent = 0;
  for (const piece of [...pieces, LAST]) {
    if (!client.writable) break;
    client.write(piece, 'latin1');
    sent += piece.length;
    while (socket && !socket.destroyed && socket.bytesRead < sent) await turn();
  }
  await closed;
  return text.replaceAll(/Date: [^\r]*/g, 'Date: now');
}

const plain = (fields = '', first = 'GET /atom.xml HTTP/1.1') => `${first}\r\nHost: a\r\n${fields}\r\n`;

/** With how many of the requests `node:http` was given, the last one among them unless the connection ended before. */
test.each<[string, number, (etag: string) => string[]]>([
  ['a plain request', 1, () => [plain()]],
  ['two, one after the other', 1, () => [plain(), plain('accept-encoding:  gzip, br \t\r\n')]],
  ['HEAD', 1, () => [plain('Accept-Encoding: gzip\r\n', 'HEAD /atom.xml HTTP/1.1')]],
  ['If-None-Match', 1, (tag) => [plain(`If-None-Match: ${tag}\r\nUser-Agent: Reader/1\r\n`)]],
  ['If-Modified-Since', 1, () => [plain('If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n')]],
  ['keep-alive', 1, () => [plain('Connection: Keep-Alive\r\n')]],
  ['an empty value', 1, () => [plain('Accept:\r\n')]],
  ['a condition that fails', 2, () => [plain('If-Match: "other"\r\n')]],
  ['no coding left', 2, () => [plain('Accept-Encoding: *;q=0\r\n')]],
  ['a delta', 2, () => [plain('A-IM: feed\r\nIf-None-Match: "other"\r\n')]],
  ['one after another way of asking', 3, () => [plain('TE: trailers\r\n'), plain()]],
  ['a field twice', 2, (tag) => [plain(`If-None-Match: "other"\r\nIf-None-Match: ${tag}\r\n`)]],
  ['two in one piece', 3, () => [plain() + plain()]],
  ['one in two pieces', 2, () => [plain().slice(0, 30), plain().slice(30)]],
  ['a head in three pieces, the last an empty line', 2, () => ['GET /atom.xml HTTP/1.1\r\n', 'Host: a\r\n', '\r\n']],
  ['a long head', 2, () => [plain(`X-Long: ${'a'.repeat(5000)}\r\n`)]],
  ['a body', 2, () => [`${plain('Content-Length: 3\r\n')}abc`]],
  ['a body in chunks', 2, () => [plain('Transfer-Encoding: chunked\r\n'), '1\r\na\r\n0\r\n\r\n']],
  ['100-continue', 2, () => [plain('Expect: 100-continue\r\nContent-Length: 0\r\n')]],
  ['Upgrade', 2, () => [plain('Upgrade: h2c\r\n')]],
  ['a page', 2, () => [plain('', 'GET /health HTTP/1.1')]],
  ['a query', 2, () => [plain('', 'HEAD /atom.xml?a=b HTTP/1.1')]],
  ['a whole address', 2, () => [plain('', 'HEAD http://a/atom.xml HTTP/1.1')]],
  ['bytes above ASCII', 2, () => [plain('User-Agent: \xe4\xa0\r\n')]],
  ['OPTIONS', 2, () => [plain('', 'OPTIONS /atom.xml HTTP/1.1')]],
  ['HTTP/1.0', 1, () => [plain('', 'GET /atom.xml HTTP/1.0')]],
  ['no host', 0, () => ['GET /atom.xml HTTP/1.1\r\nAccept: */*\r\n\r\n']],
  ['no fields', 0, () => ['GET /atom.xml HTTP/1.1\r\n\r\n']],
  ['a folded field', 0, () => [plain('Accept: a\r\n b\r\n')]],
  ['a space before the colon', 0, () => [plain('Accept : a\r\n')]],
  ['a bare line feed', 0, () => ['GET /atom.xml HTTP/1.1\nHost: a\n\n']],
  ['a NUL', 0, () => [plain('Accept: a\0b\r\n')]],
  ['lengths that differ', 0, () => [plain('Content-Length: 1\r\nContent-Length: 2\r\n')]],
  ['a length and chunks', 0, () => [plain('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n')]],
  ['no HTTP', 0, () => ['hello\r\n\r\n']],
])('%s is answered byte by byte as by node:http', async (_, handed, piecesOf) => {
  home.fetches.take();
  const before = early.requests;
  const answer = await said(early, piecesOf(etag));
  const counted = home.fetches.take();
  const handedOver = early.requests - before;
  expect(answer).toBe(await said(late, piecesOf(etag)));
  expect(answer).toMatch(/^HTTP\/1\.1 \d/);
  expect(counted).toEqual(home.fetches.take());
  expect(handedOver).toBe(handed);
});

test('whoever asks on without reading is answered in order', async () => {
  const before = early.requests;
  const client = connect((early.server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  while (!early.accepted.some(({ remotePort }) => remotePort === client.localPort)) await turn();
  const socket = early.accepted.find(({ remotePort }) => remotePort === client.localPort);
  let asked = 0;
  let sent = 0;
  const ask = async (text: string) => {
    client.write(text);
    asked++;
    sent += text.length;
    while (socket && !socket.destroyed && socket.bytesRead < sent) await turn();
  };
  while (socket?.writableLength === 0) await ask(plain());
  client.write(plain() + LAST);
  let text = '';
  client.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  await once(client, 'close');
  expect(text.split('HTTP/1.1 200 OK').length - 1).toBe(asked + 2);
  expect(text.split('</feed>').length - 1).toBe(asked + 2);
  expect(early.requests - before).toBe(2);
});

test('a server that ends closes connections on which nothing happens, and answers what it had begun to answer', async () => {
  const side = await start(true);
  const client = connect((side.server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  client.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (!text.includes('</feed>')) return;
    side.server.close();
    side.early?.end();
  });
  client.write(plain());
  await Promise.all([once(client, 'close'), once(side.server, 'close')]);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(side.requests).toBe(0);
});

test('an idle connection ends after the time that the server gives it', async () => {
  const side = await start(true);
  side.server.keepAliveTimeout = 20;
  const client = connect((side.server.address() as AddressInfo).port, '127.0.0.1').resume();
  client.write(plain());
  await once(client, 'close');
  expect(side.requests).toBe(0);
  side.server.close();
});

test('connections that node:http does not take by that event are left alone', () => {
  const server = createServer();
  server.removeAllListeners('connection');
  answerEarly(server, () => null, home);
  expect(server.listenerCount('connection')).toBe(0);
});

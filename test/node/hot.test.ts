import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type RunningServer, startServer } from '../../src/node/server.ts';
import { makeHome, type TestHome } from '../home.ts';
import { article } from '../http/publishing.ts';

let home: TestHome;
let server: RunningServer;
beforeAll(async () => {
  home = makeHome();
  const contentFolder = join(home.folder, 'content');
  mkdirSync(contentFolder, { recursive: true });
  writeFileSync(join(contentFolder, 'a.md'), article('A'));
  server = await startServer(home, {
    port: 0,
    host: '127.0.0.1',
    contentFolder,
    dataFolder: join(home.folder, 'data'),
    schedule: null,
  });
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function ask(method: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port: server.port, path: '/atom.xml', method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test.each<[string, Record<string, string>]>([
  ['GET', {}],
  ['HEAD', {}],
  ['GET', { 'accept-encoding': 'gzip' }],
  ['HEAD', { 'accept-encoding': 'br' }],
  ['GET', { 'accept-encoding': '*;q=0' }],
  ['GET', { 'if-none-match': '*' }],
  ['GET', { 'if-match': '"other"' }],
  ['GET', { 'if-none-match': '"other"', 'a-im': 'feed' }],
])('%s with %j is answered from memory as by the routes', async (method, headers) => {
  // The first may come from the disk, the second comes from memory.
  await ask(method, headers);
  const hot = await ask(method, headers);
  const routed = await createApp(home).request(`${home.url}/atom.xml`, { method, headers });
  expect(hot.status).toBe(routed.status);
  expect(hot.body.equals(Buffer.from(await routed.arrayBuffer()))).toBe(true);
  const { date: _, connection: __, 'keep-alive': ___, 'transfer-encoding': ____, ...said } = hot.headers;
  const expected = Object.fromEntries(routed.headers);
  if (hot.status >= 400) delete said['content-length'];
  expect(said).toEqual(expected);
});

test('a change is seen by the next request', async () => {
  const before = await ask('GET', {});
  writeFileSync(join(home.folder, 'content', 'b.md'), article('B'));
  const seen = await new Promise<Answer>((resolve, reject) => {
    const until = Date.now() + 10_000;
    const look = async () => {
      const now = await ask('GET', {});
      if (now.headers.etag !== before.headers.etag) resolve(now);
      else if (Date.now() > until) reject(new Error('the change does not appear'));
      else setTimeout(look, 20);
    };
    void look();
  });
  expect(seen.body.includes('<title>B</title>')).toBe(true);
});

import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sink, startSink } from '../push/sink.ts';
import { article, ownerOf, type Running, start, TOKEN, until } from './process.ts';

/** A static site: one file, which knows conditional requests as such sites do. */
const site = { body: 'first', requests: [] as (string | undefined)[], url: '' };
const server = createServer((request, response) => {
  const etag = `"${site.body}"`;
  site.requests.push(request.headers['if-none-match']);
  if (request.url !== '/feed.xml') return void response.writeHead(404).end();
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
  response.writeHead(200, { 'content-type': 'application/rss+xml;charset=EUC-KR', etag }).end(site.body);
});

let tidings: Running;
let sink: Sink;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sink = await startSink();
  tidings = await start({
    files: {},
    config: `{ hub: { topics: ['${site.url}/*'], rates: { address: 5 } } }`,
    env: { TIDINGS_TRUST_PROXY: '127.0.0.0/8' },
  });
}, 120_000);
afterAll(async () => {
  await tidings.end();
  await sink.close();
  server.closeAllConnections();
  server.close();
}, 30_000);

const hub = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  tidings.get('/hub', { method: 'POST', body: new URLSearchParams(fields), headers });
const subscribe = (path: string, topic: string) =>
  hub({ 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': sink.url + path, 'hub.secret': 'secret' });

test('a server without any article is ready', async () => {
  expect((await tidings.get('/readyz')).status).toBe(200);
});

test('a server without any article carries a sister site’s document, byte for byte, when pinged', async () => {
  expect((await subscribe('/reader', `${site.url}/feed.xml`)).status).toBe(202);
  const [first] = await until(
    async () => {
      const deliveries = sink.deliveries('/reader');
      return deliveries.length > 0 && deliveries;
    },
    15_000,
    'the present document',
  );
  expect(first?.body).toBe('first');
  expect(first?.headers['content-type']).toBe('application/rss+xml;charset=EUC-KR');
  expect(first?.headers.link).toContain(`<${site.url}/feed.xml>; rel="self"`);

  site.body = 'second';
  const ping = await hub({ 'hub.mode': 'publish', 'hub.url': `${site.url}/feed.xml` });
  expect([ping.status, await ping.text()]).toEqual([
    202,
    `${site.url}/feed.xml: it will be fetched, and distributed if it has changed.\n`,
  ]);
  const told = await until(
    async () => sink.deliveries('/reader').find(({ body }) => body === 'second'),
    20_000,
    'the changed document',
  );
  expect(told.headers['x-hub-signature']).toBe(
    `sha256=${createHmac('sha256', 'secret').update('second').digest('hex')}`,
  );
});

test('a document that the site does not have is denied, with the reason', async () => {
  expect((await subscribe('/wrong', `${site.url}/none.xml`)).status).toBe(202);
  const denied = await until(
    async () => sink.received.find(({ path, query }) => path === '/wrong' && query.includes('hub.mode=denied')),
    15_000,
    'the denial',
  );
  expect(new URLSearchParams(denied.query).get('hub.reason')).toContain('404');
});

test('clients behind the proxy are limited by their own address, those who were let in are not', async () => {
  const ping = (client: string) =>
    hub({ 'hub.mode': 'publish', 'hub.url': `${site.url}/feed.xml` }, { 'X-Forwarded-For': `127.0.0.1, ${client}` });
  const statuses: number[] = [];
  for (let times = 0; times < 8; times++) statuses.push((await ping('203.0.113.7')).status);
  // A minute may have begun in between.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(1);
  const refused = await ping('203.0.113.7');
  if (refused.status === 429) expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ping('203.0.113.8')).status).toBe(202);
  for (let times = 0; times < 8; times++) expect((await ping('127.0.0.9')).status).toBe(202);
});

test('tidings doctor finds all well', async () => {
  tidings.write('news.md', article('News'));
  await until(async () => (await tidings.get('/atom.xml')).status === 200, 20_000, 'a feed');
  const { address } = ownerOf(tidings);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '../../src/cli/main.ts'), 'doctor', address, '--json'],
    { env: { ...process.env, TIDINGS_ADMIN_TOKEN: TOKEN, TIDINGS_DATA: join(tidings.folder, 'data') } },
  );
  const report = JSON.parse(stdout) as { ok: boolean; findings: { step: string; state: string }[] };
  const asReader = report.findings.slice(0, -8);
  expect(asReader.map(({ step }) => step)).toEqual([
    'reach',
    'agents',
    'types',
    'valid',
    'caching',
    'asking again',
    'coding',
    'links',
    'cors',
    'clock',
    'certificate',
  ]);
  expect(asReader.filter(({ state }) => state === 'failed')).toEqual([]);
  expect(report.findings.slice(-8).map(({ step, state }) => `${step} ${state}`)).toEqual([
    'alive ok',
    'discovery ok',
    'subscribe ok',
    'document ok',
    'publish ok',
    'redelivery ok',
    'state ok',
    'unsubscribe ok',
  ]);
  expect(report.ok).toBe(true);
});

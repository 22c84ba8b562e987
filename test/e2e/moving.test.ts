import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { article, HOME, type Running, start, TOKEN, until } from './process.ts';

/** The drill goes from the home of the suite to the other one; with both suites it goes both ways. */
const OTHER = HOME === 'node' ? 'edge' : 'node';
/** Milliseconds that two at once may take to serve on a busy machine. */
const START_MS = 240_000;
const SECRET = 'the subscriber and the hub know it';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

const FILES = {
  'one.md': article('One', { tags: '[a, b]', categories: '[news]' }),
  'two.md': article('Two', { date: '2026-08-01T09:00:00Z', categories: '[news]' }),
  'long.md': article('Long', { date: '2026-09-01T09:00:00Z' }, 'A long text. '.repeat(60_000)),
};
const CONFIG = `{ site: { title: 'Moving' }, feeds: { limit: 2, maxBytes: 2000000 } }`;

/** A subscriber that confirms what it asked for and keeps what it is sent. */
let subscriber: { server: Server; url: string; received: Received[] };
let folder: string;
let old: Running;
let fresh: Running;

function tidings(args: string[], env: Record<string, string>): Promise<{ status: number | null; said: string }> {
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TIDINGS_ADMIN_TOKEN: TOKEN, TIDINGS_CONFIG: '', ...env },
    cwd: folder,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((done) => child.once('close', (status) => done({ status, said })));
}

async function done(args: string[], env: Record<string, string> = {}): Promise<void> {
  expect(await tidings(args, env)).toMatchObject({ status: 0 });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-moving-'));
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://host');
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.method === 'POST') received.push({ headers: request.headers, body });
      response.end(searchParams.get('hub.challenge') ?? '');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  [old, fresh] = await Promise.all([
    start({ files: FILES, config: CONFIG, startMs: START_MS }),
    start({ files: {}, config: CONFIG, home: OTHER, startMs: START_MS }),
  ]);
  subscriber = { server, received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback` };
}, START_MS + 60_000);
afterAll(async () => {
  for (const home of [old, fresh]) await home.end();
  subscriber.server.close();
  rmSync(folder, { recursive: true });
}, 60_000);

const subscribe = (home: Running, topic: string, mode = 'subscribe') =>
  home.get('/hub', {
    method: 'POST',
    body: new URLSearchParams({
      'hub.mode': mode,
      'hub.topic': topic,
      'hub.callback': subscriber.url,
      'hub.secret': SECRET,
    }),
  });

/** One that waits for nothing: the connection may have been idle for long. */
const run = () => fresh.api('POST', '/api/runs').catch(() => fresh.api('POST', '/api/runs'));

const feed = async (home: Running, path = '/feed.json') =>
  (await (await home.get(path, { headers: { 'Accept-Encoding': 'identity' } })).json()) as {
    items: { id: string; title: string; date_modified?: string }[];
  };

describe(`moving from ${HOME} to ${OTHER}`, () => {
  let before: Awaited<ReturnType<typeof feed>>;
  let ids: Map<string, string>;

  test('the old home has articles, a history, a partner and a subscriber', async () => {
    // An address and a title that history alone knows.
    old.write('two.md', article('Two, renamed', { date: '2026-08-01T09:00:00Z', categories: '[news]' }));
    await until(
      async () => (await feed(old, '/category/news/feed.json')).items.some(({ title }) => title === 'Two, renamed'),
      10_000,
      'renamed',
    );
    const partner = { id: 'daily', name: 'The Daily', where: { category: 'news' } };
    expect(await old.api('POST', '/api/partners', partner)).toHaveProperty('key');
    expect((await subscribe(old, `${old.url}/rss.xml`)).status).toBe(202);
    await until(async () => subscriber.received.length > 0, 20_000, 'the first document');
    before = await feed(old);
    const { files } = await old.api<{ files: { path: string; article: { id: string } }[] }>('GET', '/api/articles');
    ids = new Map(files.map((file) => [file.path, file.article.id]));
    expect(ids.size).toBe(3);
  }, 120_000);

  test('export and import carry it to the new home, at another address', async () => {
    await done(['export', 'house.jsonl', '--from', old.url]);
    await done(['export', 'ledger.jsonl', '--from', old.url, '--ledger']);
    expect(readFileSync(join(folder, 'house.jsonl'), 'utf8')).toContain(SECRET);
    expect(readFileSync(join(folder, 'ledger.jsonl'), 'utf8')).not.toContain(SECRET);
    const stranger = await tidings(['import', 'house.jsonl', '--to', fresh.url], { TIDINGS_ADMIN_TOKEN: 'wrong' });
    expect(stranger.status).toBe(1);
    await done(['import', 'house.jsonl', '--to', fresh.url]);
    const again = await tidings(['import', 'house.jsonl', '--to', fresh.url], {});
    expect([again.status, again.said]).toEqual([1, expect.stringContaining('--replace')]);
    // Its documents are there before any article file is, byte for byte.
    for (const path of ['/rss.xml', '/atom.xml', '/category/news/feed.json']) {
      const plain = { headers: { 'Accept-Encoding': 'identity' } };
      const [then, now] = await Promise.all([old.get(path, plain), fresh.get(path, plain)]);
      expect([now.status, await now.text(), now.headers.get('etag')], path).toEqual([
        200,
        await then.text(),
        then.headers.get('etag'),
      ]);
    }
    const { subscribers } = await fresh.api<{ subscribers: { callback?: string; topic: string }[] }>(
      'GET',
      '/api/subscribers',
    );
    expect(subscribers).toHaveLength(1);
    const { partners } = await fresh.api<{ partners: { id: string }[] }>('GET', '/api/partners');
    expect(partners.map(({ id }) => id)).toEqual(['daily']);
    // The files are still to come, so that a sync uploads them.
    const { files } = await fresh.api<{ files: { hash: string | null }[] }>('GET', '/api/articles');
    expect(files.map(({ hash }) => hash)).toEqual(Object.keys(FILES).map(() => null));
  }, 120_000);

  test('the files arrive, and no article is another one', async () => {
    await old.stop();
    subscriber.received.length = 0;
    for (const [path, text] of Object.entries(FILES)) fresh.write(path, text);
    fresh.write('two.md', article('Two, renamed', { date: '2026-08-01T09:00:00Z', categories: '[news]' }));
    // A look at the folder before all of it has come withdraws nothing.
    await run();
    await until(
      async () => {
        const headers = { Authorization: `Bearer ${TOKEN}` };
        const paths = Object.keys(FILES).map((path) => fresh.get(`/api/articles/${path}`, { method: 'HEAD', headers }));
        return (
          (await Promise.all(paths).catch(() => [])).filter(({ status }) => status === 200).length === paths.length
        );
      },
      60_000,
      'the files have come',
    );
    await run();
    const { files } = await fresh.api<{ files: { path: string; article: { id: string } }[] }>('GET', '/api/articles');
    expect(new Map(files.map((file) => [file.path, file.article.id]))).toEqual(ids);
    const after = await feed(fresh);
    const known = (items: typeof after.items) =>
      items.map(({ id, title, date_modified }) => [id, title, date_modified]);
    expect(known(after.items)).toEqual(known(before.items));
  }, 120_000);

  test('whoever subscribed at the old address is told of the next change, under the topic that it knows', async () => {
    fresh.write('three.md', article('Three', { date: '2026-11-01T09:00:00Z' }));
    const told = await until(
      async () => subscriber.received.find(({ body }) => body.includes('Three')),
      60_000,
      'the subscriber is told',
    );
    expect(told.headers.link).toContain(`<${old.url}/rss.xml>; rel="self"`);
    expect(told.headers.link).toContain(`<${fresh.url}/hub>; rel="hub"`);
    expect(told.headers['x-hub-signature']).toBe(
      `sha256=${createHmac('sha256', SECRET).update(told.body).digest('hex')}`,
    );
    expect(subscriber.received.filter(({ body }) => body.includes('Three'))).toHaveLength(1);
  }, 90_000);

  test('it may renew there what it had at the old address, and end it', async () => {
    subscriber.received.length = 0;
    expect((await subscribe(fresh, `${old.url}/rss.xml`)).status).toBe(202);
    await until(async () => subscriber.received.length > 0, 20_000, 'renewed');
    expect((await subscribe(fresh, `${old.url}/rss.xml`, 'unsubscribe')).status).toBe(202);
    await until(
      async () => (await fresh.api<{ subscribers: unknown[] }>('GET', '/api/subscribers')).subscribers.length === 0,
      20_000,
      'ended',
    );
  }, 60_000);

  test('the ledger alone gives an empty database the same ids, and is the same when it is written again', async () => {
    const data = join(folder, 'restored');
    const env = { TIDINGS_DATA: data, TIDINGS_URL: 'https://elsewhere.example' };
    await done(['import', 'ledger.jsonl'], env);
    await done(['export', 'again.jsonl', '--ledger'], env);
    const text = readFileSync(join(folder, 'ledger.jsonl'), 'utf8');
    expect(readFileSync(join(folder, 'again.jsonl'), 'utf8')).toBe(text);
    for (const id of ids.values()) expect(text).toContain(id);
  }, 60_000);
});

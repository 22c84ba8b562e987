import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { article, isEdge, type Running, start, TOKEN } from './process.ts';

let tidings: Running;
let folder: string;
beforeAll(async () => {
  // What is in its own folder came another way than by sync, and only --delete takes it away.
  tidings = await start({ files: { 'own/kept.md': article('Kept') } });
  folder = mkdtempSync(join(tmpdir(), 'tidings-sync-'));
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await tidings.end();
}, 30_000);

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface Ended {
  status: number | null;
  printed: string;
  said: string;
}

/** The command, as a user gives it. */
function tidingsSync(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  const child = spawn(process.execPath, [main, 'sync', ...args], {
    env: { ...process.env, TIDINGS_ADMIN_TOKEN: TOKEN, TIDINGS_CONFIG: '', ...env },
    cwd: folder,
  });
  const ended: Ended = { status: null, printed: '', said: '' };
  child.stdout.on('data', (chunk) => {
    ended.printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    ended.said += chunk;
  });
  return new Promise((done) => child.once('exit', (status) => done({ ...ended, status })));
}

async function sync(...args: string[]) {
  const ended = await tidingsSync(['--to', tidings.url, folder, '--json', ...args]);
  expect(ended.said).not.toContain('Error');
  return JSON.parse(ended.printed) as { files: number; uploaded: number; deleted: number; resumed: number };
}

const titles = async () => {
  const feed = (await (await tidings.get('/feed.json')).json()) as { items: { title: string; id: string }[] };
  return feed.items.map(({ title }) => title).sort();
};

const idOf = async (title: string) => {
  const { files } = await tidings.api<{ files: { article: { id: string; title: string } | null }[] }>(
    'GET',
    '/api/articles',
  );
  return files.find(({ article }) => article?.title === title)?.article?.id;
};

/** Passes requests on to the server, and after so many uploads cuts every connection. */
async function cuttingProxy(uploads: number): Promise<{ url: string; server: Server }> {
  let seen = 0;
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'PUT' && ++seen > uploads) return void incoming.socket.destroy();
    const { method, url, headers } = incoming;
    const passed = forward(tidings.url + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('tidings sync', () => {
  test('uploads what is there, then only what differs, and says so', async () => {
    for (let n = 10; n < 40; n++) write(`posts/${n}.md`, article(`Article ${n}`));
    write('posts/새 글.md', article('새 글'));
    expect(await sync()).toMatchObject({ files: 31, uploaded: 31, deleted: 0 });
    expect(await titles()).toContain('Article 39');
    write('posts/39.md', article('Article 39, corrected'));
    expect(await sync()).toMatchObject({ files: 31, uploaded: 1, deleted: 0 });
    expect(await titles()).toContain('Article 39, corrected');
    expect(await sync()).toMatchObject({ uploaded: 0, run: null });
  });

  test('deletes what is gone only when it is told to, and knows a renamed file', async () => {
    const id = await idOf('Article 39, corrected');
    rmSync(join(folder, 'posts/39.md'));
    write('posts/thirty-nine.md', article('Article 39, corrected'));
    rmSync(join(folder, 'posts/38.md'));
    const held = await sync('--delete');
    // 38, 39 under its former name, and what another way had brought.
    expect(held).toMatchObject({ uploaded: 1, deleted: 3 });
    expect(id).toMatch(/39/);
    expect(await idOf('Article 39, corrected')).toBe(id);
  });

  test('goes on after a cut with what is missing', async () => {
    for (let n = 100; n < 130; n++) write(`more/${n}.md`, article(`More ${n}`));
    const { url, server } = await cuttingProxy(20);
    const cut = await tidingsSync(['--to', url, folder]);
    server.close();
    server.closeAllConnections();
    expect([cut.status, cut.said]).toEqual([1, expect.stringContaining('does not answer')]);
    const { uploaded, resumed } = await sync();
    // A watched folder has told of its new files itself; a bucket is asked for them.
    if (isEdge) expect([uploaded + resumed, resumed > 11]).toEqual([30, true]);
    else expect(uploaded).toBeLessThan(19);
    const files = (await tidings.api<{ files: { path: string }[] }>('GET', '/api/articles')).files;
    expect(files.filter(({ path }) => path.startsWith('more/'))).toHaveLength(30);
  }, 60_000);

  test('refuses an empty folder, a wrong token, and a wrong address', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'tidings-empty-'));
    const none = await tidingsSync(['--to', tidings.url, empty, '--delete']);
    rmSync(empty, { recursive: true });
    expect([none.status, none.said]).toEqual([1, expect.stringContaining('nothing was deleted')]);
    const stranger = await tidingsSync(['--to', tidings.url, folder], { TIDINGS_ADMIN_TOKEN: 'wrong' });
    expect([stranger.status, stranger.said]).toEqual([1, expect.stringContaining('does not know the admin token')]);
    expect((await tidingsSync([folder])).status).toBe(2);
  });
});

test('the GitHub Action syncs as the command does', async () => {
  const root = join(import.meta.dirname, '../..');
  const action = load(readFileSync(join(root, 'action/action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
    runs: { using: string; steps: { run?: string; env?: Record<string, string>; shell?: string }[] };
  };
  expect(action.runs.using).toBe('composite');
  const inputs = Object.entries(action.inputs).map(([name, { default: value = '' }]) => [name, value]);
  const given: Record<string, string> = { ...Object.fromEntries(inputs), url: tidings.url, token: TOKEN, folder };
  const step = action.runs.steps.at(-1);
  const env = Object.entries(step?.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, input: string) => given[input] ?? ''),
  ]);
  write('posts/from-action.md', article('From the action'));
  rmSync(join(folder, 'posts/37.md'));
  const printed = execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? 'false'], {
    env: { ...process.env, ...Object.fromEntries(env), GITHUB_ACTION_PATH: join(root, 'action') },
    cwd: folder,
    encoding: 'utf8',
  });
  expect(printed).toContain('1 uploaded, 1 deleted');
});

describe('/api/articles as an HTTP store', () => {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const put = (path: string, text: string, more: Record<string, string> = {}) =>
    tidings.get(`/api/articles/${path}`, { method: 'PUT', headers: { ...headers, ...more }, body: text });

  test('a file is created, read, asked for again, changed and deleted under conditions', async () => {
    const path = 'store/a%20b.md';
    const created = await put(path, 'one', { 'If-None-Match': '*' });
    const tag = created.headers.get('etag') ?? '';
    expect([created.status, (await put(path, 'two', { 'If-None-Match': '*' })).status]).toEqual([201, 412]);
    const got = await tidings.get(`/api/articles/${path}`, { headers });
    expect([got.status, got.headers.get('etag'), await got.text()]).toEqual([200, tag, 'one']);
    const head = await tidings.get(`/api/articles/${path}`, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('etag'), head.headers.get('content-length')]).toEqual([200, tag, '3']);
    const again = await tidings.get(`/api/articles/${path}`, { headers: { ...headers, 'If-None-Match': tag } });
    expect([again.status, again.headers.get('etag')]).toEqual([304, tag]);
    expect((await put(path, 'two', { 'If-Match': '"0000"' })).status).toBe(412);
    expect((await put(path, 'two', { 'If-Match': `W/${tag}` })).status).toBe(412);
    const changed = await put(path, 'two', { 'If-Match': tag });
    expect(changed.status).toBe(204);
    const gone = (given: Record<string, string>) =>
      tidings.get(`/api/articles/${path}`, { method: 'DELETE', headers: { ...headers, ...given } });
    expect((await gone({ 'If-Match': tag })).status).toBe(412);
    expect((await gone({ 'If-Match': changed.headers.get('etag') ?? '' })).status).toBe(204);
    expect((await gone({})).status).toBe(404);
    expect((await put(path, 'x', { 'If-Match': '*' })).status).toBe(412);
  });

  test('of many changes at once on the same version one is made', async () => {
    const tag = (await put('store/race.md', 'zero')).headers.get('etag') ?? '';
    const answers = await Promise.all(
      ['1', '2', '3', '4', '5', '6'].map((n) => put('store/race.md', n, { 'If-Match': tag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412, 412, 412, 412, 412]);
  });

  test('is closed to strangers', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await tidings.get('/api/articles/a.md', { method })).status, method).toBe(401);
  });
});

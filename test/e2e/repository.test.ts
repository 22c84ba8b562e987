import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { article, type Running, start, until } from './process.ts';

const SECRET = 'the secret of the webhook';
const READ_TOKEN = 'may-read-the-repository';

/** A host of repositories as Gitea is one: archives of a real git repository, behind a token and a redirect. */
let host: { server: Server; url: string; asked: string[] };
let repository: string;
let tidings: Running;

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@a.example', ...args], {
    cwd: repository,
    maxBuffer: 1e8,
  });

function commit(files: Record<string, string | null>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(repository, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
  }
  git('add', '-A');
  git('commit', '-qm', 'Articles');
}

async function startHost() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push(url);
    if (url === '/api/v1/repos/owner/name/archive/main.tar.gz') {
      if (headers.authorization !== `token ${READ_TOKEN}`) return void response.writeHead(404).end();
      return void response.writeHead(302, { location: '/archives/main.tar.gz' }).end();
    }
    const etag = `"${git('rev-parse', 'HEAD').toString().trim()}"`;
    if (headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    response.writeHead(200, { etag, 'content-type': 'application/gzip' });
    response.end(git('archive', '--format=tar.gz', '--prefix=name/', 'HEAD'));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function push(headers: Record<string, string> = {}, body = '{"ref":"refs/heads/main"}') {
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  return tidings.get('/api/repository/push', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-gitea-event': 'push',
      'x-gitea-signature': signature,
      ...headers,
    },
    body,
  });
}

type Item = { title: string; id: string };
const items = async () => ((await (await tidings.get('/feed.json')).json()) as { items?: Item[] }).items ?? [];
const titles = async () => (await items()).map(({ title }) => title).sort();

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), 'tidings-repository-'));
  git('init', '-q', '-b', 'main');
  const many = Array.from({ length: 230 }, (_, n) => [
    `site/many/${n}.md`,
    article(`Many ${n}`, { date: '2026-01-02' }),
  ]);
  commit({
    'README.md': '# No article\n',
    'site/one.md': article('One'),
    'site/two.md': article('Two'),
    'site/picture.png': 'no article',
    ...Object.fromEntries(many),
  });
  host = await startHost();
  tidings = await start({
    files: { 'own.md': article('Own') },
    config: `{ content: { repository: { url: '${host.url}/owner/name', host: 'gitea', folder: 'site',
      token: process.env.READ_TOKEN, secret: process.env['PUSH_SECRET'] } } }`,
    // At the edge the configuration reads them as it does on Node.
    env: { READ_TOKEN, PUSH_SECRET: SECRET },
  });
}, 120_000);
afterAll(async () => {
  await tidings.end();
  host.server.close();
  rmSync(repository, { recursive: true });
}, 30_000);

test('everything in the archive is published, beside what came another way', async () => {
  expect((await push()).status).toBe(202);
  await until(async () => (await titles()).includes('Two'), 20_000, 'the archive has arrived');
  const { files } = await tidings.api<{ files: { path: string }[] }>('GET', '/api/articles');
  expect(files.length).toBe(233);
  expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(['one.md', 'own.md', 'many/229.md']));
}, 40_000);

test('a push brings what it changed; a renamed article keeps its id, a deleted one leaves', async () => {
  const id = (await items()).find(({ title }) => title === 'Two')?.id;
  commit({
    'site/one.md': article('One, corrected'),
    'site/two.md': null,
    'site/second.md': article('Two'),
    'site/many/7.md': null,
  });
  await push();
  await until(async () => (await titles()).includes('One, corrected'), 20_000, 'the push has arrived');
  expect((await items()).find(({ title }) => title === 'Two')?.id).toBe(id);
  const { runs } = await tidings.api<{ runs: { trigger: string; articles: { seen: number } }[] }>('GET', '/api/runs');
  const run = runs.find(({ trigger }) => trigger === 'push');
  // It is told of what changed, and looks at nothing else.
  expect(run?.articles.seen).toBeLessThan(10);
  const gone = await tidings.get('/api/articles/many/7.md', { headers: { Authorization: 'Bearer end-to-end-token' } });
  expect(gone.status).toBe(404);
}, 40_000);

test('a push that changed nothing costs a look at the archive', async () => {
  const before = host.asked.length;
  await push();
  await until(async () => host.asked.length >= before + 2, 10_000, 'the archive was asked for');
  expect(await titles()).toContain('Own');
});

test('who does not know the secret, or tells of something else, is not heard', async () => {
  const before = host.asked.length;
  expect((await push({ 'x-gitea-signature': '00' })).status).toBe(403);
  expect((await push({}, '{"ref":"refs/heads/other"}')).status).toBe(200);
  expect((await push({ 'x-gitea-event': 'issues' })).status).toBe(200);
  expect((await tidings.get('/api/repository/push')).status).toBe(401);
  expect(host.asked.length).toBe(before);
});

test('an archive without articles takes nothing away', async () => {
  git('mv', 'site', 'elsewhere');
  git('commit', '-qm', 'Moved');
  await push();
  await until(async () => tidings.output().includes('nothing was taken away'), 10_000, 'it was refused');
  expect(await titles()).toContain('One, corrected');
});

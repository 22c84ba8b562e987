import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/node/server.ts';
import { makeSecret } from '../../src/push/secret.ts';
import { freePort } from '../browser/ports.ts';
import { makeHome, type TestHome } from '../home.ts';
import { article } from '../http/publishing.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/receiving.md'), 'utf8');

const LANGUAGES = [
  {
    fence: 'js',
    file: 'receiver.mjs',
    command: process.execPath,
    args: (port: number) => ['receiver.mjs', String(port)],
  },
  { fence: 'python', file: 'receiver.py', command: 'python3', args: () => ['receiver.py'] },
  {
    fence: 'php',
    file: 'receiver.php',
    command: 'php',
    args: (port: number) => ['-S', `127.0.0.1:${port}`, 'receiver.php'],
  },
];

describe.each(LANGUAGES)('the receiver in $fence', ({ fence, file, command, args }) => {
  const isThere = spawnSync(command, ['--version']).status === 0;
  const secret = makeSecret();
  let folder: string;
  let home: TestHome;
  let server: RunningServer;
  let receiver: ChildProcess;
  let callback: string;
  let said = '';

  beforeAll(async () => {
    if (!isThere) return;
    folder = mkdtempSync(join(tmpdir(), 'tidings-receiver-'));
    const [, example = ''] = new RegExp(`\`\`\`${fence}\\n([\\s\\S]+?)\`\`\``).exec(PAGE) ?? [];
    writeFileSync(join(folder, file), example);
    const receiving = await freePort();
    callback = `http://127.0.0.1:${receiving}/`;
    const port = await freePort();
    const url = `http://localhost:${port}`;
    home = makeHome({ url, config: { push: { webhooks: [{ url: callback, secret }] } } });
    const { folder: own } = home;
    mkdirSync(join(own, 'content'), { recursive: true });
    writeFileSync(join(own, 'content/2026-11-20-ferry.md'), article('The ferry sails at six'));
    const folders = { contentFolder: join(own, 'content'), dataFolder: join(own, 'data') };
    server = await startServer(home, { port, host: '127.0.0.1', ...folders, schedule: null });
    const env = { ...process.env, SECRET: secret, TOPIC: `${url}/atom.xml`, PORT: String(receiving) };
    receiver = spawn(command, args(receiving), { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
    receiver.stdout?.on('data', (text) => {
      said += text;
    });
  }, 60_000);
  afterAll(async () => {
    if (!isThere) return;
    receiver.kill();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.skipIf(!isThere)('confirms its subscription, and believes what is signed and nothing else', async () => {
    await expect
      .poll(
        () =>
          fetch(callback).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 15_000 },
      )
      .toBe(404);
    const form = {
      'hub.mode': 'subscribe',
      'hub.topic': `${home.url}/atom.xml`,
      'hub.callback': callback,
      'hub.secret': secret,
    };
    expect((await fetch(`${home.url}/hub`, { method: 'POST', body: new URLSearchParams(form) })).status).toBe(202);
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/document of \d+ bytes/);
    writeFileSync(join(home.folder, 'content/2026-11-21-tide.md'), article('Low tide at noon'));
    await expect.poll(() => said, { timeout: 20_000 }).toContain('event article.published');
    expect(said).not.toContain('dropped');
    const forged = await fetch(callback, {
      method: 'POST',
      headers: { 'X-Hub-Signature': `sha256=${'0'.repeat(64)}` },
      body: 'guessed',
    });
    expect(forged.status).toBe(202);
    const headers = { 'webhook-id': 'a', 'webhook-timestamp': '1000000000', 'webhook-signature': 'v1,AAAA' };
    expect((await fetch(callback, { method: 'POST', headers, body: '{"type":"a"}' })).status).toBe(401);
    await expect.poll(() => said.split('dropped').length, { timeout: 10_000 }).toBe(3);
  });
});

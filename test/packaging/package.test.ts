import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PACK_MS = 120_000;

let folder: string;
let port: number;

/** The package as `npm pack` makes it, installed beside the clone's own dependencies. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-package-'));
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, stdio: 'pipe' });
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (file === undefined) throw new Error('npm pack made no file');
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', join(folder, file), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'tidings')]);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(modules, name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  port = await freePort();
}, PACK_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('in an empty folder it publishes the sample, and leaves the publisher’s data folder alone', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  const server = run(empty, [join(folder, 'node_modules/tidings/dist/cli/main.js'), 'start']);
  try {
    const feed = await eventually(`http://localhost:${port}/feed.json`);
    const { items } = (await feed.json()) as { items: unknown[] };
    expect(items.length).toBeGreaterThan(5);
    expect(await (await fetch(`http://localhost:${port}/rss.xml`)).text()).toContain('</rss>');
  } finally {
    await ended(server);
  }
  expect(readdirSync(empty)).toEqual(['.tidings']);
  expect(readdirSync(join(empty, '.tidings'))).toEqual(['sample']);
});

test('inside another Hono app it answers what the host does not', async () => {
  const host = mkdtempSync(join(folder, 'host-'));
  mkdirSync(join(host, 'content'));
  writeFileSync(join(host, 'content/2026-11-20-hello.md'), '---\ntitle: Hello\n---\nInside.\n');
  // The example of docs/packages.md, as it stands there.
  const page = readFileSync(join(ROOT, 'docs/packages.md'), 'utf8');
  const example = /```js\n(import [\s\S]+?)```/.exec(page)?.[1] ?? '';
  expect(example).toContain('openTidings');
  writeFileSync(join(host, 'host.mjs'), example.replaceAll('3000', String(port)));
  const server = run(host, ['host.mjs']);
  try {
    const feed = await eventually(`http://localhost:${port}/feed.json`);
    expect(await feed.json()).toMatchObject({ title: 'News of my app', items: [{ title: 'Hello' }] });
    expect(await (await fetch(`http://localhost:${port}/hello`)).text()).toBe('Hello from the app itself.');
    expect((await fetch(`http://localhost:${port}/nothing-here`)).status).toBe(404);
  } finally {
    await ended(server);
  }
});

test.skipIf(availableParallelism() === 1)('the thread that signs is in it', () => {
  const script = `
    import { createSigner } from ${JSON.stringify(join(folder, 'node_modules/tidings/dist/node/signing.js'))};
    const signer = createSigner({ error: (_, { error }) => { throw new Error(error); } });
    const secrets = Array.from({ length: 2_000 }, (_, n) => String(n));
    const bytes = new Uint8Array(60_000);
    const before = bytes.slice();
    signer.hmacsAhead('sha256', secrets, bytes);
    // What is made ahead is of the bytes as they were.
    bytes.fill(1);
    for (const secret of secrets) {
      await new Promise((later) => setTimeout(later, 5));
      if (signer.hmac('sha256', secret, bytes) === signer.hmac('sha256', secret, before)) process.exit(0);
    }
    process.exit(1);`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
});

test('it has types', () => {
  writeFileSync(
    join(folder, 'typed.ts'),
    `import { type ConfigInput, defineConfig } from 'tidings';
import { openTidings, type Tidings } from 'tidings/node';
const config: ConfigInput = defineConfig({ site: { title: 'Typed' } });
export const opened: Promise<Tidings> = openTidings({ url: 'http://localhost:3000', config });
// @ts-expect-error a title is a text
defineConfig({ site: { title: 1 } });
`,
  );
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'];
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [...options, ...types, 'typed.ts'], { cwd: folder });
});

function run(cwd: string, args: string[]): ChildProcess {
  const env = { PATH: process.env.PATH, PORT: String(port), TIDINGS_LOG: 'silent' };
  return spawn(process.execPath, args, { cwd, env, stdio: 'inherit' });
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const exit = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exit;
}

/** The answer, once there is a good one. */
async function eventually(url: string): Promise<Response> {
  const until = Date.now() + 15_000;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return answer;
    if (Date.now() > until) throw new Error(`${url} answers ${answer?.status ?? 'nothing'}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

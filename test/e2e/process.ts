import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Which home the suite runs against; the same files for both. */
export const HOME = process.env.TIDINGS_TEST_HOME === 'edge' ? 'edge' : 'node';
export const isEdge = HOME === 'edge';
/** The npm script that a user runs. */
const SCRIPTS = { node: 'start', edge: 'edge' };
export const TOKEN = 'end-to-end-token';
/** A process may take this long to serve: the machine may be busy with other suites. */
const START_MS = 90_000;

/** A running Tidings, started as a user starts it. */
export interface Running {
  url: string;
  folder: string;
  /** Writes an article file into the content folder; null takes it away. */
  write(path: string, text: string | null): void;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** The admin's interface. */
  api<T>(method: string, path: string, body?: object): Promise<T>;
  /** SIGTERM to npm, as a supervisor does; gives the exit status. */
  stop(): Promise<number | null>;
  /** kill -9 of everything: npm, the server or wrangler, and workerd. Nothing has time to do anything. */
  kill(): Promise<void>;
  /** Starts again on the same folders. */
  restart(env?: Record<string, string>): Promise<void>;
  /** What it printed so far. */
  output(): string;
  /** Stops it and removes its folders. Fails where a limit of Cloudflare's was exceeded. */
  end(): Promise<void>;
}

export interface StartOptions {
  /** Article files by path; none is the clone's own sample. */
  files?: Record<string, string>;
  /** Fills the content folder, where files are too many to be named. */
  fill?: (folder: string) => void;
  /** Text of the configuration's default export. */
  config?: string;
  env?: Record<string, string>;
  /** Milliseconds that it may take to serve. */
  startMs?: number;
  /** Another home than the one the suite runs against. */
  home?: 'node' | 'edge';
}

export async function start({
  files,
  fill,
  config = '{}',
  env = {},
  home = HOME,
  startMs = START_MS,
}: StartOptions = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-e2e-'));
  const content = files ? join(folder, 'content') : join(import.meta.dirname, '../../content');
  const write = (path: string, text: string | null) => {
    const file = join(content, path);
    if (text === null) return rmSync(file);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  if (files) mkdirSync(content);
  for (const [path, text] of Object.entries(files ?? {})) write(path, text);
  if (files) fill?.(content);
  const configFile = join(folder, 'tidings.config.ts');
  writeFileSync(configFile, `export default ${config};\n`);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const variables: Record<string, string> & { TIDINGS_URL?: string } = {
    PORT: String(port),
    TIDINGS_CONTENT: content,
    TIDINGS_DATA: join(folder, 'data'),
    ...(files ? { TIDINGS_CONFIG: configFile } : {}),
    TIDINGS_ADMIN_TOKEN: TOKEN,
    TIDINGS_ALLOW_PRIVATE: '127.0.0.0/8',
    TIDINGS_LOG: 'json',
    TIDINGS_SCHEDULE: 'off',
    ...env,
  };
  let child = launch(home, variables);
  let printed = '';

  const running: Running = {
    url,
    folder,
    write,
    get: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
    async api(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${TOKEN}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (response.status === 204 ? null : await response.json()) as never;
    },
    async stop() {
      child.process.kill('SIGTERM');
      return child.exit;
    },
    async kill() {
      for (const pid of descendants(child.process.pid ?? 0)) killNow(pid);
      await child.exit;
    },
    async restart(more = {}) {
      printed += child.output();
      child = launch(home, { ...variables, ...more });
      await ready(variables.TIDINGS_URL ?? url, child, startMs);
    },
    output: () => printed + child.output(),
    async end() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
      const exceeded = running
        .output()
        .split('\n')
        .filter((line) => line.includes('limit-exceeded'));
      if (exceeded.length > 0) throw new Error(`Cloudflare would have refused:\n${exceeded.join('\n')}`);
    },
  };
  await ready(variables.TIDINGS_URL ?? url, child, startMs);
  return running;
}

interface Child {
  process: ChildProcess;
  exit: Promise<number | null>;
  output: () => string;
}

function launch(home: 'node' | 'edge', env: Record<string, string>): Child {
  const child = spawn('npm', ['run', SCRIPTS[home]], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    process: child,
    exit: new Promise((done) => child.once('exit', done)),
    output: () => Buffer.concat(chunks).toString(),
  };
}

/** Waits for the lines that a person waits for. */
async function ready(url: string, child: Child, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    if (child.process.exitCode !== null) throw new Error(`It ended at once:\n${child.output()}`);
    if (child.output().includes(`${url}/admin`)) return;
    await sleep(50);
  }
  // Nobody is given it, so that nobody else would end it.
  for (const pid of descendants(child.process.pid ?? 0)) killNow(pid);
  throw new Error(`It did not start:\n${child.output()}`);
}

/** A process and all below it, the deepest first. */
function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const children = new Map<number, number[]>();
  for (const line of table.trim().split('\n')) {
    const [id = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const below = (id: number): number[] => [...(children.get(id) ?? []).flatMap(below), id];
  return below(pid);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A port below those that the system gives to outgoing connections, of which suites make thousands. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const isFree = await new Promise<boolean>((done) => {
      const server = createServer()
        .once('error', () => done(false))
        .listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });
    if (isFree) return port;
  }
}

export const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Asks until the answer is there; fails with the last one after `ms`. */
export async function until<T>(ask: () => Promise<T | null | undefined | false>, ms: number, what: string): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

/** The process id of the server itself, as its data folder tells it. */
export function ownerOf(running: Running): { pid: number; address: string } {
  return JSON.parse(readFileSync(join(running.folder, 'data', 'owner.json'), 'utf8'));
}

/** An article file. */
export function article(title: string, fields: Record<string, string> = {}, body = `About ${title}.`): string {
  const lines = Object.entries({ date: '2026-10-01T09:00:00Z', ...fields }).map(([key, value]) => `${key}: ${value}`);
  return `---\ntitle: ${JSON.stringify(title)}\n${lines.join('\n')}\n---\n\n${body}\n`;
}

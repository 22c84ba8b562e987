import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { unstable_getMiniflareWorkerOptions as workerOptions } from 'wrangler';
import { readWranglerConfig, writeWranglerConfig } from '../../src/cli/wrangler-config.ts';
import { ended } from '../measured.ts';

const WORKERS = join(import.meta.dirname, '../workerd');
const CONFIG = join(import.meta.dirname, 'config.ts');

/** wrangler's simulation of Cloudflare: its package, in the shapes that are used here. */
interface Simulation {
  Miniflare: new (options: unknown) => Miniflare;
  convertV4MiniflareOptions(options: object): object;
}
interface Miniflare {
  ready: Promise<URL>;
  getInspectorURL(): Promise<URL>;
  getWorker(): Promise<{ scheduled(tick: { cron: string; scheduledTime: Date }): Promise<{ outcome: string }> }>;
  dispose(): Promise<void>;
}

const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
const { Miniflare, convertV4MiniflareOptions } = wrangler('miniflare') as Simulation;

/** A Worker in a workerd of its own. */
export interface Workerd {
  url: string;
  pid: number;
  /** Cron's own call; resolves when the invocation has ended. */
  tick(cron: string): Promise<void>;
  close(): Promise<void>;
}

/** Isolates of the simulation that everything goes through: to the store, from outside, and the queue. */
const SIMULATION = ['core:user:dev-registry-proxy', 'core:entry', 'queues:queue'];
const COLLECT_MS = 1_000;

/** The folder of one benchmark: bundles, and the state of D1, R2 and Queues. */
export interface Place {
  folder: string;
  config: string;
}

/** Writes the configuration of wrangler.toml for local use, and migrates its database. */
export async function prepare(folder: string): Promise<Place> {
  const config = join(folder, 'wrangler.json');
  writeWranglerConfig(config, {
    ...readWranglerConfig({ config: CONFIG }),
    vars: {
      TIDINGS_URL: 'http://localhost',
      TIDINGS_ADMIN_TOKEN: TOKEN,
      TIDINGS_ALLOW_PRIVATE: '127.0.0.0/8',
      TIDINGS_LOG: 'json',
      TIDINGS_LIMITS: 'strict',
    },
  });
  const state = ['--local', '--persist-to', folder];
  await runWrangler(['d1', 'migrations', 'apply', 'tidings', ...state, '--config', config]);
  return { folder, config };
}

export const TOKEN = 'bench';

/** Bundles a Worker of bench/workerd. */
export async function bundle({ folder, config }: Place, name: string): Promise<string> {
  const out = join(folder, name);
  const main = join(WORKERS, `${name}.ts`);
  await runWrangler(['deploy', main, '--dry-run', '--outdir', out, '--config', config]);
  return join(out, `${name}.js`);
}

interface Start {
  /** Answers what the Worker sends to its binding METER. */
  meter?: (event: string) => void;
  /** MB of heap that V8 gives to any isolate; one that wants more ends the process. */
  heap?: number;
  /** It keeps D1 and R2 for the workerds that are started after it, and takes no messages. */
  isStore?: boolean;
  /** The bucket of articles, where it is another one than that of wrangler.toml. */
  content?: string | undefined;
}

/** Starts a bundled Worker with the bindings of wrangler.toml. What the first workerd of a place holds is used by all. */
export async function startWorkerd(
  { folder, config }: Place,
  script: string,
  { meter = () => {}, heap, isStore = false, content }: Start = {},
): Promise<Workerd> {
  const { assets: _, ...options } = workerOptions(config).workerOptions;
  const listener = await listen(meter);
  if (heap === undefined) delete process.env.MINIFLARE_WORKERD_V8_FLAGS;
  else process.env.MINIFLARE_WORKERD_V8_FLAGS = `--max-heap-size=${heap}`;
  const converted = convertV4MiniflareOptions({
    ...options,
    ...(content ? { r2Buckets: { ...(options.r2Buckets as object), CONTENT: content } } : {}),
    ...(isStore ? { name: 'store', queueConsumers: {} } : {}),
    modules: [{ type: 'ESModule', path: script }],
    modulesRoot: dirname(script),
    serviceBindings: {
      // As a function it would go through an isolate of the simulation, which keeps 10 kB of each call.
      METER: { external: { address: `127.0.0.1:${(listener.address() as AddressInfo).port}`, http: {} } },
    },
    resourcePersistencePath: join(folder, 'v3'),
    unsafeTriggerHandlers: true,
    logRequests: false,
    inspectorPort: 0,
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
      if (level === 'error' || level === 'warn') console.error(message);
    },
  });
  const miniflare = new Miniflare({
    ...converted,
    isolatedResourcePersistencePath: join(folder, 'isolated'),
    unsafeEnableSharedStorage: true,
    enableDevRegistry: true,
    unsafeDevRegistryPath: join(folder, 'registry'),
  });
  const url = (await miniflare.ready).href.replace(/\/$/, '');
  const stopCollecting = await collectGarbage(await miniflare.getInspectorURL());
  return {
    url,
    pid: childCalled('workerd'),
    async tick(cron) {
      await (await miniflare.getWorker()).scheduled({ cron, scheduledTime: new Date() });
    },
    async close() {
      stopCollecting();
      await miniflare.dispose();
      listener.close();
    },
  };
}

/**
 * Has the simulation rid itself of its garbage: each call leaves a connection of some 15 kB there, which V8 does not see and
 * so does not hurry to collect. Nothing is done to the Worker's own isolate.
 */
async function collectGarbage(inspector: URL): Promise<() => void> {
  const sockets = await Promise.all(SIMULATION.map((isolate) => connect(`ws://${inspector.host}/${isolate}`)));
  let id = 0;
  const collect = () => {
    id += 1;
    for (const socket of sockets) socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
  };
  const timer = setInterval(collect, COLLECT_MS);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.close();
  };
}

function connect(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  return new Promise((opened, failed) => {
    socket.onopen = () => opened(socket);
    socket.onerror = () => failed(new Error(`${address} does not answer.`));
  });
}

/** A server that takes what the Worker sends to its binding METER. */
async function listen(meter: (event: string) => void): Promise<Server> {
  const server = createServer(async (request, response) => {
    meter(await text(request));
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

function runWrangler(args: string[]): Promise<string> {
  const cli = join(dirname(wrangler.resolve('wrangler/package.json')), 'wrangler-dist/cli.js');
  return ended(process.execPath, ['--no-warnings', cli, ...args], { CI: 'true', WRANGLER_SEND_METRICS: 'false' });
}

/** The newest child process of that name. */
function childCalled(name: string): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
  const pid = children.findLast((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === name);
  if (pid === undefined) throw new Error(`There is no ${name} below this process.`);
  return pid;
}

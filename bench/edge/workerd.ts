import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { unstable_getMiniflareWorkerOptions as workerOptions } from 'wrangler';
import { readWranglerConfig, writeWranglerConfig } from '../../src/cli/wrangler-config.ts';
import { ended } from '../measured.ts';
import { findsThem, keepsThem, type Plugin, type Stores } from './stores.ts';

const WORKERS = join(import.meta.dirname, '../workerd');
const CONFIG = join(import.meta.dirname, 'config.ts');

/** wrangler's simulation of Cloudflare: its package, in the shapes that are used here. */
interface Simulation {
  Miniflare: new (options: unknown) => Miniflare;
  convertV4MiniflareOptions(options: object): object;
  D1_PLUGIN: Plugin;
  R2_PLUGIN: Plugin;
}
interface Miniflare {
  ready: Promise<URL>;
  getInspectorURL(): Promise<URL>;
  unsafeGetDirectURL(): Promise<URL>;
  getWorker(): Promise<{ scheduled(tick: { cron: string; scheduledTime: Date }): Promise<{ outcome: string }> }>;
  dispose(): Promise<void>;
}

const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
const { Miniflare, convertV4MiniflareOptions, D1_PLUGIN, R2_PLUGIN } = wrangler('miniflare') as Simulation;
/** The simulation's own, each of which is made another one for a workerd. */
const PLUGINS = [D1_PLUGIN, R2_PLUGIN].map((plugin) => ({ plugin, own: { ...plugin } }));

/** A Worker in a workerd of its own. */
export interface Workerd {
  url: string;
  /** `HOST:PORT` at which the Worker itself listens, without what the simulation has before it. */
  address: string;
  pid: number;
  /** Cron's own call; resolves when the invocation has ended. */
  tick(cron: string): Promise<void>;
  close(): Promise<void>;
}

/** Isolates of the simulation beside the Worker's: what comes from outside goes through one, and the queue is one. */
const SIMULATION = ['core:entry', 'queues:queue'];
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
  /** Where D1 and R2 are; without it they are in this workerd, which takes no messages. */
  stores?: Stores;
  /** Buckets beside those of wrangler.toml: their names by those of their bindings. */
  buckets?: Record<string, string>;
}

/** Starts a bundled Worker with the bindings of wrangler.toml. */
export async function startWorkerd(
  { folder, config }: Place,
  script: string,
  { meter = () => {}, heap, stores, buckets = {} }: Start = {},
): Promise<Workerd> {
  const { assets: _, ...options } = workerOptions(config).workerOptions;
  const listener = await listen(meter);
  if (heap === undefined) delete process.env.MINIFLARE_WORKERD_V8_FLAGS;
  else process.env.MINIFLARE_WORKERD_V8_FLAGS = `--max-heap-size=${heap}`;
  const converted = convertV4MiniflareOptions({
    ...options,
    r2Buckets: { ...(options.r2Buckets as object), ...buckets },
    ...(stores ? {} : { queueConsumers: {} }),
    modules: [{ type: 'ESModule', path: script }],
    modulesRoot: dirname(script),
    serviceBindings: {
      // As a function it would go through an isolate of the simulation, which keeps 10 kB of each call.
      METER: { external: { address: `127.0.0.1:${(listener.address() as AddressInfo).port}`, http: {} } },
    },
    resourcePersistencePath: join(folder, stores ? 'worker' : 'v3'),
    unsafeDirectSockets: [{}],
    unsafeTriggerHandlers: true,
    logRequests: false,
    inspectorPort: 0,
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
      if (level === 'error' || level === 'warn') console.error(message);
    },
  });
  for (const { plugin, own } of PLUGINS) Object.assign(plugin, stores ? findsThem(own, stores) : keepsThem(own));
  const miniflare = new Miniflare(converted);
  const url = (await miniflare.ready).href.replace(/\/$/, '');
  const stopCollecting = stores ? await collectGarbage(await miniflare.getInspectorURL()) : () => {};
  return {
    url,
    address: (await miniflare.unsafeGetDirectURL()).host,
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
 * Has the simulation rid itself of its garbage, part of which V8 does not see and so does not hurry to collect. Nothing is
 * done to the Worker's own isolate.
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

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'smol-toml';
import { type Figure, figure } from './figure.ts';
import { ended } from './measured.ts';
import { table } from './table.ts';

const ROUNDS = 7;
/** Clock ticks of /proc in a second. */
const TICKS = 100;
/** Milliseconds in which workerd must listen. */
const START_MS = 30_000;
/** How many packages are named; the rest are one line. */
const NAMED = 14;

/**
 * The Worker as it is uploaded: its size and what is in it, and what its start costs in workerd. Start-up is the CPU time of
 * the workerd process, from the operating system, from its start to its first answer, less that of a Worker that does
 * nothing.
 */
export async function run({ rounds = ROUNDS }: { rounds?: number }): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-worker-'));
  try {
    const meta = join(folder, 'meta.json');
    const wrangler = dirname(createRequire(import.meta.url).resolve('wrangler/package.json'));
    const cli = join(wrangler, 'wrangler-dist/cli.js');
    await ended(process.execPath, [
      '--no-warnings',
      cli,
      'deploy',
      '--dry-run',
      '--outdir',
      folder,
      '--metafile',
      meta,
    ]);
    const worker = readFileSync(join(folder, 'worker.js'));
    console.log(contents(meta));
    const empty = join(folder, 'empty.js');
    writeFileSync(empty, "export default { fetch: () => new Response('ok') };\n");
    const ours: number[] = [];
    const beside: number[] = [];
    for (let round = 0; round < rounds; round++) {
      beside.push(await startUp(empty));
      ours.push(await startUp(join(folder, 'worker.js')));
    }
    const start = ours.map((ms, round) => ms - (beside[round] ?? 0));
    return [
      figure('bundle, gzipped', 'kB', [gzipSync(worker).byteLength / 1000], { target: { atMost: 1000 } }),
      figure('bundle', 'kB', [worker.byteLength / 1000]),
      figure('start-up, CPU', 'ms', start, { target: { atMost: 100 } }),
      figure('start of workerd with a Worker that does nothing, CPU', 'ms', beside),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of CPU that workerd takes to its first answer. */
async function startUp(script: string): Promise<number> {
  const port = await freePort();
  const config = `${script}.capnp`;
  writeFileSync(config, configOf(basename(script), port));
  // The program itself: what npm links is a script that starts it.
  const workerd = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))('workerd') as Workerd;
  const child = spawn(workerd.default, ['serve', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const until = Date.now() + START_MS;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
      if (answer?.ok) break;
      if (answer || Date.now() > until) throw new Error(`workerd answered ${answer?.status ?? 'nothing'}.`);
      await new Promise((done) => setTimeout(done, 20));
    }
    const fields = statOf(child.pid ?? 0);
    // utime and stime, fields 14 and 15 of proc_pid_stat(5); the command's name is the second.
    return ((Number(fields[12]) + Number(fields[13])) * 1000) / TICKS;
  } finally {
    child.kill('SIGKILL');
  }
}

/** The Worker alone, with the compatibility of wrangler.toml. What it is bound to is not asked for before it answers. */
function configOf(script: string, port: number): string {
  const { compatibility_date: date, compatibility_flags: flags } = parse(
    readFileSync(join(import.meta.dirname, '../wrangler.toml'), 'utf8'),
  ) as { compatibility_date: string; compatibility_flags: string[] };
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${JSON.stringify(script)})],
  compatibilityDate = ${JSON.stringify(date)},
  compatibilityFlags = ${JSON.stringify(flags)},
  bindings = [(name = "TIDINGS_URL", text = "http://localhost"), (name = "TIDINGS_LOG", text = "silent")]
);
`;
}

/** The package that brings workerd: where its program is. */
interface Workerd {
  default: string;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** The fields of /proc/PID/stat from the command's name on; none where the process has ended. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    return [text.slice(text.indexOf('(') + 1, end), ...text.slice(end + 2).split(' ')];
  } catch {
    return [];
  }
}

/** What the bundle is made of, by package, the largest first. */
function contents(meta: string): string {
  const { outputs } = JSON.parse(readFileSync(meta, 'utf8')) as {
    outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
  };
  const sizes = new Map<string, number>();
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(path);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  const sorted = [...sizes].sort((a, b) => b[1] - a[1]);
  const rest = sorted.slice(NAMED).reduce((sum, [, bytes]) => sum + bytes, 0);
  const rows = [...sorted.slice(0, NAMED), [`${Math.max(0, sorted.length - NAMED)} others`, rest] as const];
  return table(rows.map(([name, bytes]) => figure(name, 'kB', [bytes / 1000])));
}

function packageOf(path: string): string {
  const inside = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return inside ?? (/(?:^|\/)src\//.test(path) ? 'Tidings itself' : 'the runtime’s shims');
}

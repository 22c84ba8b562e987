import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needProgram } from './debian.ts';
import { type Figure, figure } from './figure.ts';
import type { Benchmark } from './main.ts';
import { ended } from './measured.ts';
import { NODE_FLAGS } from './process.ts';
import { inTurn } from './turns.ts';

/** Short rounds, and many: what else the machine does comes and goes. */
const SECONDS = 1;
/** Servers share one core, of which one is always idle; the other core is the client's. */
const [SERVER_CORE, CLIENT_CORE] = ['0', '1'];

/** Of the clock that Linux counts a process's time by. */
const MICROSECONDS_A_TICK = 10_000;

interface Contestant {
  address: string;
  /** Of its process. */
  pid: number;
  stop: () => void;
}

/** What a round of load found. */
interface Round {
  /** Requests a second. */
  rate: number;
  /** Microseconds of CPU time of a request, in the server. */
  cpu: number;
}

/** Requests a second for a feed of 60 KB, beside a bare node:http server that has the same bytes in memory. */
export const run: Benchmark = async ({ rounds = 15 }) => {
  needProgram('wrk');
  const folder = mkdtempSync(join(tmpdir(), 'tidings-serve-'));
  const children: (() => void)[] = [];
  try {
    writeArticles(join(folder, 'content'));
    const port = await freePort();
    const tidings = await startTidings(folder, port);
    children.push(tidings.stop);
    const etag = await entityTag(tidings.address);
    const bare = await startBare(tidings.address);
    children.push(bare.stop);
    const ways: Record<string, (address: string) => Promise<number>> = {
      plain: (address) => load(address),
      gzip: (address) => load(address, 'Accept-Encoding: gzip'),
      '304 (If-None-Match)': (address) => load(address, `If-None-Match: ${etag}`),
      HEAD: loadHead,
    };
    const figures: Figure[] = [];
    for (const [way, loadOf] of Object.entries(ways)) {
      // The first warms them up.
      for (const { address } of [tidings, bare]) await loadOf(address);
      const found = await inTurn<'ours' | 'theirs', Round>(rounds, {
        ours: () => roundOf(tidings, loadOf),
        theirs: () => roundOf(bare, loadOf),
      });
      const of = (side: Round[], key: keyof Round) => side.map((round) => round[key]);
      figures.push(
        figure(way, 'requests/s', of(found.ours, 'rate'), {
          beside: of(found.theirs, 'rate'),
          target: { atLeast: 0.95 },
        }),
        figure(`${way}, CPU time`, 'µs', of(found.ours, 'cpu'), { beside: of(found.theirs, 'cpu') }),
      );
    }
    return figures;
  } finally {
    for (const stop of children) stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Twenty articles that make an RSS document of about 60 KB. */
function writeArticles(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let n = 1; n <= 20; n++) {
    const head = `---\ntitle: Article ${n}\ndate: 2024-03-${String(n).padStart(2, '0')} 09:00\ncategories: [news]\n---\n\n`;
    const paragraphs = Array.from({ length: 20 }, (_, at) => `The ${n}th ferry left at ${at}:${n} ${words(n, at)}.`);
    writeFileSync(join(folder, `article-${n}.md`), head + paragraphs.join('\n\n'));
  }
}

/** Words that compress about as well as people's. */
function words(n: number, at: number): string {
  const list = Array.from({ length: 22 }, (_, word) =>
    ((n * 7919 + at * 104_729 + word * 1_299_709) % 46_656).toString(36),
  );
  return list.join(' ');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function startTidings(folder: string, port: number): Promise<Contestant> {
  const env = {
    ...process.env,
    PORT: String(port),
    TIDINGS_CONTENT: join(folder, 'content'),
    TIDINGS_DATA: join(folder, 'data'),
    TIDINGS_CONFIG: join(folder, 'tidings.config.ts'),
    TIDINGS_SCHEDULE: 'off',
    TIDINGS_LOG: 'silent',
  };
  writeFileSync(join(folder, 'tidings.config.ts'), 'export default {};\n');
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, ...NODE_FLAGS, main, 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await firstLine(child.stdout);
  return { address: `http://127.0.0.1:${port}/rss.xml`, pid: child.pid ?? 0, stop: () => child.kill() };
}

const main = join(import.meta.dirname, '../src/cli/main.ts');

async function startBare(feed: string): Promise<Contestant> {
  const script = join(import.meta.dirname, 'bare-server.ts');
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, ...NODE_FLAGS, script, feed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = Number(await firstLine(child.stdout));
  return { address: `http://127.0.0.1:${port}/rss.xml`, pid: child.pid ?? 0, stop: () => child.kill() };
}

/** What a process prints first. */
function firstLine(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    output.once('data', (chunk: Buffer) => resolve(chunk.toString().split('\n')[0] ?? ''));
    output.once('end', () => reject(new Error('The server ended before it was ready.')));
  });
}

async function entityTag(feed: string): Promise<string> {
  const answer = await fetch(feed, { headers: { 'Accept-Encoding': 'identity' } });
  const bytes = (await answer.arrayBuffer()).byteLength;
  if (!answer.ok || bytes < 50_000 || bytes > 80_000)
    throw new Error(`${feed} answered ${answer.status}, ${bytes} bytes.`);
  return answer.headers.get('etag') ?? '';
}

async function roundOf({ address, pid }: Contestant, loadOf: (address: string) => Promise<number>): Promise<Round> {
  const before = cpuOf(pid);
  const rate = await loadOf(address);
  return { rate, cpu: (cpuOf(pid) - before) / (rate * SECONDS) };
}

/** Microseconds that all threads of a process ran: `utime` and `stime`, behind its name in parentheses. */
function cpuOf(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [utime, stime] = fields.split(' ').slice(11, 13).map(Number);
  return ((utime ?? 0) + (stime ?? 0)) * MICROSECONDS_A_TICK;
}

/** Requests a second that wrk counts. */
async function load(address: string, ...headers: string[]): Promise<number> {
  const options = ['-t', '1', '-c', '64', '-d', `${SECONDS}s`, ...headers.flatMap((header) => ['-H', header])];
  const output = await ended('taskset', ['-c', CLIENT_CORE, 'wrk', ...options, address]);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  if (!(rate > 0) || /Non-2xx or 3xx responses|Socket errors/.test(output)) throw new Error(`wrk said:\n${output}`);
  return rate;
}

async function loadHead(address: string): Promise<number> {
  const client = join(import.meta.dirname, 'head-client.ts');
  return Number(await ended('taskset', ['-c', CLIENT_CORE, process.execPath, client, address, `${SECONDS}`]));
}

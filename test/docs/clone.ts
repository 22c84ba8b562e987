import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../browser/ports.ts';
import { SITES } from '../cli/sites.ts';

const ROOT = join(import.meta.dirname, '../..');
const OWN = new Set(['.git', '.tidings', '.wrangler', 'content', 'dist', 'tidings.config.ts']);

/** A fresh clone beside a site, with a server that runs in it: what the documentation takes for granted. */
export interface Clone {
  folder: string;
  url: string;
  token: string;
  /** Environment of whoever types commands in it. */
  env: Record<string, string>;
  /** Runs a script of bash in it. */
  bash(script: string): Promise<{ status: number | null; out: string; err: string }>;
  /** Which commands were left to elsewhere. */
  met(): string[];
  stop(): Promise<void>;
}

/** @param elsewhere commands that are not run; each one that is met is noted in the file `met` */
export async function makeClone(elsewhere: string[]): Promise<Clone> {
  const base = mkdtempSync(join(tmpdir(), 'tidings-docs-'));
  const folder = join(base, 'clone');
  mkdirSync(folder);
  for (const name of readdirSync(ROOT)) if (!OWN.has(name)) symlinkSync(join(ROOT, name), join(folder, name));
  cpSync(join(ROOT, 'content'), join(folder, 'content'), { recursive: true });
  const outside = await makeOutside(base);
  const sister = `http://localhost:${portOf(outside)}`;
  writeFileSync(
    join(folder, 'tidings.config.ts'),
    `import own from '${join(ROOT, 'tidings.config.ts')}';
export default { ...own, hub: { topics: ['${sister}/*'] } };
`,
  );
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:TIDINGS_|FORCE_COLOR|NO_COLOR)/.test(name));
  const env: Record<string, string> = {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    PATH: `${writeShims(base, elsewhere)}:${process.env.PATH}`,
    PORT: String(port),
    TIDINGS_ALLOW_PRIVATE: '127.0.0.0/8,::1/128',
    TIDINGS_SCHEDULE: 'off',
    TIDINGS_LOG: 'silent',
    NODE_COMPILE_CACHE: join(base, 'compiled'),
  };
  const server = spawn(process.execPath, [join(folder, 'src/cli/main.ts'), 'start'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ready(`${url}/readyz`);
  const token = readFileSync(join(folder, '.tidings/admin-token'), 'utf8').trim();
  const callback = await freePort();
  writeFileSync(join(folder, 'callback.mjs'), callbackExample(url, callback));
  Object.assign(env, {
    HERE: url,
    FEEDS: url,
    TOKEN: token,
    TIDINGS_ADMIN_TOKEN: token,
    SPARE: String(await freePort()),
    CALLBACK: `http://localhost:${callback}`,
    OUTSIDE: sister,
    OUTSIDE_PORT: String(portOf(outside)),
  });
  return {
    folder,
    url,
    token,
    env,
    bash: (script) => run(spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: folder, env })),
    met: () => readFileSync(join(base, 'met'), 'utf8').split('\n'),
    async stop() {
      server.kill('SIGTERM');
      await new Promise((done) => server.once('exit', done));
      outside.closeAllConnections();
      outside.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The callback of docs/hub.md, as it stands there but for its ports. */
function callbackExample(url: string, port: number): string {
  const page = readFileSync(join(ROOT, 'docs/hub.md'), 'utf8');
  const [, example = ''] = /```js\n([\s\S]+?)```/.exec(page) ?? [];
  return example.replaceAll('http://localhost:8787', url).replaceAll('8788', String(port));
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** The site that the reader of the documentation has, and a server for its feed and for whoever is told something. */
async function makeOutside(base: string): Promise<Server> {
  const jekyll = SITES.find(({ name }) => name === 'Jekyll');
  mkdirSync(join(base, 'my-site'));
  const ghost = SITES.find(({ name }) => name === 'Ghost export');
  for (const [path, text] of Object.entries(ghost?.files ?? {}))
    writeFileSync(join(base, 'my-site', `harbour.${path}`), text);
  for (const [path, text] of Object.entries(jekyll?.files ?? {})) {
    for (const place of [path, path.replace('_posts/', 'content/')]) {
      mkdirSync(join(base, 'my-site', place, '..'), { recursive: true });
      writeFileSync(join(base, 'my-site', place), text);
    }
  }
  const { url = '', id = '' } = jekyll?.published[0] ?? {};
  const entry = `<entry><title>First boat</title><link href="${url}"/><id>${id}</id><updated>2026-03-05T00:00:00Z</updated></entry>`;
  const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><id>a</id><title>a</title><updated>2026-03-05T00:00:00Z</updated>${entry}</feed>`;
  const outside = createServer((request, answer) => {
    const asked = new URL(request.url ?? '/', 'http://localhost');
    request.resume();
    if (asked.pathname === '/feed.xml') answer.setHeader('Content-Type', 'application/atom+xml');
    answer.end(
      asked.pathname === '/feed.xml'
        ? feed
        : (asked.searchParams.get('hub.challenge') ?? asked.searchParams.get('challenge')),
    );
  });
  await new Promise<void>((done) => outside.listen(0, () => done()));
  return outside;
}

/**
 * What `npm` does with the scripts of package.json, without its half second for each; a start that ends once it is ready;
 * a curl for which an error is one.
 */
function writeShims(base: string, elsewhere: string[]): string {
  const folder = join(base, 'bin');
  mkdirSync(folder);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const cli = scripts.tidings?.replace(/^exec node /, '');
  const node = `exec '${process.execPath}' '${join(ROOT, String(cli))}'`;
  const noted = `case "\${0##*/} $*" in ${elsewhere.map((one) => `'${one}'*) echo '${one}' >>'${join(base, 'met')}'; exit 0;;`).join(' ')} esac`;
  const started = `TIDINGS_DATA=$(mktemp -d '${base}/data-XXXX') PORT=0; export TIDINGS_DATA PORT
    '${process.execPath}' '${join(ROOT, String(cli))}' start >"$TIDINGS_DATA.log" & pid=$!
    for i in $(seq 300); do grep -q Dashboard "$TIDINGS_DATA.log" && break; sleep 0.1; done
    cat "$TIDINGS_DATA.log"; kill -TERM $pid; wait $pid`;
  const programs = {
    npm: `${noted}\ncase "$*" in start) ${started};; 'run -s tidings -- '*) shift 4; export npm_lifecycle_event=tidings; ${node} "$@";; *) echo "not known: npm $*" >&2; exit 1;; esac`,
    tidings: `if [ "$*" = start ]; then npm start; else ${node} "$@"; fi`,
    curl: `PATH='${process.env.PATH}' exec curl --fail-with-body -sS "$@"`,
    ...Object.fromEntries(['npx', 'docker', 'git'].map((name) => [name, `${noted}\nexit 1`])),
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

async function ready(address: string): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    if ((await fetch(address).catch(() => null))?.ok) return;
    if (Date.now() > until) throw new Error(`${address} is not ready`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

function run(child: ChildProcess): Promise<{ status: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done({ status, out, err }));
  });
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createTask, validate } from 'node-cron';
import { request } from 'undici';
import { previousTick } from '../node/cron.ts';
import { adminToken, type Environment, loadConfig, readEnvironment, tokenFile } from '../node/environment.ts';
import { own } from '../node/own.ts';
import { syncFolder } from '../node/sync.ts';
import { configSecrets, HOUSEKEEPING, ROOT, readWranglerConfig, writeWranglerConfig } from './wrangler-config.ts';

/** Seconds that workerd may take to listen. */
const START_SECONDS = 60;
/** Seconds after a start at which the work of a workerd that was killed is free to be taken up. */
const CLAIMS_END_SECONDS = 25;
const SETTLED_MS = 150;
const STOP_MS = 8_000;
/** Messages of a batch, at least: the local queue does one batch at a time, so small ones would not be made up for. */
const LOCAL_BATCH = 10;
/** Milliseconds for which nobody listens after which wrangler is taken for dead. */
const DOWN_MS = 2_000;
/** The same where somebody listens and does not answer: a workerd with much to do on a busy machine is slow, not dead. */
const SILENT_MS = 60_000;

/**
 * `npm run edge`: the Worker in workerd with local D1, R2 and Queues below TIDINGS_DATA, the content folder synced into
 * its bucket, and the cron lines ticked from here, since wrangler fires none locally.
 */
async function main(): Promise<number> {
  const environment = readEnvironment();
  const { data, content, port, host, url, schedule } = environment;
  if (schedule !== null && !validate(schedule)) {
    console.error(`TIDINGS_SCHEDULE is ${JSON.stringify(schedule)}, which is no cron line; "off" means none.`);
    return 1;
  }
  const config = await loadConfig(environment);
  const owned = own(data);
  if (!owned.owned) {
    console.error(`${data} belongs to process ${owned.by.pid}, which runs already. Stop it, or set TIDINGS_DATA.`);
    return 1;
  }
  const token = adminToken(data);
  const state = join(data, 'edge');
  mkdirSync(state, { recursive: true });
  const configFile = localConfig(environment, state, token);
  const migrated = await ended(
    wrangler(
      ['d1', 'migrations', 'apply', 'tidings', '--local', '--config', configFile, '--persist-to', state],
      'ignore',
    ),
  );
  if (migrated !== 0) {
    console.error(`The local D1 below ${state} could not be migrated; remove that folder to begin anew.`);
    return 1;
  }
  endOrphan(state);
  let worker = startWorker(environment, state, configFile);
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const address = `http://${reachable}:${port}`;

  let stopping = false;
  const stop = async (status: number) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      killGroup(worker.pid);
      process.exit(status);
    }, STOP_MS).unref();
    worker.kill('SIGTERM');
    await ended(worker);
    killGroup(worker.pid);
    owned.release();
    process.exit(status);
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  if (!(await listening(address))) {
    console.error(`workerd does not answer at ${address} after ${START_SECONDS} seconds.`);
    await stop(1);
    return 1;
  }
  const target = { url: address, token };
  let syncing: Promise<unknown> = Promise.resolve();
  const syncedFile = join(state, 'synced.json');
  // What came to the bucket another way stays: only what this folder had is deleted.
  let known = new Set<string>(existsSync(syncedFile) ? JSON.parse(readFileSync(syncedFile, 'utf8')) : []);
  const sync = () => {
    syncing = syncing
      .then(() => syncFolder(content, config, target, { isDeleted: (path) => known.has(path) }))
      .then(({ present }) => {
        known = new Set(present);
        writeFileSync(syncedFile, JSON.stringify(present));
      })
      .catch((error: Error) => console.error(`The content could not be synced: ${error.message}`));
    return syncing;
  };
  await sync();
  await request(`${address}/api/runs`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }).then(
    ({ body }) => body.dump(),
  );
  owned.announce(address);

  const tick = (cron: string, at: Date) =>
    request(
      `${address}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}&time=${Math.floor(at.getTime() / 1000) * 1000}`,
    )
      .then(({ body }) => body.dump())
      .catch((error: Error) => {
        if (!stopping) console.error(`The tick was not taken: ${error.message}`);
      });
  if (schedule !== null) {
    // A line of the user's own that is the same as the Worker's must still mean the regeneration.
    const cron = schedule === HOUSEKEEPING ? '*/1 * * * *' : schedule;
    const task = createTask(schedule, ({ date }) => tick(cron, date), { timezone: 'UTC', noOverlap: true });
    const missed = previousTick(task, schedule, Date.now());
    // Known by its tick: where it was run before the stop, this is nothing new.
    if (missed !== null) await tick(cron, new Date(missed));
    task.start();
  }
  createTask(HOUSEKEEPING, ({ date }) => tick(HOUSEKEEPING, date), { timezone: 'UTC', noOverlap: true }).start();
  // Local Queues forget their messages with workerd: what is left in the outbox is swept up as soon as it may be.
  const sweep = async () => {
    await tick(HOUSEKEEPING, new Date());
    setTimeout(() => tick(HOUSEKEEPING, new Date()), CLAIMS_END_SECONDS * 1000).unref();
  };
  await sweep();
  void keepUp(address, sweep, () => {
    if (stopping) return;
    console.error('workerd does not answer any more; it is started anew.');
    killGroup(worker.pid);
    worker = startWorker(environment, state, configFile);
  });
  let timer: NodeJS.Timeout | undefined;
  watch(content, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(sync, SETTLED_MS);
  });

  console.log(`Tidings publishes ${content} in workerd

  Feeds      ${url}/rss.xml
             ${url}/atom.xml
             ${url}/feed.json
  All feeds  ${url}/
  Hub        ${url}/hub
  Dashboard  ${url}/admin   (${process.stdout.isTTY ? `token ${token}` : `token in ${process.env.TIDINGS_ADMIN_TOKEN ? 'TIDINGS_ADMIN_TOKEN' : tokenFile(data)}`})
`);
  return 0;
}

/** wrangler.toml with this environment in it: its variables, what its configuration reads of it, a state below its data. */
function localConfig(environment: Environment, state: string, token: string): string {
  const file = join(state, 'wrangler.json');
  const secrets = configSecrets(environment).map((name) => [name, process.env[name] ?? '']);
  const given = readWranglerConfig(environment);
  const consumers = given.queues.consumers.map((consumer) => ({
    ...consumer,
    max_batch_size: Math.max(consumer.max_batch_size, LOCAL_BATCH),
  }));
  writeWranglerConfig(file, {
    ...given,
    queues: { ...given.queues, consumers },
    vars: {
      ...Object.fromEntries(secrets),
      TIDINGS_URL: environment.url,
      TIDINGS_ADMIN_TOKEN: token,
      TIDINGS_ALLOW_PRIVATE: environment.allowPrivate.join(','),
      TIDINGS_TRUST_PROXY: environment.trustProxy.join(','),
      TIDINGS_LOG: environment.log,
      TIDINGS_LIMITS: 'strict',
    },
  });
  return file;
}

function startWorker({ port, host }: Environment, state: string, configFile: string): ChildProcess {
  const worker = wrangler(
    ['dev', '--local', '--config', configFile, '--port', `${port}`, '--ip', host, '--persist-to', state].concat([
      '--show-interactive-dev-session=false',
      '--log-level',
      'warn',
      '--inspector-port',
      '0',
    ]),
    'inherit',
  );
  writeFileSync(join(state, 'wrangler.pid'), `${worker.pid}\n`);
  return worker;
}

/** Wrangler of this clone under this Node, outside any terminal dialogue, in a process group with the workerd it starts. */
function wrangler(args: string[], stdout: 'inherit' | 'ignore'): ChildProcess {
  const entry = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'wrangler-dist/cli.js');
  return spawn(process.execPath, ['--no-warnings', entry, ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', stdout, 'inherit'],
    env: { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  });
}

/** Ends a wrangler that outlived its runner, which was killed: this process owns the data folder now. */
function endOrphan(state: string): void {
  try {
    const pid = Number(readFileSync(join(state, 'wrangler.pid'), 'utf8'));
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    if (command.includes('wrangler')) killGroup(pid);
  } catch {
    // There is none.
  }
}

function killGroup(pid: number | undefined): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** Sees to it that a workerd that was killed, or its wrangler, comes back, and says when it has. */
async function keepUp(address: string, restarted: () => void, restart: () => void): Promise<void> {
  let downSince: number | null = null;
  for (;;) {
    await new Promise((done) => setTimeout(done, 500));
    const { answers, listens } = await request(`${address}/healthz`, { headersTimeout: 2000 })
      .then(async ({ statusCode, body }) => {
        await body.dump();
        return { answers: statusCode === 200, listens: true };
      })
      .catch((error: Error & { code?: string }) => ({ answers: false, listens: error.code !== 'ECONNREFUSED' }));
    if (answers && downSince !== null) restarted();
    if (answers) downSince = null;
    else downSince ??= Date.now();
    const patience = listens ? SILENT_MS : DOWN_MS;
    if (downSince !== null && Date.now() - downSince > patience) {
      restart();
      downSince = Date.now() + START_SECONDS * 1000 - DOWN_MS;
    }
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((done) => child.once('exit', (code) => done(code)));
}

async function listening(address: string): Promise<boolean> {
  const until = Date.now() + START_SECONDS * 1000;
  while (Date.now() < until) {
    try {
      const { statusCode, body } = await request(`${address}/healthz`);
      await body.dump();
      if (statusCode === 200) return true;
    } catch {
      // Not yet.
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}

try {
  const status = await main();
  if (status !== 0) process.exit(status);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

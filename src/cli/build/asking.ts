import { request } from 'undici';
import type { Config } from '../../config/config.ts';
import { createApp } from '../../http/app.ts';
import { createLog } from '../../log.ts';
import { adminToken, type Environment } from '../../node/environment.ts';
import { createNodeHome } from '../../node/home.ts';
import { findOwner, own } from '../../node/own.ts';
import { takeOver } from '../../node/work.ts';
import { republish } from '../../republish.ts';
import { findRun, type RunReport, requestRun } from '../../storage/runs.ts';
import { api } from '../api.ts';
import { CommandError } from '../command.ts';

/** What an address of the server answers. */
export type Ask = (address: string) => Promise<{ status: number; headers: Headers; bytes: Uint8Array }>;

/** Somebody who can be asked for everything, up to date. */
export interface Answering {
  ask: Ask;
  report: RunReport;
  /** Public address of the server, without a slash at the end. */
  base: string;
  close(): Promise<void>;
}

const ACCEPT = 'text/html, */*;q=0.1';

/**
 * Regenerates, and gives somebody to ask: the server that owns the data folder where one runs, else the same functions
 * in this process.
 *
 * @throws {CommandError} when there is no run to be had
 */
export async function answering(environment: Environment, config: Config): Promise<Answering> {
  const owner = findOwner(environment.data);
  return owner === null ? alone(environment, config) : throughServer(owner.address);
}

async function throughServer(server: string | null): Promise<Answering> {
  const { status, body } = await api<RunReport & { href?: string }>('POST', '/api/runs', {});
  if (status === 202) throw new CommandError(`The run takes longer; build again when it has ended: ${body.href}`);
  if (status !== 200 || server === null) throw new CommandError(`The server answers ${status} to a run.`);
  // Where one of its feeds is called like the path that it is at, only the whole path says which is meant.
  let path = '';
  const ask: Ask = async (address) => {
    const answer = await request(server + path + address, { headers: { accept: ACCEPT } });
    return {
      status: answer.statusCode,
      headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      bytes: new Uint8Array(await answer.body.arrayBuffer()),
    };
  };
  const robots = new TextDecoder().decode((await ask('/robots.txt')).bytes);
  const base = /^Sitemap: (.*)\/sitemap\.xml$/m.exec(robots)?.[1] ?? server;
  path = new URL(base).pathname.replace(/\/$/, '');
  return { ask, report: body, base, close: async () => {} };
}

async function alone(environment: Environment, config: Config): Promise<Answering> {
  const { data, content, allowPrivate } = environment;
  const owned = own(data);
  if (!owned.owned) throw new CommandError(`${data} was just taken by process ${owned.by.pid}; build again.`);
  const log = createLog(environment.log === 'pretty' ? 'silent' : environment.log);
  const home = createNodeHome({
    dataFolder: data,
    contentFolder: content,
    config,
    adminToken: adminToken(data),
    allowPrivate,
    log,
  });
  const close = async () => {
    await home.close();
    owned.release();
  };
  try {
    await takeOver(home, { contentFolder: content, dataFolder: data, schedule: null });
    const id = await requestRun(home, { trigger: 'cli' });
    await republish(home);
    const run = id === null ? null : await findRun(home, id);
    if (!run) throw new CommandError('The run left no report.');
    const app = createApp(home);
    const ask: Ask = async (address) => {
      const answer = await app.fetch(
        new Request(home.url + address, { headers: { accept: ACCEPT }, redirect: 'manual' }),
      );
      return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
    };
    return { ask, report: run.report, base: config.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

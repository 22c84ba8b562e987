import { resolve } from 'node:path';
import type { Hono } from 'hono';
import { type ConfigInput, resolveConfig } from '../config/config.ts';
import { createApp } from '../http/app.ts';
import { createLog, type LogStyle } from '../log.ts';
import { parseCidrs } from '../push/guard.ts';
import { adminToken } from './environment.ts';
import { createNodeHome } from './home.ts';
import { own } from './own.ts';
import { takeOver } from './work.ts';

/** What {@link openTidings} is told; the same as `tidings start` takes from the environment and the configuration file. */
export interface TidingsOptions {
  config?: ConfigInput;
  /** Public address under which the host answers, without a slash at the end. */
  url: string;
  /** Folder of article files; `./content` when left out. */
  content?: string;
  /** Folder of the database; `./.tidings` when left out. */
  data?: string;
  /** Cron line of the regeneration in UTC, `null` for none; every five minutes when left out. */
  schedule?: string | null;
  /** Made and kept in the data folder when left out. */
  adminToken?: string;
  /** CIDRs, comma-separated, that outbound requests may reach though private. */
  allowPrivate?: string;
  /** CIDRs, comma-separated, of proxies whose word for the client's address counts. */
  trustProxy?: string;
  log?: LogStyle;
}

/** A Tidings inside another process. */
export interface Tidings {
  /** Every address: `host.route('/', tidings.app)` after the host's own. */
  app: Hono;
  /** Ends everything within seconds; nothing that was accepted is lost. */
  stop(): Promise<void>;
}

/**
 * Opens a data folder, begins to regenerate, watch and push, and gives the application that answers. Returns when the
 * first regeneration has ended.
 *
 * @throws {ConfigError}
 * @throws when another process owns the data folder
 */
export async function openTidings(options: TidingsOptions): Promise<Tidings> {
  const dataFolder = resolve(options.data ?? './.tidings');
  const contentFolder = resolve(options.content ?? './content');
  const config = resolveConfig(options.config ?? {}, options.url);
  const owned = own(dataFolder);
  if (!owned.owned) throw new Error(`${dataFolder} belongs to process ${owned.by.pid}. Stop it, or give another data.`);
  const home = createNodeHome({
    dataFolder,
    contentFolder,
    config,
    adminToken: options.adminToken ?? adminToken(dataFolder),
    allowPrivate: parseCidrs(options.allowPrivate ?? ''),
    trustProxy: parseCidrs(options.trustProxy ?? ''),
    log: createLog(options.log ?? 'json'),
  });
  const schedule = options.schedule === undefined ? '*/5 * * * *' : options.schedule;
  const work = await takeOver(home, { contentFolder, dataFolder, schedule });
  owned.announce(config.url);
  await work.start();
  return {
    app: createApp(home),
    async stop() {
      await work.stop();
      await home.close();
      owned.release();
    },
  };
}

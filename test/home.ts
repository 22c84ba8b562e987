import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../src/config/config.ts';
import type { ConfigInput } from '../src/config/schema.ts';
import type { Home } from '../src/home.ts';
import { createLog } from '../src/log.ts';
import { createNodeHome, type NodeHome } from '../src/node/home.ts';

export interface TestHome extends NodeHome {
  /** Holds `content` and `data`. Removed by {@link TestHome.close}, unless it was given. */
  readonly folder: string;
}

export interface TestHomeOptions extends Partial<Omit<Home, 'config' | 'db' | 'queue'>> {
  config?: ConfigInput;
  /** The folder of an earlier home: goes on from what that one left. */
  folder?: string;
}

/** A Node home on a folder of its own, as `npm start` has it, without server and schedule. It may reach loopback. */
export function makeHome({ config, folder: given, ...overrides }: TestHomeOptions = {}): TestHome {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'tidings-'));
  const contentFolder = join(folder, 'content');
  mkdirSync(contentFolder, { recursive: true });
  const home = createNodeHome({
    dataFolder: join(folder, 'data'),
    contentFolder,
    config: resolveConfig(config ?? {}, overrides.url ?? 'http://tidings.test'),
    adminToken: 'test-token',
    allowPrivate: overrides.allowPrivate ?? ['127.0.0.0/8'],
    log: createLog('silent'),
    ...(overrides.now ? { now: overrides.now } : {}),
  });
  return {
    ...home,
    ...overrides,
    folder,
    async close() {
      await home.close();
      if (!given) rmSync(folder, { recursive: true, force: true });
    },
  };
}

import type { D1Migration } from 'cloudflare:test';
import type { Env } from '../../src/cloudflare/env.ts';

declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {
      MIGRATIONS: D1Migration[];
      /** Articles of the suite that counts what a change costs. */
      TEST_ARTICLES: string;
    }
  }
}

type WorkerEnv = Env;

import { join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real servers on loopback that the suites of both homes send to.
    globalSetup: './test/contract/servers.ts',
    // Suites share the machine: a slow one is not a broken one.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Much of the time is waiting: for timers, processes, sockets.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/workerd/**', 'test/e2e/**', 'test/browser/**'],
        },
      },
      {
        extends: true,
        plugins: [
          cloudflareTest(async () => ({
            main: './test/workerd/main.ts',
            wrangler: { configPath: './wrangler.toml' },
            // workerd tells of every request that fails on purpose.
            verbose: false,
            miniflare: {
              bindings: {
                TIDINGS_LIMITS: 'strict',
                MIGRATIONS: await readD1Migrations('src/storage/migrations'),
                TEST_ARTICLES: process.env.TIDINGS_TEST_ARTICLES ?? '150',
              },
            },
          })),
        ],
        // As wrangler.toml's alias does for the bundle.
        resolve: { alias: { 'tidings-config': join(import.meta.dirname, 'tidings.config.ts') } },
        test: { name: 'workerd', include: ['test/workerd/**/*.test.ts'], setupFiles: './test/workerd/setup.ts' },
      },
      // Pages in a real browser, where the machine has one.
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000 } },
      // The same files against `npm start` and `npm run edge`, over TCP.
      ...(['node', 'edge'] as const).map((home) => ({
        extends: true as const,
        test: {
          name: `e2e-${home}`,
          include: ['test/e2e/**/*.test.ts'],
          env: { TIDINGS_TEST_HOME: home },
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      })),
    ],
  },
});

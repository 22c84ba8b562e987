import { env } from 'cloudflare:workers';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { createDatabaseRates } from '../../src/storage/rates.ts';
import { partnersContract } from '../partners/contract.ts';

partnersContract(async (now) => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
  ).all<{ name: string }>();
  const tables = results.filter(({ name }) => name !== 'd1_migrations');
  await env.DB.batch(tables.map(({ name }) => env.DB.prepare(`DELETE FROM "${name}"`)));
  const vars = {
    TIDINGS_URL: 'http://tidings.test',
    TIDINGS_LOG: 'silent',
    TIDINGS_ALLOW_PRIVATE: '127.0.0.0/8',
    TIDINGS_ADMIN_TOKEN: 'test-token',
  };
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {} } as unknown as ExecutionContext;
  const home = createCloudflareHome({ ...env, ...vars }, ctx, {});
  for (const { path } of (await home.source.list()).files) await home.source.delete(path);
  return { ...home, rates: createDatabaseRates(home.db, now) };
});

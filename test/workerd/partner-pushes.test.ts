import { env } from 'cloudflare:workers';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { partnerPushesContract } from '../partners/pushes-contract.ts';

partnerPushesContract(async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT GLOB '_cf*' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  await env.DB.batch(results.map(({ name }) => env.DB.prepare(`DELETE FROM ${name}`)));
  const vars = { TIDINGS_URL: 'http://tidings.test', TIDINGS_LOG: 'silent', TIDINGS_ALLOW_PRIVATE: '127.0.0.0/8' };
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {} } as unknown as ExecutionContext;
  const invoked = () => createCloudflareHome({ ...env, ...vars }, ctx, {});
  return { ...invoked(), renew: invoked };
});

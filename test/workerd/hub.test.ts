import { env } from 'cloudflare:workers';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { hubContract } from '../hub/contract.ts';

const TABLES = [
  'outbox',
  'documents',
  'subscriptions',
  'verifications',
  'fanouts',
  'slices',
  'deliveries',
  'delivery_log',
  'delivery_counts',
  'hosts',
  'sisters',
  'alerts',
  'rates',
];

hubContract(async () => {
  await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  const vars = { TIDINGS_URL: 'http://tidings.test', TIDINGS_LOG: 'silent', TIDINGS_ALLOW_PRIVATE: '127.0.0.0/8' };
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {} } as unknown as ExecutionContext;
  return createCloudflareHome({ ...env, ...vars }, ctx, {});
});

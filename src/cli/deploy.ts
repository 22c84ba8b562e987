import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env } from 'node:process';
import { type Environment, loadConfig, readEnvironment } from '../node/environment.ts';
import { Cloudflare, Undeployable } from './deployment.ts';
import {
  configSecrets,
  HOUSEKEEPING,
  readWranglerConfig,
  type WranglerConfig,
  writeWranglerConfig,
} from './wrangler-config.ts';

/** Characters of an admin token, at least. */
const MIN_TOKEN = 16;

const HELP = `npm run deploy: creates what is missing at Cloudflare, migrates, deploys.

It may be run again at any time. It reads the environment of npm start: TIDINGS_URL (required), TIDINGS_CONFIG,
TIDINGS_SCHEDULE, TIDINGS_TRUST_PROXY, and the secrets TIDINGS_ADMIN_TOKEN and those that the configuration reads by
process.env.NAME. A secret that the Worker has already need not be given again. Options:
  --dry-run   checks everything that can be checked without an account
`;

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const environment = readEnvironment();
  const url = publicUrl(environment);
  await loadConfig(environment);
  const folder = join(environment.data, 'deploy');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'wrangler.json');
  const config = deployed(environment, url);
  writeWranglerConfig(file, config);
  const cloudflare = new Cloudflare(file);
  cloudflare.check(join(folder, 'bundle'));
  if (args.includes('--dry-run')) {
    console.log(`The Worker can be built and its configuration is sound: ${file}`);
    return 0;
  }

  cloudflare.assertSignedIn();
  const [database] = config.d1_databases;
  if (!database) throw new Undeployable('wrangler.toml names no D1 database.', 'git checkout wrangler.toml');
  database.database_id = cloudflare.database(database.database_name);
  writeWranglerConfig(file, config);
  for (const { bucket_name: bucket } of config.r2_buckets) cloudflare.bucket(bucket);
  for (const queue of queuesOf(config)) cloudflare.queue(queue);
  const content = config.r2_buckets.find(({ binding }) => binding === 'CONTENT')?.bucket_name;
  const events = config.queues.consumers.find(
    ({ queue }) => !config.queues.producers.some((one) => one.queue === queue),
  );
  if (content && events) cloudflare.notification(content, events.queue);
  const given = secretsToUpload(environment, cloudflare.secrets(config.name));
  cloudflare.migrate(database.database_name);
  const secretsFile = join(folder, 'secrets.json');
  try {
    writeFileSync(secretsFile, JSON.stringify(given), { mode: 0o600 });
    cloudflare.deploy(secretsFile);
  } finally {
    rmSync(secretsFile, { force: true });
  }
  console.log(`
Tidings runs at ${url}

  Dashboard  ${url}/admin
  Articles   npm run -s tidings -- sync --to ${url} content
  Try it     npm run -s tidings -- doctor
`);
  return 0;
}

/** The environment's address, which must be one that the world can reach. */
function publicUrl({ url }: Environment): string {
  const { protocol, hostname } = new URL(url);
  if (!env.TIDINGS_URL || protocol !== 'https:' || hostname === 'localhost')
    throw new Undeployable(
      `TIDINGS_URL is ${env.TIDINGS_URL ?? 'not set'}; it must be the https address at which the Worker will be reached.`,
      'TIDINGS_URL=https://feeds.example npm run deploy',
    );
  return url;
}

/** wrangler.toml with what this environment says. */
function deployed(environment: Environment, url: string): WranglerConfig {
  const config = readWranglerConfig(environment);
  const { host, hostname, pathname } = new URL(url);
  const isOwnDomain = !hostname.endsWith('.workers.dev');
  return {
    ...config,
    // A whole domain of the publisher's is given to the Worker; a path below one is for a route in wrangler.toml.
    ...(isOwnDomain && pathname === '/' && !config.routes ? { routes: [{ pattern: host, custom_domain: true }] } : {}),
    workers_dev: !isOwnDomain,
    triggers: {
      crons: environment.schedule === null ? [HOUSEKEEPING] : [cronLine(environment.schedule), HOUSEKEEPING],
    },
    vars: { TIDINGS_URL: url, TIDINGS_LOG: 'json', TIDINGS_TRUST_PROXY: environment.trustProxy.join(',') },
    secrets: { required: secretNames(environment) },
    observability: { enabled: true },
  };
}

/** A line that is the same as the Worker's own must still mean the regeneration. */
const cronLine = (schedule: string) => (schedule === HOUSEKEEPING ? '*/1 * * * *' : schedule);

const secretNames = (environment: Environment) => ['TIDINGS_ADMIN_TOKEN', ...configSecrets(environment)];

function queuesOf({ queues }: WranglerConfig): string[] {
  const names = queues.consumers.flatMap(({ queue, dead_letter_queue: dead }) => (dead ? [dead, queue] : [queue]));
  return [...new Set([...names, ...queues.producers.map(({ queue }) => queue)])];
}

/** The secrets that this environment gives. Throws where one is neither given nor at Cloudflare already. */
function secretsToUpload(environment: Environment, present: string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of secretNames(environment)) {
    const value = env[name]?.trim();
    if (value) given[name] = value;
    else if (!present.includes(name))
      throw new Undeployable(
        `The secret ${name} is not set at Cloudflare.`,
        name === 'TIDINGS_ADMIN_TOKEN'
          ? 'export TIDINGS_ADMIN_TOKEN=$(openssl rand -hex 24); npm run deploy   # and keep it'
          : `export ${name}=…; npm run deploy`,
      );
  }
  if (given.TIDINGS_ADMIN_TOKEN !== undefined && given.TIDINGS_ADMIN_TOKEN.length < MIN_TOKEN)
    throw new Undeployable(
      `TIDINGS_ADMIN_TOKEN has fewer than ${MIN_TOKEN} characters.`,
      'export TIDINGS_ADMIN_TOKEN=$(openssl rand -hex 24); npm run deploy   # and keep it',
    );
  return given;
}

try {
  process.exitCode = await main(argv.slice(2));
} catch (error) {
  if (error instanceof Undeployable) console.error(`${error.message}\n\nMend it with:\n  ${error.mend}`);
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

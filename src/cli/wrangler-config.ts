import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import type { Environment } from '../node/environment.ts';

/** The root of the clone, where wrangler.toml is. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** The Worker's own line for what is due; wrangler.toml has it too. */
export const HOUSEKEEPING = '* * * * *';

/** What of wrangler.toml is looked at here. */
export interface WranglerConfig {
  name: string;
  main: string;
  assets: { directory: string };
  alias: Record<string, string>;
  d1_databases: { database_name: string; migrations_dir: string; database_id?: string }[];
  r2_buckets: { binding: string; bucket_name: string }[];
  queues: {
    producers: { queue: string }[];
    consumers: { queue: string; max_batch_size: number; dead_letter_queue?: string }[];
  };
  [key: string]: unknown;
}

/** What wrangler.toml says, with paths that hold wherever it is read, and this environment's configuration bundled. */
export function readWranglerConfig({ config }: Pick<Environment, 'config'>): WranglerConfig {
  const given = parse(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')) as unknown as WranglerConfig;
  return {
    ...given,
    main: join(ROOT, given.main),
    assets: { ...given.assets, directory: join(ROOT, given.assets.directory) },
    alias: {
      ...Object.fromEntries(Object.entries(given.alias).map(([name, file]) => [name, join(ROOT, file)])),
      'tidings-config': existsSync(config) ? config : join(ROOT, 'src/config/empty.ts'),
    },
    d1_databases: given.d1_databases.map((database) => ({
      ...database,
      migrations_dir: join(ROOT, database.migrations_dir),
    })),
  };
}

/** May hold secrets, so nobody else reads it. */
export function writeWranglerConfig(file: string, config: WranglerConfig): void {
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}

/** Names of the variables that a configuration file reads by `process.env.NAME`: at the edge each is a secret. */
export function configSecrets({ config }: Pick<Environment, 'config'>): string[] {
  if (!existsSync(config)) return [];
  const names = readFileSync(config, 'utf8').matchAll(/\bprocess\.env(?:\.([A-Za-z_]\w*)|\[['"]([A-Za-z_]\w*)['"]\])/g);
  return [...new Set([...names].map(([, dotted, quoted]) => dotted ?? quoted ?? ''))].sort();
}

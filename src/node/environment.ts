import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, ConfigError, resolveConfig } from '../config/config.ts';
import type { LogStyle } from '../log.ts';
import { parseCidrs } from '../push/guard.ts';
import { sampleHere } from './sample.ts';

/** What the environment asks for, with every default filled in. Paths are absolute. */
export interface Environment {
  port: number;
  host: string;
  content: string;
  data: string;
  config: string;
  /** Whether there is nothing here to publish but the sample that the package brings. */
  sample: boolean;
  /** Public address without a slash at the end. */
  url: string;
  /** A cron line; null for none. */
  schedule: string | null;
  allowPrivate: string[];
  trustProxy: string[];
  log: LogStyle;
}

/** An environment variable cannot be used. The message names it and says what to write. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
}

/**
 * Reads the environment.
 *
 * @throws {EnvironmentError}
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const value = (name: string) => {
    const text = env[name]?.trim();
    return text === '' ? undefined : text;
  };
  const port = Number(value('PORT') ?? 8787);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new EnvironmentError(`PORT is ${env.PORT}; it must be a number from 0 to 65535.`);
  const url = value('TIDINGS_URL') ?? `http://localhost:${port}`;
  if (!/^https?:\/\/[^/?#]+(\/[^?#]*[^/?#])?$/.test(url))
    throw new EnvironmentError(`TIDINGS_URL is ${url}; write it as https://feeds.example, without a slash at the end.`);
  const log = value('TIDINGS_LOG') ?? (process.stderr.isTTY ? 'pretty' : 'json');
  if (log !== 'pretty' && log !== 'json' && log !== 'silent')
    throw new EnvironmentError(`TIDINGS_LOG is ${log}; it must be pretty, json or silent.`);
  const sample = sampleHere(env);
  const schedule = value('TIDINGS_SCHEDULE') ?? '*/5 * * * *';
  return {
    port,
    host: value('HOST') ?? '127.0.0.1',
    content: resolve(value('TIDINGS_CONTENT') ?? sample?.content ?? './content'),
    data: resolve(value('TIDINGS_DATA') ?? sample?.data ?? './.tidings'),
    config: resolve(value('TIDINGS_CONFIG') ?? sample?.config ?? './tidings.config.ts'),
    sample: sample !== null,
    url,
    schedule: schedule === 'off' ? null : schedule,
    allowPrivate: cidrs('TIDINGS_ALLOW_PRIVATE', value('TIDINGS_ALLOW_PRIVATE')),
    trustProxy: cidrs('TIDINGS_TRUST_PROXY', value('TIDINGS_TRUST_PROXY')),
    log,
  };
}

/** CIDRs of a variable; what is none is named. */
function cidrs(name: string, text: string | undefined): string[] {
  try {
    return parseCidrs(text ?? '');
  } catch (error) {
    throw new EnvironmentError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Loads and checks the configuration file. Where none was named and none is there, the defaults hold.
 *
 * @throws {ConfigError}
 */
export async function loadConfig(environment: Environment, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const { config: file, url } = environment;
  if (!existsSync(file)) {
    if (env.TIDINGS_CONFIG) throw new ConfigError(`TIDINGS_CONFIG names ${file}, and there is no such file.`);
    return resolveConfig({}, url);
  }
  let input: unknown;
  try {
    input = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new ConfigError(`${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (input === undefined)
    throw new ConfigError(`${file} has no default export; write: export default { site: { … } }`);
  try {
    return resolveConfig(input, url);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${file}\n${error.message}`);
    throw error;
  }
}

/** Where the admin token is kept when the environment gives none. */
export const tokenFile = (data: string) => join(data, 'admin-token');

/** The token in the file that TIDINGS_ADMIN_TOKEN_FILE names. */
export function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EnvironmentError(`TIDINGS_ADMIN_TOKEN_FILE names ${file}, which cannot be read (${code}).`);
  }
}

/** The admin token: of the environment, of the file that it names, or made at first start and kept in the data folder. */
export function adminToken(data: string, env: NodeJS.ProcessEnv = process.env): string {
  if (env.TIDINGS_ADMIN_TOKEN) return env.TIDINGS_ADMIN_TOKEN.trim();
  if (env.TIDINGS_ADMIN_TOKEN_FILE) return readToken(env.TIDINGS_ADMIN_TOKEN_FILE);
  const file = tokenFile(data);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(data, { recursive: true });
  const token = randomBytes(24).toString('base64url');
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  return token;
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** What a command printed, and its exit status. */
export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

/** Runs the command line as a person does. Nothing of the tests' own environment names a folder or an address. */
export function tidings(
  args: string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:TIDINGS_|FORCE_COLOR|NO_COLOR)/.test(name));
  const child = spawn(process.execPath, [MAIN, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...Object.fromEntries(inherited), TIDINGS_LOG: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done({ status, out, err }));
  });
}

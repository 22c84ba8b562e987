import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a process took from its start to its end, and what it printed. */
export interface Measured {
  ms: number;
  /** The most memory that it had at once, in bytes of 1,000,000. */
  megabytes: number;
  output: string;
}

/**
 * Runs a program to its end under `time`.
 *
 * @throws when its exit status is not 0
 */
export async function measured(program: string, args: string[], env = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-time-'));
  const file = join(folder, 'time');
  try {
    const started = performance.now();
    const output = await ended('time', ['-f', '%M', '-o', file, program, ...args], env);
    const ms = performance.now() - started;
    const kibibytes = Number(readFileSync(file, 'utf8').trim().split('\n').at(-1));
    return { ms, megabytes: (kibibytes * 1024) / 1_000_000, output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program to its end and gives what it printed. */
export function ended(program: string, args: string[], env = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(Buffer.concat(chunks).toString());
      else reject(new Error(`${program} ${args.join(' ')} ended with ${status}.`));
    });
  });
}

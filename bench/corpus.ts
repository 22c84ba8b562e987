import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unavailable } from './unavailable.ts';

const GENERATOR = join(import.meta.dirname, '../../shared/corpora/synthesize.mjs');

/** Where benchmarks keep what they make once and use again. */
export const CACHE = join(tmpdir(), 'tidings-bench');

/**
 * A folder of synthesized article files, kept from run to run: the same arguments give the same bytes.
 *
 * @param odd the share of odd files
 * @throws {Unavailable} where the generator is not beside the clone
 */
export function corpus(count: number, odd: number): string {
  const folder = join(CACHE, `articles-${count}-${odd}`);
  if (existsSync(folder)) return folder;
  if (!existsSync(GENERATOR)) throw new Unavailable(`There is no ${GENERATOR}, which makes the articles.`);
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${folder}.${process.pid}`;
  const made = spawnSync(process.execPath, [GENERATOR, unfinished, '--count', `${count}`, '--odd', `${odd}`]);
  if (made.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Unavailable(`${GENERATOR} made no articles: ${made.stderr}`);
  }
  renameSync(unfinished, folder);
  return folder;
}

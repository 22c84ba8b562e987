import { spawnSync } from 'node:child_process';
import { Unavailable } from './unavailable.ts';

/**
 * Makes sure that a program of Debian's package of the same name is there; installs it when it is missing.
 *
 * @throws {Unavailable} when it cannot be installed
 */
export function needProgram(name: string): void {
  if (isThere(name)) return;
  const install = ['install', '-y', '--no-install-recommends', name];
  if (apt(install) || (apt(['update']) && apt(install))) {
    if (isThere(name)) return;
  }
  throw new Unavailable(`There is no ${name}, and apt-get could not install it: install Debian's package ${name}.`);
}

function isThere(name: string): boolean {
  return spawnSync('which', [name]).status === 0;
}

function apt(args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, stdio: 'ignore' }).status === 0;
}

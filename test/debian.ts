import { spawnSync } from 'node:child_process';
import { findChromium } from './browser/chromium.ts';

/** What some suites want of Debian, and how one sees that it is there. Without it they are skipped, and say so. */
const WANTED = [
  { package: 'chromium', isThere: () => findChromium() !== null },
  {
    package: 'python3-feedparser',
    isThere: () => spawnSync('/usr/bin/python3', ['-c', 'import feedparser']).status === 0,
  },
  { package: 'openssl', isThere: () => spawnSync('openssl', ['version']).status === 0 },
  { package: 'php-cli', isThere: () => spawnSync('php', ['--version']).status === 0 },
  // The binary alone: the package apache2 would start a server.
  { package: 'apache2-bin', isThere: () => spawnSync('apache2', ['-v']).status === 0 },
  { package: 'zsh', isThere: () => spawnSync('zsh', ['--version']).status === 0 },
  { package: 'fish', isThere: () => spawnSync('fish', ['--version']).status === 0 },
];

const apt = (args: string[]) =>
  spawnSync('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: 'ignore' }).status ===
  0;

const missing = WANTED.filter((one) => !one.isThere()).map((one) => one.package);
if (missing.length > 0) {
  console.log(`Installing Debian's ${missing.join(', ')} for the tests that want them …`);
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (!(apt(['update']) && apt(install)))
    console.log(
      `They could not be installed; the tests that want them are skipped. By hand: sudo apt-get ${install.join(' ')}`,
    );
}

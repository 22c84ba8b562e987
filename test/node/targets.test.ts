import { describe, expect, test } from 'vitest';
import { createTargets } from '../../src/node/targets.ts';
import { checkTarget, hostOf } from '../../src/push/guard.ts';

/** What follows a site, some of which URL parsing leaves as it stands and some not. */
const PATHS = [
  '/',
  '/cb',
  '/a/b.php?x=1&y=/2?3',
  '/a//b',
  '/~user/it-s_(me)!$&*+,;=:@',
  '/%ed%95%9c?q=%20',
  '/cb.',
  '/...',
  '/a/./b',
  '/a/../b',
  '/..',
  '/%2e%2E/b',
  '/a/.hidden',
  '/a b',
  '/한?글',
  '/"<>`{}|^',
  "/it's?it's",
  '/a\\..\\b',
  '/a\tb\n',
  '/a#fragment',
  '?q',
  '#fragment',
  '',
];

describe('targets', () => {
  const allow = ['10.0.0.0/8'];
  const targets = createTargets(allow);

  test.each([
    'https://example.com',
    'http://example.com:80',
    'http://10.0.0.1:8080',
    'HTTPS://EXAMPLE.com',
    'http://[::1]',
  ])('are those of URL parsing, at %s', (site) => {
    // The second time each site is known.
    for (const path of [...PATHS, ...PATHS]) {
      const parsed = checkTarget(site + path, allow);
      const { origin, pathname, search } = parsed.allowed ? parsed.url : new URL('http://none');
      expect(targets(site + path), site + path).toEqual(
        parsed.allowed ? { allowed: true, origin, path: pathname + search, host: hostOf(parsed.url) } : parsed,
      );
    }
  });

  test.each([
    'http://127.0.0.1',
    'http://0x7f.1',
    'https://user@example.com',
    'http://example.com:25',
    'ftp://example.com',
  ])('refuse what the guard refuses, however often it is asked: %s', (site) => {
    for (const address of [`${site}/a`, `${site}/b`, `${site}/a b`])
      expect(targets(address)).toEqual(checkTarget(address, allow));
    expect(targets(`${site}/a`).allowed).toBe(false);
  });

  test('are right for very many sites too', () => {
    const found = Array.from({ length: 2_500 }, (_, number) => targets(`http://s${number % 1_250}.example/cb`));
    expect(found.every((one) => one.allowed && one.path === '/cb')).toBe(true);
    expect(found.at(-1)).toMatchObject({ origin: 'http://s1249.example' });
  });
});

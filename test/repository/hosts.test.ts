import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, resolveConfig } from '../../src/config/config.ts';
import type { RepositoryConfig } from '../../src/config/schema.ts';
import { archiveRequest, readPush } from '../../src/repository/hosts.ts';
import { makeHome } from '../home.ts';

type Given = Partial<Omit<RepositoryConfig, 'token' | 'secret'>> & { url: string; token?: string; secret?: string };

function repository(given: Given): RepositoryConfig {
  const resolved = resolveConfig({ content: { repository: given } }, 'http://tidings.test').content.repository;
  if (resolved === null) throw new Error('none');
  return resolved;
}

describe('where archives are', () => {
  test.each([
    [{ url: 'https://github.com/owner/name' }, 'https://api.github.com/repos/owner/name/tarball/main'],
    [
      { url: 'https://github.com/owner/name.git', branch: 'feature/a b' },
      'https://api.github.com/repos/owner/name/tarball/feature/a%20b',
    ],
    [
      { url: 'https://git.firm.example/owner/name', host: 'github' as const },
      'https://git.firm.example/api/v3/repos/owner/name/tarball/main',
    ],
    [
      { url: 'https://gitlab.com/group/sub/name', branch: 'live' },
      'https://gitlab.com/api/v4/projects/group%2Fsub%2Fname/repository/archive.tar.gz?sha=live',
    ],
    [
      { url: 'https://codeberg.org/owner/name', host: 'gitea' as const },
      'https://codeberg.org/api/v1/repos/owner/name/archive/main.tar.gz',
    ],
  ])('%j', (given, url) => {
    expect(archiveRequest(repository(given)).url).toBe(url);
  });

  test('a host that its name does not tell must be named', () => {
    expect(() => repository({ url: 'https://git.example/owner/name' })).toThrow(ConfigError);
    expect(() => repository({ url: 'https://git.example/owner/name' })).toThrow(/host: 'github', 'gitlab' or 'gitea'/);
  });

  test('a token goes in the header that its host reads', () => {
    const token = 'secret-token';
    const headers = (given: Given) => archiveRequest(repository({ ...given, token })).headers;
    expect(headers({ url: 'https://github.com/o/n' })).toMatchObject({ authorization: 'Bearer secret-token' });
    expect(headers({ url: 'https://gitlab.com/o/n' })).toEqual({ 'private-token': 'secret-token' });
    expect(headers({ url: 'https://g.example/o/n', host: 'gitea' })).toEqual({ authorization: 'token secret-token' });
  });
});

describe('who a push is from', () => {
  const secret = "It's a Secret to Everybody";
  const home = makeHome();
  afterAll(() => home.close());
  const bytes = (text: string) => new TextEncoder().encode(text);
  const body = '{"ref":"refs/heads/main"}';
  const signed = (text: string) => home.hmac('sha256', secret, bytes(text));
  const push = (given: Given, headers: Record<string, string>, text = body) =>
    readPush(home, repository({ secret, ...given }), new Headers(headers), bytes(text)).state;
  const github = { url: 'https://github.com/o/n' };
  const gitlab = { url: 'https://gitlab.com/o/n' };
  const gitea = { url: 'https://g.example/o/n', host: 'gitea' as const };

  test("GitHub's own example of a signature", () => {
    const headers = {
      'x-github-event': 'push',
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    expect(push(github, headers, 'Hello, World!')).toBe('other');
    expect(push(github, headers, 'Hello, World?')).toBe('forged');
  });

  test('signed pushes of the branch, as each host sends them', () => {
    expect(push(github, { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${signed(body)}` })).toBe('pushed');
    const form = `payload=${encodeURIComponent(body)}`;
    const headers = { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${signed(form)}` };
    expect(push(github, { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, form)).toBe('pushed');
    expect(push(gitlab, { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret })).toBe('pushed');
    expect(push(gitea, { 'x-gitea-event': 'push', 'x-gitea-signature': signed(body) })).toBe('pushed');
  });

  test('what is not signed, or by another secret, or for another host', () => {
    expect(push(github, { 'x-github-event': 'push' })).toBe('forged');
    expect(push(github, { 'x-github-event': 'push', 'x-hub-signature-256': signed(body) })).toBe('forged');
    expect(push(github, { 'x-github-event': 'push', 'x-gitlab-token': secret })).toBe('forged');
    expect(push(gitlab, { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': `${secret}x` })).toBe('forged');
    expect(push(gitea, { 'x-gitea-event': 'push', 'x-gitea-signature': '' })).toBe('forged');
  });

  test('what is no push of the branch', () => {
    const of = (text: string, event = 'push') =>
      push(github, { 'x-github-event': event, 'x-hub-signature-256': `sha256=${signed(text)}` }, text);
    expect(of('{"ref":"refs/heads/other"}')).toBe('other');
    expect(of('{"ref":"refs/tags/main"}')).toBe('other');
    expect(of('{"zen":"x"}', 'ping')).toBe('other');
    expect(of('no JSON')).toBe('other');
  });
});

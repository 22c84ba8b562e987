import type { RepositoryConfig } from '../config/schema.ts';
import type { Home } from '../home.ts';

/** Where a repository's archive is, and what it is asked with. */
export interface ArchiveRequest {
  url: string;
  headers: Record<string, string>;
}

/**
 * The archive of a branch as a compressed tar.
 *
 * @see https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar
 * @see https://docs.gitlab.com/api/repositories/#get-file-archive
 * @see https://docs.gitea.com/api/ (repoGetArchive)
 */
export function archiveRequest({ url, host, branch, token }: RepositoryConfig): ArchiveRequest {
  const { origin, hostname, pathname } = new URL(url);
  const path = pathname.slice(1);
  const ref = encodeURIComponent(branch);
  if (host === 'gitlab') {
    return {
      url: `${origin}/api/v4/projects/${encodeURIComponent(path)}/repository/archive.tar.gz?sha=${ref}`,
      headers: token === null ? {} : { 'private-token': token },
    };
  }
  if (host === 'gitea') {
    return {
      url: `${origin}/api/v1/repos/${path}/archive/${ref}.tar.gz`,
      headers: token === null ? {} : { authorization: `token ${token}` },
    };
  }
  const api = hostname === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`;
  return {
    url: `${api}/repos/${path}/tarball/${branch.split('/').map(encodeURIComponent).join('/')}`,
    headers: {
      accept: 'application/vnd.github+json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
  };
}

/** What a webhook says, once it is known to be the host's. */
export type Push = { state: 'forged' } | { state: 'other'; reason: string } | { state: 'pushed' };

/**
 * Whether a webhook comes from the repository's host and tells of a push to the branch. GitHub and Gitea sign the body
 * with the secret, GitLab sends the secret itself.
 *
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/
 * @see https://docs.gitea.com/usage/repository/webhooks
 */
export function readPush(home: Home, repository: RepositoryConfig, headers: Headers, body: Uint8Array): Push {
  if (!isSigned(home, repository, headers, body)) return { state: 'forged' };
  const event = headers.get('x-github-event') ?? headers.get('x-gitea-event') ?? headers.get('x-gitlab-event') ?? '';
  if (event.toLowerCase() !== 'push' && event !== 'Push Hook') return { state: 'other', reason: `${event} is no push` };
  const ref = refOf(headers, body);
  if (ref === null) return { state: 'other', reason: 'the body names no ref' };
  if (ref !== `refs/heads/${repository.branch}`) return { state: 'other', reason: `${ref} is another branch` };
  return { state: 'pushed' };
}

function isSigned(home: Home, { host, secret }: RepositoryConfig, headers: Headers, body: Uint8Array): boolean {
  if (secret === null) return false;
  if (host === 'gitlab') return isSame(home, headers.get('x-gitlab-token'), secret);
  const signature = home.hmac('sha256', secret, body);
  if (host === 'gitea') return isSame(home, headers.get('x-gitea-signature'), signature);
  return isSame(home, headers.get('x-hub-signature-256'), `sha256=${signature}`);
}

/** Compares hashes, so that the time says nothing of where two texts differ. */
function isSame(home: Home, given: string | null, wanted: string): boolean {
  return given !== null && home.sha256(`push ${given}`) === home.sha256(`push ${wanted}`);
}

/** The ref of a push, from JSON or from the form in which GitHub sends it unless told otherwise. */
function refOf(headers: Headers, body: Uint8Array): string | null {
  try {
    const text = new TextDecoder().decode(body);
    const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded');
    const json: unknown = JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text);
    const ref = typeof json === 'object' && json !== null && 'ref' in json ? json.ref : null;
    return typeof ref === 'string' ? ref : null;
  } catch {
    return null;
  }
}

import { hash } from 'node:crypto';
import { request } from 'undici';
import { isAuthorsFile } from '../articles/authors.ts';
import { articleFiles } from '../articles/selection.ts';
import type { Config } from '../config/config.ts';
import { createFileSource } from './files.ts';

/** Uploads under way at once. */
const AT_ONCE = 8;

/** The server refused, or did not answer. */
export class SyncError extends Error {
  override name = 'SyncError';
}

export interface Target {
  /** Address of the server, without a slash at the end. */
  url: string;
  token: string;
}

/**
 * Brings a server's articles up to a folder: what differs by hash is uploaded, what is gone from the folder since the
 * last time is deleted (what came another way stays), and one regeneration is asked for when that changed anything.
 *
 * @param known the folder's paths at the last time; holds those of now afterwards
 * @returns the paths that were uploaded or deleted
 * @throws {SyncError}
 */
export async function syncFolder(
  folder: string,
  config: Config,
  target: Target,
  known: Set<string>,
): Promise<string[]> {
  const source = createFileSource(folder);
  const isArticle = articleFiles(config);
  const remote = await remoteHashes(target);
  const changed: string[] = [];
  const present = new Set<string>();
  const uploads: { path: string; bytes: Uint8Array }[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.list({ cursor });
    for (const { path } of page.files) {
      if (!isArticle(path) && !isAuthorsFile(path)) continue;
      const got = await source.get(path);
      if (!got) continue;
      present.add(path);
      const remoteTag = remote.get(path) ?? (isAuthorsFile(path) ? await remoteHash(target, path) : undefined);
      if (remoteTag !== hash('sha256', got.bytes, 'hex')) uploads.push({ path, bytes: got.bytes });
    }
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  const lane = async () => {
    for (let one = uploads.pop(); one; one = uploads.pop()) {
      await call(target, 'PUT', addressOf(one.path), one.bytes);
      changed.push(one.path);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  for (const path of known) {
    if (present.has(path) || !remote.has(path)) continue;
    await call(target, 'DELETE', addressOf(path));
    changed.push(path);
  }
  known.clear();
  for (const path of present) known.add(path);
  if (changed.length > 0) await call(target, 'POST', '/api/runs', JSON.stringify({ paths: changed.sort() }));
  return changed;
}

const addressOf = (path: string) => `/api/articles/${path.split('/').map(encodeURIComponent).join('/')}?run=later`;

async function remoteHashes(target: Target): Promise<Map<string, string | null>> {
  const hashes = new Map<string, string | null>();
  let after: string | null = '';
  while (after !== null) {
    const { body } = await call(target, 'GET', `/api/articles?after=${encodeURIComponent(after)}`);
    const page = JSON.parse(body) as { files: { path: string; hash: string | null }[]; next: string | null };
    for (const file of page.files) hashes.set(file.path, file.hash);
    after = page.next;
  }
  return hashes;
}

async function remoteHash(target: Target, path: string): Promise<string | undefined> {
  const { etag } = await call(target, 'HEAD', addressOf(path));
  return etag?.replaceAll('"', '');
}

async function call(
  { url, token }: Target,
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: Uint8Array | string,
): Promise<{ body: string; etag: string | undefined }> {
  const answer = await request(url + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  }).catch((error: Error) => {
    throw new SyncError(`${url} does not answer: ${error.message}`);
  });
  const text = await answer.body.text();
  const { etag } = answer.headers;
  // What is not there need not be fetched or deleted.
  if (answer.statusCode >= 400 && answer.statusCode !== 404)
    throw new SyncError(
      `${url} answered ${answer.statusCode} to ${method} ${path.split('?')[0]}: ${text.slice(0, 300)}`,
    );
  return { body: text, etag: typeof etag === 'string' ? etag : undefined };
}

import { hash } from 'node:crypto';
import { isAuthorsFile } from '../articles/authors.ts';
import { articleFiles } from '../articles/selection.ts';
import type { Config } from '../config/config.ts';
import { createFileSource } from './files.ts';
import { ask, type Remote } from './remote.ts';

/** Uploads under way at once. */
const AT_ONCE = 8;
/** Files in a row that the server has none of, after which no upload that was cut off is looked for any more. */
const MISSES = 16;

/** What there is to do, before it is done. */
export interface SyncPlan {
  /** Article files of the folder. */
  files: number;
  /** Paths whose bytes the server has otherwise or not at all, in order. */
  changed: string[];
  /** Paths that the server has and the folder has not. */
  gone: string[];
}

/** How far a sync is. */
export interface SyncProgress {
  done: number;
  total: number;
}

export interface SyncOptions {
  /** Which of the paths that are gone from the folder are deleted. */
  isDeleted: (path: string) => boolean;
  onPlan?: (plan: SyncPlan) => void;
  onProgress?: (progress: SyncProgress) => void;
}

export interface Synced {
  /** The folder's paths. */
  present: string[];
  uploaded: string[];
  deleted: string[];
  /** Those that an earlier sync had uploaded before it was cut off. */
  resumed: string[];
  /** The answer to the one request for a regeneration; null where nothing had changed. */
  run: string | null;
}

/**
 * Brings a server's articles up to a folder: what is gone is deleted, what differs by hash is uploaded, and one
 * regeneration is asked for when that changed anything. Deletions go first: a file that was renamed is known by its text
 * only while its former name is not there.
 *
 * @throws {RemoteError}
 */
export async function syncFolder(
  folder: string,
  config: Config,
  remote: Remote,
  options: SyncOptions,
): Promise<Synced> {
  const { onPlan = () => {}, onProgress = () => {} } = options;
  const source = createFileSource(folder);
  const { present, changed, known } = await compare(source, config, remote);
  const here = new Set(present);
  const gone = [...known.keys()].filter((path) => !here.has(path) && options.isDeleted(path));
  onPlan({ files: present.length, changed: changed.map(({ path }) => path), gone });

  const total = gone.length + changed.length;
  let done = 0;
  const synced: Synced = { present, uploaded: [], deleted: [], resumed: [], run: null };
  await inLanes(gone, async (path) => {
    await ask(remote, 'DELETE', addressOf(path));
    synced.deleted.push(path);
    onProgress({ done: ++done, total });
  });
  let misses = 0;
  await inLanes(changed, async ({ path, hash }) => {
    if (misses < MISSES && (await remoteHash(remote, path)) === hash) {
      misses = 0;
      synced.resumed.push(path);
    } else {
      misses++;
      const got = await source.get(path);
      if (got) {
        await ask(remote, 'PUT', addressOf(path), got.bytes);
        synced.uploaded.push(path);
      }
    }
    onProgress({ done: ++done, total });
  });
  const paths = [...synced.deleted, ...synced.resumed, ...synced.uploaded].sort();
  if (paths.length > 0) synced.run = (await ask(remote, 'POST', '/api/runs', JSON.stringify({ paths }))).body;
  return synced;
}

interface Comparison {
  present: string[];
  changed: { path: string; hash: string }[];
  /** What the server has, by path. */
  known: Map<string, string | null>;
}

async function compare(
  source: ReturnType<typeof createFileSource>,
  config: Config,
  remote: Remote,
): Promise<Comparison> {
  const isArticle = articleFiles(config);
  const known = await remoteHashes(remote);
  const comparison: Comparison = { present: [], changed: [], known };
  let cursor: string | undefined;
  do {
    const page = await source.list({ cursor });
    for (const { path } of page.files) {
      if (!isArticle(path) && !isAuthorsFile(path)) continue;
      const got = await source.get(path);
      if (!got) continue;
      const own = hash('sha256', got.bytes, 'hex');
      comparison.present.push(path);
      const theirs = isAuthorsFile(path) ? await remoteHash(remote, path) : known.get(path);
      if (theirs !== own) comparison.changed.push({ path, hash: own });
    }
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return comparison;
}

/** Does the work for each of a list, several at a time, begun in order; the first failure ends it. */
async function inLanes<T>(list: T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    for (let item = list[next++]; item !== undefined && !failed; item = list[next++]) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

const addressOf = (path: string) => `/api/articles/${path.split('/').map(encodeURIComponent).join('/')}?run=later`;

async function remoteHashes(remote: Remote): Promise<Map<string, string | null>> {
  const hashes = new Map<string, string | null>();
  let after: string | null = '';
  while (after !== null) {
    const { body } = await ask(remote, 'GET', `/api/articles?after=${encodeURIComponent(after)}`);
    const page = JSON.parse(body) as { files: { path: string; hash: string | null }[]; next: string | null };
    for (const file of page.files) hashes.set(file.path, file.hash);
    after = page.next;
  }
  return hashes;
}

/** The hash of a file as it stands in the server's folder or bucket, also where no run has seen it. */
async function remoteHash(remote: Remote, path: string): Promise<string | undefined> {
  const { status, etag } = await ask(remote, 'HEAD', addressOf(path));
  return status === 200 ? etag?.replaceAll('"', '') : undefined;
}

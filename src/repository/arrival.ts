import { isAuthorsFile } from '../articles/authors.ts';
import { articleFiles } from '../articles/selection.ts';
import type { RepositoryConfig } from '../config/schema.ts';
import type { Home } from '../home.ts';
import { enqueue, type Work, wake } from '../push/outbox.ts';
import { REPUBLISH, republish } from '../republish.ts';
import { PathRefused, pathProblem } from '../storage/paths.ts';
import { type Download, OutboundError } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { requestRun } from '../storage/runs.ts';
import { readSetting, writeSetting } from '../storage/settings.ts';
import { archiveRequest } from './hosts.ts';
import { ArchiveError, type TarFile, tarFiles } from './tar.ts';

/** The outbox's word for it; there is one repository. */
const WORK = { type: 'repository', ref: '' };
/** The archive's ETag when everything in it had arrived. */
const ETAG = 'repository';
const TIMEOUT_MS = 600_000;
/** The hosts send to where the archive is, once or twice. */
const REDIRECTS = 3;
/** Seconds before each further try; then the next push or tick. */
const RETRY_SECONDS = [10, 60, 300];
/** Files, and bytes of them, that are held and stored in one step: what an invocation of a Worker may do. */
const STEP = { node: { files: 2_000, bytes: 64_000_000 }, workers: { files: 200, bytes: 16_000_000 } };
/** Rows read at a time. */
const PAGE = 5_000;
/** Who must not be told of one by one. */
const MOST_PATHS = 1_000;

/** Asks for the repository's archive to be fetched, where there is one: its host told of a push, or a tick came. */
export async function requestArchive(home: Home): Promise<void> {
  if (home.config.content.repository === null) return;
  await home.db.batch([enqueue(home, WORK.type, WORK.ref)]);
  await wake(home, [WORK]);
}

/**
 * Brings the articles up to the repository's archive, a step at a time. Every step reads the whole archive as it comes
 * and passes over what has arrived, so that it needs no memory of the one before; once nothing is left, one regeneration
 * looks at what changed.
 */
export async function fetchArchive(home: Home, work: Work): Promise<number | null> {
  const { repository } = home.config.content;
  if (repository === null) return null;
  let download: Download | null = null;
  try {
    download = await open(home, repository, await readSetting(home, ETAG));
    if (download === null) return null;
    if (await take(home, repository, download)) return home.now();
    await home.db.batch([writeSetting(home, ETAG, download.headers.get('etag') ?? '')]);
    return null;
  } catch (error) {
    if (!(error instanceof OutboundError) && !(error instanceof ArchiveError)) throw error;
    home.log.error('repository', { repository: new URL(repository.url).pathname, error: error.message });
    const wait = RETRY_SECONDS[work.attempts - 1];
    return wait === undefined ? null : home.now() + wait * 1000;
  } finally {
    await download?.close();
  }
}

/** The archive, or null when it is the one that has arrived. What its host asks for is shown to no other host. */
async function open(home: Home, repository: RepositoryConfig, etag: string | null): Promise<Download | null> {
  let { url, headers } = archiveRequest(repository);
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const known: Record<string, string> = etag ? { 'if-none-match': etag } : {};
    const download = await home.download({ url, headers: { ...headers, ...known }, timeoutMs: TIMEOUT_MS });
    const { status } = download;
    if (status === 200) return download;
    await download.close();
    if (status === 304) return null;
    const location = download.headers.get('location');
    if (status < 300 || status >= 400 || location === null) {
      const hint = status === 401 || status === 403 || status === 404 ? '; is its token right?' : '';
      throw new ArchiveError(`${new URL(url).host} answered ${status} for the archive of ${repository.branch}${hint}`);
    }
    const next = new URL(location, url);
    if (next.origin !== new URL(url).origin) headers = {};
    url = next.href;
  }
  throw new ArchiveError(`${new URL(url).host} sends from one address to the next.`);
}

/** Does a step; tells whether there was more than one may do. */
async function take(home: Home, repository: RepositoryConfig, download: Download): Promise<boolean> {
  const known = await arrived(home);
  const isArticle = articleFiles(home.config);
  const room = { ...STEP[home.name] };
  const fresh: (TarFile & { hash: string })[] = [];
  const present = new Set<string>();
  let isMore = false;
  const plain = download.body.pipeThrough(gunzip());
  for await (const file of tarFiles(plain, {
    maxBytes: repository.maxBytes,
    isWanted(path, size) {
      const below = pathOf(path, repository.folder);
      if (below === null || !(isArticle(below) || isAuthorsFile(below))) return false;
      // What is too large stays as it was before.
      present.add(below);
      if (size > home.config.content.maxBytes)
        home.log.warn('passed over', { path: below, reason: `has ${size} bytes` });
      return size <= home.config.content.maxBytes;
    },
  })) {
    const path = pathOf(file.path, repository.folder) ?? '';
    const hash = home.sha256(file.bytes);
    if (known.get(path) === hash) continue;
    if (room.files === 0 || room.bytes < file.bytes.byteLength) {
      isMore = true;
      continue;
    }
    room.files -= 1;
    room.bytes -= file.bytes.byteLength;
    fresh.push({ path, bytes: file.bytes, hash });
  }
  const gone = [...known.keys()].filter((path) => !present.has(path));
  if (present.size === 0 && gone.length > 0)
    throw new ArchiveError(
      `The archive has no article file below ${repository.folder || 'its root'}; nothing was taken away.`,
    );
  const going = gone.slice(0, STEP[home.name].files);
  const isLeft = isMore || going.length < gone.length;
  await store(home, fresh, going);
  await regenerate(home, [...going, ...fresh.map(({ path }) => path)], isLeft);
  return isLeft;
}

/** What has gone goes first: a file that was renamed is known by its text only while its former name is not there. */
async function store(home: Home, fresh: (TarFile & { hash: string })[], gone: string[]): Promise<void> {
  for (const path of gone) await home.source.delete(path);
  let next = 0;
  const lane = async () => {
    for (let file = fresh[next++]; file; file = fresh[next++]) {
      try {
        await home.source.put(file.path, file.bytes);
      } catch (error) {
        if (!(error instanceof PathRefused)) throw error;
        home.log.warn('passed over', { path: file.path, reason: error.message });
      }
    }
  };
  await Promise.all(Array.from({ length: 5 }, lane));
  const rows = fresh.map(({ path, hash }) => ({ path, hash }));
  await home.db.batch([
    ...forRows(home.db, 'DELETE FROM repository_files WHERE path IN (SELECT value FROM json_each(?1))', gone),
    ...forRows(
      home.db,
      `INSERT INTO repository_files (path, hash) SELECT value ->> 'path', value ->> 'hash' FROM json_each(?1) WHERE true
       ON CONFLICT (path) DO UPDATE SET hash = excluded.hash`,
      rows,
    ),
  ]);
}

/** After the last of several steps everything is looked at, since the ones before told of nothing. */
async function regenerate(home: Home, paths: string[], isMore: boolean): Promise<void> {
  const wasMore = (await readSetting(home, 'repository-steps')) === '1';
  if (isMore !== wasMore) await home.db.batch([writeSetting(home, 'repository-steps', isMore ? '1' : '0')]);
  if (isMore || (paths.length === 0 && !wasMore)) return;
  const isWhole = wasMore || paths.length > MOST_PATHS;
  await requestRun(home, { trigger: 'push', ...(isWhole ? {} : { paths }) });
  // A Worker's invocation has had its share; what the message finds done already costs nothing.
  if (home.name === 'workers') await home.queue.send({ type: REPUBLISH });
  else home.waitUntil(republish(home));
}

/** What came from the archive and stands as it came: who changed a file here since gets the repository's again. */
async function arrived(home: Home): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (let after = ''; ; ) {
    const rows = await home.db
      .prepare(
        `SELECT r.path, iif(f.hash IS NULL OR f.hash = r.hash, r.hash, '') AS hash
         FROM repository_files AS r LEFT JOIN files AS f ON f.path = r.path WHERE r.path > ? ORDER BY r.path LIMIT ?`,
      )
      .bind(after, PAGE)
      .all<{ path: string; hash: string }>();
    for (const { path, hash } of rows) known.set(path, hash);
    if (rows.length < PAGE) return known;
    after = rows.at(-1)?.path ?? '';
  }
}

/** A file's path below the folder of articles: archives have everything in one folder that is named after the commit. */
function pathOf(path: string, folder: string): string | null {
  const inside = path.slice(path.indexOf('/') + 1);
  const below = folder === '' ? inside : inside.startsWith(`${folder}/`) ? inside.slice(folder.length + 1) : null;
  return below === null || !path.includes('/') || pathProblem(below) ? null : below;
}

function gunzip(): ReadableWritablePair<Uint8Array, Uint8Array> {
  return new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
}

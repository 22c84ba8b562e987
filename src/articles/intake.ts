import type { Home } from '../home.ts';
import { type SourceFile, SourceUnavailable, type Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { Run } from '../storage/runs.ts';
import type { Article, Problem, Reading } from './article.ts';
import type { AuthorDirectory } from './authors.ts';
import { acceptedFile, fileStatements, missing, notAccepted, type Outcome, type Taken } from './files.ts';
import { identify, type LedgerRow, type Newcomer } from './identity.ts';
import { makeId } from './ids.ts';
import { comparePaths } from './precedence.ts';
import {
  type ArticleData,
  type ArticleWrite,
  articleStatements,
  forgetBodies,
  jsonBytes,
  leaveFeeds,
  liveArticles,
  type StoredArticle,
  withdrawReplaced,
  writeOf,
} from './published.ts';
import { readArticle } from './read.ts';
import { RETRACTED, type RetractionKind } from './retractions.ts';
import type { Candidate, FileRow } from './scan.ts';

/** What is stored of an article beside its body, in bytes of JSON. */
const MAX_DATA_BYTES = 1_000_000;
/** Files read at once; a Worker may have six connections. */
const READERS = { node: 32, workers: 5 };

/** One that may be published, with its data as JSON. */
interface Accepted extends Taken {
  reading: Reading & { state: 'accepted' };
  data: string;
}

/** How a page is to be read. */
export interface IntakeContext {
  authors: AuthorDirectory;
  /** Files are read again though their bytes are as they were. */
  force: boolean;
  /** Only files that were rejected for their address are given, and only those that may have it now change anything. */
  readmission?: boolean;
}

/**
 * Takes a page of changed files in: reads them, finds out who they are, and says what the database must hold then.
 * Nothing is withdrawn here; what should be is marked, and {@link withdraw} decides when all is known.
 *
 * @returns statements for one batch; the run's counts are raised
 */
export async function takeIn(
  home: Home,
  run: Run,
  candidates: Candidate[],
  context: IntakeContext,
): Promise<Statement[]> {
  const counts = run.report.articles;
  const outcome: Outcome = { files: [], dropped: [] };
  const live = await liveArticles(
    home,
    candidates.flatMap(({ row }) => row?.article ?? []),
  );
  const isLive = (id: string | null) => id !== null && live.has(id);

  const { taken, gone } = await readAll(home, run, candidates, context, outcome);
  for (const row of gone) {
    if (isLive(row.article)) {
      if (row.withdraw !== 'deleted') outcome.files.push(missing(row, home.now()));
    } else {
      outcome.dropped.push(row.path);
      counts.removed++;
    }
  }

  const accepted = new Map<Newcomer, Accepted>();
  for (const one of taken) {
    const { row } = one.candidate;
    const stored = one.reading.state === 'accepted' ? storedOf(home, one.reading.article) : null;
    const reading: Reading =
      stored && 'problem' in stored ? { state: 'rejected', problems: [stored.problem] } : one.reading;
    if (!context.readmission) {
      if (row === null) counts.added++;
      else if (row.hash !== one.hash) counts.changed++;
    }
    if (reading.state === 'accepted' && stored && 'data' in stored) {
      const newcomer = newcomerOf(home, reading.article, stored.wantedId, row, live);
      accepted.set(newcomer, { ...one, reading, data: stored.data });
      continue;
    }
    if (!context.readmission) counts[reading.state]++;
    outcome.files.push(notAccepted({ ...one, reading }, row?.article ?? null, isLive(row?.article ?? null)));
  }

  await giveWay(home, run, [...accepted.keys()]);
  const standing = new Map(candidates.map(({ path, file }) => [path, file !== null]));
  const isGone = async ({ path, id }: LedgerRow) =>
    standing.has(path)
      ? !standing.get(path)
      : (await home.source.head(path)) === null || (await isOther(home, path, id));
  const who = await identify(home, [...accepted.keys()], isGone);
  const moved = [...who.values()].flatMap((known) => ('path' in known && !live.has(known.id) ? known.id : []));
  for (const [id, article] of await liveArticles(home, moved)) live.set(id, article);

  const claims: Claim[] = [];
  const moves: { id: string; path: string }[] = [];
  for (const [newcomer, one] of accepted) {
    const known = who.get(newcomer);
    if (known && 'path' in known && known.retracted) {
      const { path } = newcomer.article;
      if (newcomer.knownAs !== known.id) moves.push({ id: known.id, path });
      count(run, path, 'withheld', context);
      outcome.files.push(notAccepted(retracted(one, known.id, known.retracted), known.id, live.has(known.id)));
    } else if (known)
      claims.push({
        newcomer,
        taken: one,
        known,
        id: known.id,
        url: newcomer.article.url,
        path: newcomer.article.path,
      });
  }
  const refused = contested(claims, await urlHolders(home, claims));
  const writes: ArticleWrite[] = [];
  const replaced: string[] = [];
  for (const claim of claims) {
    const { newcomer, taken: one, known, id, path } = claim;
    const was = 'path' in known ? known : null;
    const holder = refused.get(claim);
    if (holder && context.readmission) continue;
    if (was && newcomer.knownAs !== id) moves.push({ id, path });
    // A renamed file is one that came and one that went.
    if (was && newcomer.knownAs === null && was.path !== path && was.withdrawn === null) counts.removed++;
    if (newcomer.knownAs !== null && newcomer.knownAs !== id && newcomer.namesAnew) replaced.push(newcomer.knownAs);
    count(run, path, holder ? 'rejected' : 'accepted', context);
    if (holder) {
      const rejected: Taken = {
        ...one,
        reading: { state: 'rejected', problems: [duplicateProblem(claim.url, holder)] },
      };
      outcome.files.push(notAccepted(rejected, was && id, live.has(id)));
      continue;
    }
    outcome.files.push(acceptedFile(one, id, withIdProblem(one.reading, id, was)));
    const write = writeOf(home, newcomer, one.data, id, was, live.get(id) ?? null);
    if (write.event !== null || live.get(id)?.entry_hash !== write.entryHash) writes.push(write);
    if (write.event) run.report.events[write.event]++;
  }
  return [
    ...withdrawReplaced(
      home,
      run,
      replaced.filter((id) => live.has(id) && !claims.some((claim) => claim.id === id)),
      live,
    ),
    ...(await articleStatements(home, run, writes)),
    ...fileStatements(home, outcome, moves),
  ];
}

function newcomerOf(
  home: Home,
  article: Article,
  wantedId: string,
  row: FileRow | null,
  live: ReadonlyMap<string, StoredArticle>,
): Newcomer {
  const stored = row?.article == null ? undefined : live.get(row.article);
  const said = stored ? (JSON.parse(stored.data) as ArticleData).id : null;
  return {
    article,
    bodyHash: home.sha256(article.body),
    wantedId,
    knownAs: row?.article ?? null,
    namesAnew: article.id !== null && article.id !== said,
  };
}

/** A file that was rejected at first and comes in by the same run is counted once. */
function count(run: Run, path: string, state: Reading['state'], { readmission }: IntakeContext): void {
  const { articles } = run.report;
  articles[state]++;
  if (!readmission) return;
  if (run.request.paths?.includes(path)) articles.rejected--;
  else if (run.request.paths !== null) articles.seen++;
}

/** What the publisher has taken back by command is withheld, whatever its file says. */
function retracted(one: Accepted, id: string, kind: RetractionKind): Taken {
  const { article, repaired, problems } = one.reading;
  const code = RETRACTED[kind];
  const message = `the article was ${code} by command. To publish it again: tidings articles restore ${id}`;
  const reading: Reading = {
    state: 'withheld',
    article,
    repaired,
    problems: [{ code, message }, ...problems],
    due: null,
  };
  return { ...one, reading };
}

/** What is stored of an accepted article: the id that it would get if it is new, and its data as JSON. */
interface Stored {
  wantedId: string;
  data: string;
}

/** Refuses what no row can hold, and what the publisher's own function cannot name, so that it stops only itself. */
function storedOf(home: Home, article: Article): Stored | { problem: Problem } {
  const { body: _, ...rest } = article;
  const data = JSON.stringify(rest);
  const bytes = jsonBytes(data, MAX_DATA_BYTES);
  if (bytes > MAX_DATA_BYTES) {
    const message = `the front matter has more than can be stored (${bytes} bytes as JSON); move long texts into the body`;
    return { problem: { code: 'front-matter-too-large', message } };
  }
  try {
    const id: unknown = makeId(article, home.config);
    if (typeof id === 'string' && id.trim() !== '' && id.length <= MAX_ID) return { wantedId: id, data };
    const message = `ids in the configuration made ${JSON.stringify(id)?.slice(0, 80)} of this article; an id is a text of 1 to ${MAX_ID} characters`;
    return { problem: { code: 'id-invalid', message } };
  } catch (error) {
    const message = `ids in the configuration failed for this article: ${messageOf(error)}`;
    return { problem: { code: 'id-invalid', message } };
  }
}

const MAX_ID = 2000;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Two files name one id: it stays with the one that had it, and this is said. */
function withIdProblem<T extends Reading & { state: 'accepted' }>(reading: T, id: string, was: LedgerRow | null): T {
  const named = reading.article.id;
  if (named === null || named === id || was !== null) return reading;
  const message = `another article has the id ${named}; this one got ${id}. Give each file an id of its own`;
  return { ...reading, problems: [...reading.problems, { code: 'id-duplicate', message }] };
}

/** Whether the file at a path is known to be another article by now. */
async function isOther(home: Home, path: string, id: string): Promise<boolean> {
  const row = await home.db
    .prepare('SELECT article FROM files WHERE path = ?')
    .bind(path)
    .first<{ article: string | null }>();
  return row !== null && row.article !== null && row.article !== id;
}

// ---- addresses

/** An article that wants an address. */
interface Claim {
  newcomer: Newcomer;
  taken: Accepted;
  known: LedgerRow | { id: string };
  id: string;
  url: string;
  path: string;
}

/** Who has an address. */
type Holder = Pick<StoredArticle, 'id' | 'path'>;

/**
 * Which claims fail, and who has the address: the one that is published there stays, else the file that goes first
 * ({@link comparePaths}). An article that is refused stays where it was, which may refuse others; two that exchange
 * their addresses both get them.
 */
function contested(claims: Claim[], holders: ReadonlyMap<string, Holder>): Map<Claim, Holder> {
  const refused = new Map<Claim, Holder>();
  const claimOf = new Map(claims.map((claim) => [claim.id, claim]));
  const stays = (claim: Claim) => holders.get(claim.url)?.id === claim.id;
  const inOrder = claims.toSorted((a, b) => Number(stays(b)) - Number(stays(a)) || comparePaths(a.path, b.path));
  for (let before = -1; before !== refused.size; ) {
    before = refused.size;
    const standing = new Map<string, Holder>();
    for (const [url, holder] of holders) {
      const claim = claimOf.get(holder.id);
      if (!claim || refused.has(claim)) standing.set(url, holder);
    }
    for (const claim of inOrder) {
      if (refused.has(claim)) continue;
      const holder = standing.get(claim.url);
      if (holder && holder.id !== claim.id) refused.set(claim, holder);
      else standing.set(claim.url, claim);
    }
  }
  return refused;
}

/**
 * The listing has `story-twin.md` before `story.md`, who goes first: where a page ends between the two, the one that this
 * run took in a page before gives way, as if it had never been.
 */
async function giveWay(home: Home, run: Run, newcomers: Newcomer[]): Promise<void> {
  const wanted = new Map<string, string>();
  for (const { article, knownAs } of newcomers) {
    const first = wanted.get(article.url);
    if (knownAs === null && (first === undefined || comparePaths(article.path, first) < 0))
      wanted.set(article.url, article.path);
  }
  if (wanted.size === 0) return;
  const taken = await home.db
    .prepare(
      `SELECT a.id, a.path, a.url, a.body_hash FROM json_each(?) AS j CROSS JOIN articles AS a ON a.url = j.value
       WHERE EXISTS (SELECT 1 FROM events WHERE article = a.id AND run = ? AND type = 'published')`,
    )
    .bind(JSON.stringify([...wanted.keys()]), run.id)
    .all<{ id: string; path: string; url: string; body_hash: string }>();
  const yielding = taken.flatMap((one) => {
    const path = wanted.get(one.url) ?? one.path;
    return comparePaths(path, one.path) < 0 ? [{ ...one, holder: { id: '', path } }] : [];
  });
  if (yielding.length === 0) return;
  const ids = yielding.map((one) => one.id);
  const rejected = yielding.map(({ path, url, holder }) => ({ path, problems: [duplicateProblem(url, holder)] }));
  const remove = (table: string, key: string) =>
    forRows(home.db, `DELETE FROM ${table} WHERE ${key} IN (SELECT value FROM json_each(?1))`, ids);
  await home.db.batch([
    ...leaveFeeds(home, ids),
    ...remove('articles', 'id'),
    ...remove('ledger', 'id'),
    ...remove('events', 'article'),
    ...forgetBodies(
      home,
      yielding.map((one) => one.body_hash),
    ),
    ...forRows(
      home.db,
      `UPDATE files SET state = 'rejected', article = NULL, due_at = NULL, problems = j.value -> 'problems'
       FROM json_each(?1) AS j WHERE files.path = j.value ->> 'path'`,
      rejected,
    ),
  ]);
  run.report.events.published -= ids.length;
  run.report.articles.accepted -= ids.length;
  run.report.articles.rejected += ids.length;
}

/** With the address, by which {@link duplicatePaths} knows when it is free. */
function duplicateProblem(url: string, holder: Holder): Problem & { url: string } {
  const message = `${url} is the address of ${holder.path} already; give one of the two another permalink or slug`;
  return { code: 'url-duplicate', message, url };
}

/** Reads and understands what is there; a file whose bytes are as they were only has its mark renewed. */
async function readAll(
  home: Home,
  run: Run,
  candidates: Candidate[],
  context: IntakeContext,
  { files }: Outcome,
): Promise<{ taken: Taken[]; gone: FileRow[] }> {
  const taken: (Taken | null)[] = new Array(candidates.length).fill(null);
  const gone: FileRow[] = [];
  let next = 0;
  const reader = async () => {
    for (let at = next++; at < candidates.length; at = next++) {
      const candidate = candidates[at] as Candidate;
      const { path, row } = candidate;
      const read = candidate.file && (await readOne(home, candidate.file));
      if (!read) {
        candidate.file = null;
        if (row) gone.push(row);
        continue;
      }
      const { tag, hash, got } = read;
      const due = row !== null && row.due_at !== null && row.due_at <= home.now();
      if (row && hash !== null && row.hash === hash && !due && !context.force && row.missing_since === null) {
        files.push({ kind: 'tag', path, tag });
        run.report.articles[row.state]++;
        continue;
      }
      const reading: Reading =
        'bytes' in got
          ? readArticle({ path, bytes: got.bytes }, { config: home.config, now: home.now(), authors: context.authors })
          : { state: 'rejected', problems: [got.problem] };
      taken[at] = { candidate, tag, hash, reading };
    }
  };
  await Promise.all(Array.from({ length: READERS[home.name] }, reader));
  return { taken: taken.filter((one) => one !== null), gone };
}

/** A file's bytes, or why they cannot be had; null when it is gone since it was listed. */
async function readOne(
  home: Home,
  file: SourceFile,
): Promise<{ tag: string; hash: string | null; got: { bytes: Uint8Array } | { problem: Problem } } | null> {
  const limit = home.config.content.maxBytes;
  if (file.size > limit) {
    const message = `the file has ${file.size} bytes, more than the ${limit} of content.maxBytes; shorten it or raise the limit`;
    return { tag: file.tag, hash: file.tag, got: { problem: { code: 'too-large', message } } };
  }
  let reason = 'the file is there and cannot be opened; look at its permissions';
  try {
    const got = await home.source.get(file.path);
    if (got) return { tag: got.file.tag, hash: home.sha256(got.bytes), got: { bytes: got.bytes } };
    if ((await home.source.head(file.path)) === null) return null;
  } catch (error) {
    if (error instanceof SourceUnavailable) throw error;
    reason = `the file could not be read: ${messageOf(error)}`;
  }
  // No tag is empty, so the next run looks again.
  return { tag: '', hash: null, got: { problem: { code: 'unreadable', message: `${reason}. It is tried again` } } };
}

/** Who has the addresses that these articles want. */
async function urlHolders(home: Home, claims: Claim[]): Promise<Map<string, Holder>> {
  if (claims.length === 0) return new Map();
  const rows = await home.db
    .prepare('SELECT url, id, path FROM articles WHERE url IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(claims.map((claim) => claim.url)))
    .all<{ url: string; id: string; path: string }>();
  return new Map(rows.map(({ url, id, path }) => [url, { id, path }]));
}

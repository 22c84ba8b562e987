import { entomb } from '../feeds/archives.ts';
import type { FeedRef } from '../feeds/entry.ts';
import { feedsOf, sortIn } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { type SourceFile, SourceUnavailable, type Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { Run } from '../storage/runs.ts';
import type { Article, Problem, Reading } from './article.ts';
import type { AuthorDirectory } from './authors.ts';
import { identify, type LedgerRow, type Newcomer } from './identity.ts';
import { makeId } from './ids.ts';
import { comparePaths } from './precedence.ts';
import { readArticle } from './read.ts';
import type { Candidate, FileRow } from './scan.ts';

/** A published article as it is stored. */
export interface StoredArticle {
  id: string;
  path: string;
  url: string;
  published: string;
  updated: string;
  body_hash: string;
  entry_hash: string;
  /** JSON of {@link ArticleData}. */
  data: string;
}

/** An Article without its body, as `articles.data` keeps it. */
export type ArticleData = Omit<Article, 'body'>;

/** A missing file is only missing until two runs have not seen it, or this many milliseconds have passed. */
const GRACE_MS = 600_000;
/** A body over this size, written as JSON, is a blob: a row may have 2 MB. */
const MAX_BODY_BYTES = 1_000_000;
/** What else is stored of an article, in bytes of JSON. */
const MAX_DATA_BYTES = 1_000_000;
/** Files read at once; a Worker may have six connections. */
const READERS = { node: 32, workers: 5 };

/** A file that could be read, with what it was and what becomes of it. */
interface Taken {
  candidate: Candidate;
  tag: string;
  /** Null: its bytes could not be had, and are asked for again by the next run. */
  hash: string | null;
  reading: Reading;
}

/** One that may be published, with its data as JSON. */
interface Accepted extends Taken {
  reading: Reading & { state: 'accepted' };
  data: string;
}

/** What becomes of a page of files. */
interface Outcome {
  files: FileChange[];
  /** Paths that are forgotten. */
  dropped: string[];
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
  for (const [newcomer, one] of accepted) {
    const known = who.get(newcomer);
    if (known)
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
  const moves: { id: string; path: string }[] = [];
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
function count(run: Run, path: string, state: 'accepted' | 'rejected', { readmission }: IntakeContext): void {
  const { articles } = run.report;
  articles[state]++;
  if (!readmission) return;
  if (run.request.paths?.includes(path)) articles.rejected--;
  else if (run.request.paths !== null) articles.seen++;
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

/** Bytes of a text as JSON: exact when near the limit or over it, else at most that many. */
function jsonBytes(text: string, limit: number): number {
  const atMost = text.length * 6;
  return atMost <= limit ? atMost : new TextEncoder().encode(JSON.stringify(text)).byteLength;
}

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

// ---- files

type FileChange =
  | { kind: 'tag'; path: string; tag: string }
  | ({
      kind: 'row';
      repaired: number;
      problems: Problem[];
      withdraw: string | null;
    } & FileRow)
  | { kind: 'missing'; path: string; since: number; due: number; withdraw: string | null };

function missing(row: FileRow, now: number): FileChange {
  const since = row.missing_since ?? now;
  const gone = row.missing_runs + 1 >= 2 || now - since >= GRACE_MS;
  return { kind: 'missing', path: row.path, since, due: since + GRACE_MS, withdraw: gone ? 'deleted' : null };
}

function acceptedFile(one: Taken, id: string, reading: Reading & { state: 'accepted' }): FileChange {
  const { repaired, problems, due } = reading;
  return fileRow(one, {
    state: 'accepted',
    article: id,
    repaired: Number(repaired),
    problems,
    due_at: due,
    withdraw: null,
  });
}

/** Withheld or rejected. A published article whose file cannot be read stays as it last was, and this is said. */
function notAccepted(one: Taken, article: string | null, live: boolean): FileChange {
  const { reading } = one;
  if (reading.state === 'withheld') {
    const withdraw = live ? (reading.problems.find((problem) => WITHHOLDING.has(problem.code))?.code ?? 'draft') : null;
    return fileRow(one, {
      state: 'withheld',
      article,
      repaired: Number(reading.repaired),
      problems: reading.problems,
      due_at: reading.due,
      withdraw,
    });
  }
  const problems = [...reading.problems];
  if (live) {
    problems.push({ code: 'last-good-kept', message: 'the article stays published as it last could be read' });
  }
  return fileRow(one, { state: 'rejected', article, repaired: 0, problems, due_at: null, withdraw: null });
}

const WITHHOLDING = new Set(['draft', 'future', 'expired']);

function fileRow(
  one: Taken,
  facts: Pick<FileRow, 'state' | 'article' | 'due_at'> & {
    repaired: number;
    problems: Problem[];
    withdraw: string | null;
  },
): FileChange {
  const { path } = one.candidate;
  const problems = bounded(facts.problems);
  return { kind: 'row', path, tag: one.tag, hash: one.hash, missing_since: null, missing_runs: 0, ...facts, problems };
}

/** Some problems of some length: a file may have thousands, and a line of megabytes. */
function bounded(problems: Problem[]): Problem[] {
  const cut = (text: string) => (text.length > MAX_PROBLEM_TEXT ? `${text.slice(0, MAX_PROBLEM_TEXT)}…` : text);
  return problems
    .slice(0, MAX_PROBLEMS)
    .map((one) => ({ ...one, message: cut(one.message), ...(one.mend === undefined ? {} : { mend: cut(one.mend) }) }));
}

const MAX_PROBLEMS = 50;
const MAX_PROBLEM_TEXT = 2000;

function fileStatements(home: Home, { files, dropped }: Outcome, moves: { id: string; path: string }[]): Statement[] {
  return [
    ...forRows(home.db, 'DELETE FROM files WHERE path IN (SELECT value FROM json_each(?1))', dropped),
    // An article has one file: where it was before is forgotten.
    ...forRows(
      home.db,
      `DELETE FROM files WHERE path IN
         (SELECT f.path FROM json_each(?1) AS j CROSS JOIN files AS f ON f.article = j.value ->> 'id'
          WHERE f.path <> j.value ->> 'path')`,
      moves,
    ),
    ...forRows(
      home.db,
      `INSERT INTO files (path, tag, hash, state, repaired, problems, article, due_at, missing_since, missing_runs, withdraw)
       SELECT value ->> 'path', value ->> 'tag', value ->> 'hash', value ->> 'state', value ->> 'repaired',
              value -> 'problems', value ->> 'article', value ->> 'due_at', NULL, 0, value ->> 'withdraw'
       FROM json_each(?1) WHERE true
       ON CONFLICT (path) DO UPDATE SET tag = excluded.tag, hash = excluded.hash, state = excluded.state,
         repaired = excluded.repaired, problems = excluded.problems, article = excluded.article,
         due_at = excluded.due_at, missing_since = NULL, missing_runs = 0, withdraw = excluded.withdraw`,
      files.filter((file) => file.kind === 'row'),
    ),
    ...forRows(
      home.db,
      `UPDATE files SET tag = j.value ->> 'tag' FROM json_each(?1) AS j WHERE files.path = j.value ->> 'path'`,
      files.filter((file) => file.kind === 'tag'),
    ),
    ...forRows(
      home.db,
      `UPDATE files SET missing_since = j.value ->> 'since', missing_runs = missing_runs + 1,
         due_at = CASE WHEN j.value ->> 'withdraw' IS NULL THEN j.value ->> 'due' END, withdraw = j.value ->> 'withdraw'
       FROM json_each(?1) AS j WHERE files.path = j.value ->> 'path'`,
      files.filter((file) => file.kind === 'missing'),
    ),
  ];
}

// ---- articles

/** What is to be stored of an accepted article. */
interface ArticleWrite {
  id: string;
  article: Article;
  /** JSON of {@link ArticleData}. */
  data: string;
  /** It is published already, and replaced. */
  isLive: boolean;
  bodyHash: string;
  significantHash: string;
  entryHash: string;
  updated: string;
  firstSeen: string;
  /** Where it stands. */
  feeds: FeedRef[];
  /** What happened, for those who are told; null for a change that readers are not to see as news. */
  event: 'published' | 'updated' | null;
  /** The body that this one replaces. */
  formerBody: string | null;
}

function writeOf(
  home: Home,
  { article, bodyHash }: Newcomer,
  data: string,
  id: string,
  was: LedgerRow | null,
  stored: StoredArticle | null,
): ArticleWrite {
  const now = new Date(Math.floor(home.now() / 1000) * 1000).toISOString();
  const significantHash = home.sha256(`${article.title}\n${article.body}`);
  const { updated, significant } = lastUpdate(article, was, stored, significantHash, now);
  const feeds = feedsOf(article, home.config);
  const places = feeds.map((feed) => [feed.key, sortIn(feed, home.config, article, updated)]);
  return {
    id,
    article,
    data,
    isLive: stored !== null,
    bodyHash,
    significantHash,
    // The feeds too: they may be others though the file is the same, when the configuration changed.
    entryHash: home.sha256(JSON.stringify([id, updated, bodyHash, data, places])),
    feeds,
    updated,
    firstSeen: was?.first_seen ?? now,
    event: was === null ? 'published' : significant || was.withdrawn !== null ? 'updated' : null,
    formerBody: stored && stored.body_hash !== bodyHash ? stored.body_hash : null,
  };
}

/** When the article last changed in a way that matters: its title or body did, or its file says a new date itself. */
function lastUpdate(
  article: Article,
  was: LedgerRow | null,
  stored: StoredArticle | null,
  significantHash: string,
  now: string,
): { updated: string; significant: boolean } {
  const later = (a: string, b: string) => (a > b ? a : b);
  if (was === null)
    return { updated: later(article.updated ?? article.published, article.published), significant: true };
  const said = stored ? (JSON.parse(stored.data) as ArticleData).updated : null;
  if (article.updated !== null && article.updated !== said && article.updated > was.updated)
    return { updated: later(article.updated, article.published), significant: true };
  if (was.significant_hash !== significantHash) return { updated: later(now, article.published), significant: true };
  return { updated: later(was.updated, article.published), significant: false };
}

async function articleStatements(home: Home, run: Run, writes: ArticleWrite[]): Promise<Statement[]> {
  if (writes.length === 0) return [];
  const { db } = home;
  const replaced = writes.filter((write) => write.isLive).map((write) => write.id);
  const bodies: { hash: string; body: string | null }[] = [];
  for (const { bodyHash: hash, article } of writes) {
    const large = jsonBytes(article.body, MAX_BODY_BYTES) > MAX_BODY_BYTES;
    if (large) await home.blobs.put(hash, new TextEncoder().encode(article.body));
    bodies.push({ hash, body: large ? null : article.body });
  }
  const memberships: { feed: string; sort: string; article: string }[] = [];
  const feeds = new Map<string, FeedRef>();
  for (const { id, article, updated, feeds: refs } of writes) {
    for (const feed of refs) {
      memberships.push({ feed: feed.key, sort: sortIn(feed, home.config, article, updated), article: id });
      feeds.set(feed.key, feed);
    }
  }
  return [
    ...leaveFeeds(home, replaced),
    // Deleted and inserted, so that two articles may exchange addresses within a page.
    ...forRows(db, 'DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))', replaced),
    ...forRows(
      db,
      `INSERT INTO articles (id, path, url, sort, published, updated, body_hash, entry_hash, data)
       SELECT value ->> 'id', value ->> 'path', value ->> 'url', value ->> 'sort', value ->> 'published',
              value ->> 'updated', value ->> 'bodyHash', value ->> 'entryHash', value ->> 'data' FROM json_each(?1)`,
      writes.map(({ article, ...write }) => ({
        id: write.id,
        path: article.path,
        url: article.url,
        sort: article.order,
        published: article.published,
        updated: write.updated,
        bodyHash: write.bodyHash,
        entryHash: write.entryHash,
        data: write.data,
      })),
    ),
    ...forRows(
      db,
      `INSERT INTO ledger (id, path, url, title, published, updated, first_seen, body_hash, significant_hash)
       SELECT value ->> 'id', value ->> 'path', value ->> 'url', value ->> 'title', value ->> 'published',
              value ->> 'updated', value ->> 'firstSeen', value ->> 'bodyHash', value ->> 'significantHash'
       FROM json_each(?1) WHERE true
       ON CONFLICT (id) DO UPDATE SET path = excluded.path, url = excluded.url, title = excluded.title,
         published = excluded.published, updated = excluded.updated, body_hash = excluded.body_hash,
         significant_hash = excluded.significant_hash, withdrawn = NULL, withdrawn_reason = NULL`,
      writes.map(({ article, ...write }) => ({
        id: write.id,
        path: article.path,
        url: article.url,
        title: article.title,
        published: article.published,
        updated: write.updated,
        firstSeen: write.firstSeen,
        bodyHash: write.bodyHash,
        significantHash: write.significantHash,
      })),
    ),
    ...forRows(
      db,
      `INSERT OR IGNORE INTO bodies (hash, body) SELECT value ->> 'hash', value ->> 'body' FROM json_each(?1)`,
      bodies,
    ),
    ...forgetBodies(
      home,
      writes.flatMap((write) => write.formerBody ?? []),
    ),
    ...forRows(
      db,
      `INSERT OR IGNORE INTO memberships (feed, sort, article)
       SELECT value ->> 'feed', value ->> 'sort', value ->> 'article' FROM json_each(?1)`,
      memberships,
    ),
    ...forRows(
      db,
      `INSERT INTO feeds (key, kind, title, lang)
       SELECT value ->> 'key', value ->> 'kind', value ->> 'title', value ->> 'lang' FROM json_each(?1) WHERE true
       ON CONFLICT (key) DO UPDATE SET wanted = wanted + 1`,
      [...feeds.values()],
    ),
    ...recordEvents(
      home,
      run,
      writes.flatMap(({ id, event }) => (event ? [{ article: id, type: event }] : [])),
    ),
  ];
}

/** Statements that take articles back: they leave every feed, and history keeps when and why. */
export function withdrawal(
  home: Home,
  run: Run,
  articles: { article: string; reason: string; body_hash: string }[],
): Statement[] {
  const { db } = home;
  const ids = articles.map((one) => one.article);
  run.report.events.withdrawn += ids.length;
  return [
    ...entomb(home, ids),
    ...leaveFeeds(home, ids),
    ...forRows(db, 'DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(db, 'DELETE FROM fragments WHERE article IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(
      db,
      `UPDATE ledger SET withdrawn = ?2, withdrawn_reason = j.value ->> 'reason'
       FROM json_each(?1) AS j WHERE ledger.id = j.value ->> 'article'`,
      articles.map(({ article, reason }) => ({ article, reason })),
      new Date(home.now()).toISOString(),
    ),
    ...forgetBodies(
      home,
      articles.map((one) => one.body_hash),
    ),
    ...recordEvents(
      home,
      run,
      articles.map(({ article }) => ({ article, type: 'withdrawn' })),
    ),
  ];
}

/** A file that now names the id of another article gives up the one that it made itself. */
function withdrawReplaced(home: Home, run: Run, ids: string[], live: ReadonlyMap<string, StoredArticle>): Statement[] {
  const articles = ids.flatMap((id) => live.get(id) ?? []);
  return withdrawal(
    home,
    run,
    articles.map(({ id, body_hash }) => ({ article: id, reason: 'replaced', body_hash })),
  );
}

/** Statements by which articles leave every feed they stand in, and these feeds are made anew. */
function leaveFeeds(home: Home, ids: string[]): Statement[] {
  return [
    ...forRows(
      home.db,
      `UPDATE feeds SET wanted = wanted + 1 WHERE key IN
         (SELECT feed FROM memberships WHERE article IN (SELECT value FROM json_each(?1)))`,
      ids,
    ),
    ...forRows(home.db, 'DELETE FROM memberships WHERE article IN (SELECT value FROM json_each(?1))', ids),
  ];
}

/** Statements that forget bodies which no article has any more; those that are blobs retire. */
function forgetBodies(home: Home, hashes: string[]): Statement[] {
  const unused = `hash IN (SELECT value FROM json_each(?1))
       AND NOT EXISTS (SELECT 1 FROM articles WHERE body_hash = bodies.hash)`;
  return [
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO retired_blobs (hash, since) SELECT hash, ?2 FROM bodies WHERE body IS NULL AND ${unused}`,
      hashes,
      home.now(),
    ),
    ...forRows(home.db, `DELETE FROM bodies WHERE ${unused}`, hashes),
  ];
}

/** Statements that record what happened, in order. */
function recordEvents(home: Home, run: Run, events: { article: string; type: string }[]): Statement[] {
  return forRows(
    home.db,
    `INSERT INTO events (type, article, at, run)
     SELECT value ->> 'type', value ->> 'article', ?2, ?3 FROM json_each(?1)`,
    events,
    new Date(home.now()).toISOString(),
    run.id,
  );
}

async function liveArticles(home: Home, ids: string[]): Promise<Map<string, StoredArticle>> {
  if (ids.length === 0) return new Map();
  const rows = await home.db
    .prepare(
      `SELECT id, path, url, published, updated, body_hash, entry_hash, data FROM articles
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(ids))
    .all<StoredArticle & { [column: string]: string }>();
  return new Map(rows.map((row) => [row.id, row]));
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

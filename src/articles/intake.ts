import type { FeedRef } from '../feeds/entry.ts';
import { feedsOf } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { Run } from '../storage/runs.ts';
import type { Article, Problem, Reading } from './article.ts';
import type { AuthorDirectory } from './authors.ts';
import { identify, type LedgerRow, type Newcomer } from './identity.ts';
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
/** A body over this size is a blob: a row may have 2 MB. */
const MAX_BODY_BYTES = 1_000_000;
/** Files read at once; a Worker may have six connections. */
const READERS = { node: 32, workers: 5 };

/** A file that could be read, with what it was and what becomes of it. */
interface Taken {
  candidate: Candidate;
  tag: string;
  hash: string;
  reading: Reading;
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
  context: { authors: AuthorDirectory; force: boolean },
): Promise<Statement[]> {
  const live = await liveArticles(home, candidates);
  const files: FileChange[] = [];
  const dropped: string[] = [];
  for (const candidate of candidates) {
    if (candidate.file) continue;
    const { path, row } = candidate;
    if (!row) continue;
    if (row.article !== null && live.has(row.article)) files.push(missing(row, home.now()));
    else dropped.push(path);
  }
  run.report.articles.removed += dropped.length;

  const taken = await readAll(home, candidates, context, files, dropped);
  const accepted = new Map<Newcomer, Taken>();
  for (const one of taken) {
    const { row } = one.candidate;
    if (row === null) run.report.articles.added++;
    else if (row.hash !== one.hash) run.report.articles.changed++;
    run.report.articles[one.reading.state]++;
    if (one.reading.state === 'accepted') {
      const { article } = one.reading;
      accepted.set({ article, bodyHash: home.sha256(article.body), knownAs: row?.article ?? null }, one);
    } else {
      files.push(notAccepted(one, row?.article != null && live.has(row.article)));
    }
  }

  const standing = new Map(candidates.map((candidate) => [candidate.path, candidate.file !== null]));
  const isGone = async (path: string) =>
    standing.has(path) ? !standing.get(path) : (await home.source.head(path)) === null;
  const who = await identify(home, [...accepted.keys()], isGone);
  const holders = await urlHolders(home, [...accepted.keys()]);
  const writes: ArticleWrite[] = [];
  for (const [newcomer, one] of accepted) {
    const known = who.get(newcomer);
    if (!known || one.reading.state !== 'accepted') continue;
    const { article } = newcomer;
    const holder = holders.get(article.url);
    if (holder !== undefined && holder.id !== known.id) {
      const problem: Problem = {
        code: 'url-duplicate',
        message: `${article.url} is the address of ${holder.path} already; give one of the two another permalink or slug`,
      };
      const rejected: Taken = { ...one, reading: { state: 'rejected', problems: [problem] } };
      files.push(notAccepted(rejected, live.has(known.id)));
      run.report.articles.accepted--;
      run.report.articles.rejected++;
      continue;
    }
    holders.set(article.url, { id: known.id, path: article.path });
    const was = 'path' in known ? known : null;
    if (was && was.path !== article.path && was.withdrawn === null) dropped.push(was.path);
    files.push(acceptedFile(one, known.id, one.reading));
    const write = writeOf(home, newcomer, known.id, was, live.get(known.id) ?? null);
    if (write.event !== null || live.get(known.id)?.entry_hash !== write.entryHash) writes.push(write);
    if (write.event) run.report.events[write.event]++;
  }
  return [...(await articleStatements(home, run, writes)), ...fileStatements(home, files, dropped)];
}

/** Reads and understands what is there; a file whose bytes are as they were only has its mark renewed. */
async function readAll(
  home: Home,
  candidates: Candidate[],
  context: { authors: AuthorDirectory; force: boolean },
  files: FileChange[],
  dropped: string[],
): Promise<Taken[]> {
  const queue = candidates.filter((candidate) => candidate.file !== null);
  const taken: (Taken | null)[] = new Array(queue.length).fill(null);
  let next = 0;
  const reader = async () => {
    for (let at = next++; at < queue.length; at = next++) {
      const candidate = queue[at] as Candidate;
      const { path, row, file } = candidate;
      const tooLarge = (file?.size ?? 0) > home.config.content.maxBytes;
      const got = tooLarge ? null : await home.source.get(path);
      if (!got && !tooLarge) {
        // Gone since it was listed; the next look sees that.
        if (!row) dropped.push(path);
        continue;
      }
      const hash = got ? home.sha256(got.bytes) : `${file?.tag}`;
      const due = row !== null && row.due_at !== null && row.due_at <= home.now();
      const tag = got?.file.tag ?? file?.tag ?? '';
      if (row && row.hash === hash && !due && !context.force && row.missing_since === null) {
        files.push({ kind: 'tag', path, tag });
        continue;
      }
      const reading: Reading = got
        ? readArticle({ path, bytes: got.bytes }, { config: home.config, now: home.now(), authors: context.authors })
        : { state: 'rejected', problems: [tooLargeProblem(file?.size ?? 0, home.config.content.maxBytes)] };
      taken[at] = { candidate, tag, hash, reading };
    }
  };
  await Promise.all(Array.from({ length: READERS[home.name] }, reader));
  return taken.filter((one) => one !== null);
}

function tooLargeProblem(size: number, limit: number): Problem {
  return {
    code: 'too-large',
    message: `the file has ${size} bytes, more than the ${limit} of content.maxBytes; shorten it or raise the limit`,
  };
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
function notAccepted(one: Taken, live: boolean): FileChange {
  const { reading } = one;
  const article = one.candidate.row?.article ?? null;
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
  return { kind: 'row', path, tag: one.tag, hash: one.hash, missing_since: null, missing_runs: 0, ...facts };
}

function fileStatements(home: Home, files: FileChange[], dropped: string[]): Statement[] {
  return [
    ...forRows(home.db, 'DELETE FROM files WHERE path IN (SELECT value FROM json_each(?1))', dropped),
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
  bodyHash: string;
  significantHash: string;
  entryHash: string;
  updated: string;
  firstSeen: string;
  /** What happened, for those who are told; null for a change that readers are not to see as news. */
  event: 'published' | 'updated' | null;
  /** The body that this one replaces. */
  formerBody: string | null;
}

function writeOf(
  home: Home,
  { article, bodyHash }: Newcomer,
  id: string,
  was: LedgerRow | null,
  stored: StoredArticle | null,
): ArticleWrite {
  const now = new Date(Math.floor(home.now() / 1000) * 1000).toISOString();
  const significantHash = home.sha256(`${article.title}\n${article.body}`);
  const { updated, significant } = lastUpdate(article, was, stored, significantHash, now);
  const { body: _, ...data } = article;
  return {
    id,
    article,
    bodyHash,
    significantHash,
    entryHash: home.sha256(JSON.stringify([id, updated, bodyHash, data])),
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
  const ids = writes.map((write) => write.id);
  const bodies: { hash: string; body: string | null }[] = [];
  const encoder = new TextEncoder();
  for (const { bodyHash: hash, article } of writes) {
    const bytes = encoder.encode(article.body);
    if (bytes.byteLength > MAX_BODY_BYTES) await home.blobs.put(hash, bytes);
    bodies.push({ hash, body: bytes.byteLength > MAX_BODY_BYTES ? null : article.body });
  }
  const memberships: { feed: string; sort: string; article: string }[] = [];
  const feeds = new Map<string, FeedRef>();
  for (const { id, article } of writes) {
    for (const feed of feedsOf(article, home.config)) {
      memberships.push({ feed: feed.key, sort: article.order, article: id });
      feeds.set(feed.key, feed);
    }
  }
  return [
    ...leaveFeeds(home, ids),
    // Deleted and inserted, so that two articles may exchange addresses within a page.
    ...forRows(db, 'DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(
      db,
      `INSERT INTO articles (id, path, url, sort, published, updated, body_hash, entry_hash, data)
       SELECT value ->> 'id', value ->> 'path', value ->> 'url', value ->> 'sort', value ->> 'published',
              value ->> 'updated', value ->> 'bodyHash', value ->> 'entryHash', value ->> 'data' FROM json_each(?1)`,
      writes.map(({ article: { body: _, ...data }, ...write }) => ({
        id: write.id,
        path: data.path,
        url: data.url,
        sort: data.order,
        published: data.published,
        updated: write.updated,
        bodyHash: write.bodyHash,
        entryHash: write.entryHash,
        data: JSON.stringify(data),
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

/** Statements by which articles leave every feed they stand in, and these feeds are made anew. */
export function leaveFeeds(home: Home, ids: string[]): Statement[] {
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

/** Statements that forget bodies which no article has any more. */
export function forgetBodies(home: Home, hashes: string[]): Statement[] {
  return forRows(
    home.db,
    `DELETE FROM bodies WHERE hash IN (SELECT value FROM json_each(?1))
       AND NOT EXISTS (SELECT 1 FROM articles WHERE body_hash = bodies.hash)`,
    hashes,
  );
}

/** Statements that record what happened, in order. */
export function recordEvents(home: Home, run: Run, events: { article: string; type: string }[]): Statement[] {
  return forRows(
    home.db,
    `INSERT INTO events (type, article, at, run)
     SELECT value ->> 'type', value ->> 'article', ?2, ?3 FROM json_each(?1)`,
    events,
    new Date(home.now()).toISOString(),
    run.id,
  );
}

async function liveArticles(home: Home, candidates: Candidate[]): Promise<Map<string, StoredArticle>> {
  const ids = candidates.flatMap(({ row }) => row?.article ?? []);
  if (ids.length === 0) return new Map();
  const rows = await home.db
    .prepare(
      `SELECT id, path, url, published, updated, body_hash, entry_hash, data FROM articles
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(ids))
    .all<StoredArticle>();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Who has the addresses that these articles want. */
async function urlHolders(home: Home, newcomers: Newcomer[]): Promise<Map<string, { id: string; path: string }>> {
  if (newcomers.length === 0) return new Map();
  const rows = await home.db
    .prepare('SELECT url, id, path FROM articles WHERE url IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(newcomers.map((one) => one.article.url)))
    .all<{ url: string; id: string; path: string }>();
  return new Map(rows.map(({ url, id, path }) => [url, { id, path }]));
}

import type { Article, ArticleData, Problem, Reading } from '../articles/article.ts';
import { makeId } from '../articles/ids.ts';
import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { Run } from '../storage/runs.ts';
import { type Claim, contested, duplicateProblem, giveWay, urlHolders } from './addresses.ts';
import {
  type Accepted,
  acceptedFile,
  fileStatements,
  missing,
  notAccepted,
  type Outcome,
  type Taken,
} from './files.ts';
import { identify, type LedgerRow, type Newcomer } from './identity.ts';
import {
  type ArticleWrite,
  articleStatements,
  jsonBytes,
  liveArticles,
  type StoredArticle,
  withdrawReplaced,
  writeOf,
} from './published.ts';
import { type IntakeContext, readAll } from './reading.ts';
import { RETRACTED, type RetractionKind } from './retractions.ts';
import type { Candidate, FileRow } from './scan.ts';

/** What is stored of an article beside its body, in bytes of JSON. */
const MAX_DATA_BYTES = 1_000_000;

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

import type { Problem, Reading } from '../articles/article.ts';
import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { RETRACTED } from './retractions.ts';
import type { Candidate, FileRow } from './scan.ts';

/** A missing file is only missing until two runs have not seen it, or this many milliseconds have passed. */
const GRACE_MS = 600_000;
/** A file that could be read, with what it was and what becomes of it. */
export interface Taken {
  candidate: Candidate;
  tag: string;
  /** Null: its bytes could not be had, and are asked for again by the next run. */
  hash: string | null;
  reading: Reading;
}

/** One that may be published, with its data as JSON. */
export interface Accepted extends Taken {
  reading: Reading & { state: 'accepted' };
  data: string;
}

/** What becomes of a page of files. */
export interface Outcome {
  files: FileChange[];
  /** Paths that are forgotten. */
  dropped: string[];
}

/** What becomes of a file's row. */
export type FileChange =
  | { kind: 'tag'; path: string; tag: string }
  | ({
      kind: 'row';
      repaired: number;
      problems: Problem[];
      withdraw: string | null;
    } & FileRow)
  | { kind: 'missing'; path: string; since: number; due: number; withdraw: string | null };

/** A file that is not there: its article goes when the grace has passed. */
export function missing(row: FileRow, now: number): FileChange {
  const since = row.missing_since ?? now;
  const gone = row.missing_runs + 1 >= 2 || now - since >= GRACE_MS;
  return { kind: 'missing', path: row.path, since, due: since + GRACE_MS, withdraw: gone ? 'deleted' : null };
}

/** A file whose article is, or will be, published. */
export function acceptedFile(one: Taken, id: string, reading: Reading & { state: 'accepted' }): FileChange {
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
export function notAccepted(one: Taken, article: string | null, live: boolean): FileChange {
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

const WITHHOLDING = new Set(['draft', 'future', 'expired', ...Object.values(RETRACTED)]);

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

/** Statements by which the files table holds what became of a page. */
export function fileStatements(
  home: Home,
  { files, dropped }: Outcome,
  moves: { id: string; path: string }[],
): Statement[] {
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

import type { Home } from '../home.ts';
import { compareCodePoints } from '../storage/paths.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { Held, Run } from '../storage/runs.ts';
import { withdrawal } from './published.ts';
import { RETRACTED, type RetractionKind } from './retractions.ts';

/** A run may withdraw this many articles, or this share of all, without asking. */
const UNASKED = { articles: 5, share: 0.05 };
/** Rejected files that are looked at again at a time. */
const READMITTED = 200;
/** Articles that are withdrawn at a time. */
const WITHDRAWN = 500;
/** Articles that a held run names. */
const NAMED = 20;

/** A published article that is to be taken back, or whose file is missing. */
interface Withdrawal {
  path: string;
  article: string;
  /** Null: the file is only missing so far. */
  reason: string | null;
  title: string;
  body_hash: string;
}

/**
 * Takes back what is marked for it, unless it is so much that it looks like an accident (a folder emptied, half copied
 * or not mounted): then nothing is withdrawn and the publisher is asked, as soon as so many files are missing. What a
 * held run would withdraw stays marked. What the publisher took back by command goes in any case. Once the publisher has agreed, a whole run also takes back what is only missing
 * so far: it has seen every place where a file could have gone.
 *
 * @returns statements for one batch, with others to follow as long as there are any; none when the run is held, and why
 *   it is
 */
export async function withdraw(home: Home, run: Run): Promise<{ held: Held | null; statements: Statement[] }> {
  const isWhole = run.request.paths === null;
  const asked = await home.db
    .prepare(
      `SELECT a.path, r.article, r.kind, a.data ->> 'title' AS title, a.body_hash
       FROM retractions AS r CROSS JOIN articles AS a ON a.id = r.article LIMIT ?`,
    )
    .bind(WITHDRAWN)
    .all<Withdrawal & { kind: RetractionKind; [column: string]: string | null }>();
  // By the publisher's own command: nobody is asked again, and what else is to go does not hold it up.
  if (asked.length > 0)
    return {
      held: null,
      statements: takeBack(
        home,
        run,
        asked.map((one) => ({ ...one, reason: RETRACTED[one.kind] })),
      ),
    };
  const count = await countConcerned(home);
  if (count === 0) return { held: null, statements: [] };
  if (!run.request.acceptWithdrawals) {
    const emptied = isWhole && run.report.articles.seen === 0;
    const published = await home.db.prepare('SELECT COUNT(*) AS n FROM articles').first<{ n: number }>();
    const all = published?.n ?? 0;
    const many = count > UNASKED.articles && count > all * UNASKED.share;
    // Not in the order of an index, which would read all files rather than these.
    const first = () => concerned(home, MARKED_OR_MISSING, `ORDER BY +f.path LIMIT ${NAMED}`);
    if (many || emptied) return { held: hold(await first(), { count, all, emptied }), statements: [] };
  }
  const which = run.request.acceptWithdrawals && isWhole ? MARKED_OR_MISSING : MARKED;
  const page = await concerned(home, which, `LIMIT ${WITHDRAWN}`);
  page.sort((a, b) => compareCodePoints(a.path, b.path));
  return { held: null, statements: takeBack(home, run, page) };
}

/** Files whose articles are to be taken back, and those which are only missing so far. */
const MARKED = 'SELECT path, article, withdraw FROM files WHERE withdraw IS NOT NULL';
const MARKED_OR_MISSING = `${MARKED}
  UNION ALL SELECT path, article, withdraw FROM files WHERE missing_since IS NOT NULL AND withdraw IS NULL`;

async function countConcerned(home: Home): Promise<number> {
  const counted = await home.db
    .prepare(`SELECT COUNT(*) AS n FROM (${MARKED_OR_MISSING}) AS f JOIN articles AS a ON a.id = f.article`)
    .first<{ n: number }>();
  return counted?.n ?? 0;
}

function concerned(home: Home, files: string, some: string): Promise<Withdrawal[]> {
  return home.db
    .prepare(
      `SELECT f.path, f.article, f.withdraw AS reason, a.data ->> 'title' AS title, a.body_hash
       FROM (${files}) AS f JOIN articles AS a ON a.id = f.article ${some}`,
    )
    .all<Withdrawal & { [column: string]: string | null }>();
}

function takeBack(home: Home, run: Run, concerned: Withdrawal[]): Statement[] {
  if (concerned.length === 0) return [];
  const { db } = home;
  const withdrawn = concerned.map((one) => ({ ...one, reason: one.reason ?? 'deleted' }));
  const deleted = withdrawn.filter((one) => one.reason === 'deleted').map((one) => one.path);
  run.report.articles.removed += deleted.length;
  return [
    ...withdrawal(home, run, withdrawn),
    ...forRows(db, 'DELETE FROM files WHERE path IN (SELECT value FROM json_each(?1))', deleted),
    ...forRows(
      db,
      'UPDATE files SET withdraw = NULL WHERE path IN (SELECT value FROM json_each(?1))',
      withdrawn.map((one) => one.path),
    ),
  ];
}

function hold(first: Withdrawal[], { count, all, emptied }: { count: number; all: number; emptied: boolean }): Held {
  const what = `${count} of ${all} published articles`;
  const mend = 'nothing was withdrawn. If that is meant, run: tidings run --accept-withdrawals';
  return {
    reason: emptied ? 'folder-empty' : 'many-withdrawals',
    message: emptied
      ? `the content folder holds no article file, which would withdraw ${what}; ${mend}`
      : `this would withdraw ${what}; ${mend}`,
    withdrawals: count,
    articles: first.map(({ path, title, reason }) => ({ path, title, reason: reason ?? 'missing' })),
  };
}

/**
 * Paths that were rejected for an address which is free by now: nobody has it, or the one who has it is missing (the
 * file may be the same, moved) or waits for another address itself (two may exchange theirs).
 */
export async function duplicatePaths(home: Home): Promise<string[]> {
  const rows = await home.db
    .prepare(
      `SELECT f.path FROM files AS f, json_each(f.problems) AS p
       WHERE f.state <> 'accepted' AND f.state = 'rejected' AND p.value ->> 'code' = 'url-duplicate' AND NOT EXISTS
         (SELECT 1 FROM articles AS a JOIN files AS h ON h.article = a.id
          WHERE a.url = p.value ->> 'url' AND h.missing_since IS NULL
            AND NOT EXISTS (SELECT 1 FROM json_each(h.problems) WHERE value ->> 'code' = 'url-duplicate'))
       ORDER BY f.path LIMIT ?`,
    )
    .bind(READMITTED)
    .all<{ path: string }>();
  return rows.map((row) => row.path);
}

/** How long after a new article came a missing one may still be taken for it, in milliseconds. */
const LIKENESS_MS = 600_000;

/**
 * A file that was both renamed and rewritten is not guessed at: the new file is published as a new article, and gets a
 * note when it resembles one that is missing (the same title, instant or file name).
 */
export async function noteLikenesses(home: Home): Promise<Statement[]> {
  const missing = await home.db
    .prepare(
      `SELECT f.path, l.id, l.title, l.published, l.first_seen FROM files AS f JOIN ledger AS l ON l.id = f.article
       WHERE f.missing_since IS NOT NULL AND l.withdrawn IS NULL LIMIT 50`,
    )
    .all<{ path: string; id: string; title: string; published: string; first_seen: string }>();
  if (missing.length === 0) return [];
  const since = new Date(home.now() - LIKENESS_MS).toISOString();
  const fresh = await home.db
    .prepare(
      `SELECT f.path, l.title, l.published, l.first_seen FROM (SELECT * FROM events ORDER BY seq DESC LIMIT 50) AS e
       JOIN ledger AS l ON l.id = e.article JOIN files AS f ON f.article = e.article
       WHERE e.type = 'published' AND e.at >= ? AND f.state = 'accepted' AND f.missing_since IS NULL
         AND NOT EXISTS (SELECT 1 FROM json_each(f.problems) WHERE value ->> 'code' = 'resembles-missing')`,
    )
    .bind(since)
    .all<{ path: string; title: string; published: string; first_seen: string }>();
  const notes = fresh.flatMap((one) => {
    const like = missing.find(
      (other) =>
        other.first_seen < one.first_seen &&
        (other.title === one.title || other.published === one.published || nameOf(other.path) === nameOf(one.path)),
    );
    if (!like) return [];
    const message = `this was published as a new article; ${like.path}, which it resembles, is missing. If it is the same one, moved and rewritten, give it the id of that`;
    return [
      { path: one.path, problem: { code: 'resembles-missing', message, mend: `guid: ${JSON.stringify(like.id)}` } },
    ];
  });
  return forRows(
    home.db,
    `UPDATE files SET problems = json_insert(problems, '$[#]', json(j.value -> 'problem'))
     FROM json_each(?1) AS j WHERE files.path = j.value ->> 'path'`,
    notes,
  );
}

/** A file's name without its folders, ending and date. */
function nameOf(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.[^.]*$/, '')
    .replace(/^\d{4}-\d{1,2}-\d{1,2}-/, '');
}

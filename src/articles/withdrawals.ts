import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { Held, Run } from '../storage/runs.ts';
import { forgetBodies, leaveFeeds, recordEvents } from './intake.ts';

/** A run may withdraw this many articles, or this share of all, without asking. */
const UNASKED = { articles: 5, share: 0.05 };

/** A published article that is to be taken back. */
interface Withdrawal {
  path: string;
  article: string;
  reason: string;
  title: string;
  body_hash: string;
}

/**
 * Takes back what is marked for it, unless it is so much that it looks like an accident (a folder emptied, half copied
 * or not mounted): then nothing is withdrawn and the publisher is asked. What a held run would withdraw stays marked.
 *
 * @param emptied the whole folder was read and held no article file at all
 * @returns statements for one batch, or why the run is held
 */
export async function withdraw(
  home: Home,
  run: Run,
  emptied: boolean,
): Promise<{ held: Held } | { held: null; statements: Statement[] }> {
  const marked = await home.db
    .prepare(
      `SELECT f.path, f.article, f.withdraw AS reason, a.data ->> 'title' AS title, a.body_hash
       FROM files AS f JOIN articles AS a ON a.id = f.article WHERE f.withdraw IS NOT NULL ORDER BY f.path`,
    )
    .all<Withdrawal & { [key: string]: string }>();
  if (marked.length === 0) return { held: null, statements: [] };
  if (!run.request.acceptWithdrawals) {
    const published = await home.db.prepare('SELECT COUNT(*) AS n FROM articles').first<{ n: number }>();
    const all = published?.n ?? 0;
    const many = marked.length > UNASKED.articles && marked.length > all * UNASKED.share;
    if (many || emptied) return { held: hold(marked, all, emptied) };
  }
  return { held: null, statements: takeBack(home, run, marked) };
}

function takeBack(home: Home, run: Run, marked: Withdrawal[]): Statement[] {
  const { db } = home;
  const ids = marked.map((one) => one.article);
  const deleted = marked.filter((one) => one.reason === 'deleted').map((one) => one.path);
  run.report.events.withdrawn += marked.length;
  run.report.articles.removed += deleted.length;
  return [
    ...leaveFeeds(home, ids),
    ...forRows(db, 'DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(db, 'DELETE FROM fragments WHERE article IN (SELECT value FROM json_each(?1))', ids),
    ...forRows(
      db,
      `UPDATE ledger SET withdrawn = ?2, withdrawn_reason = j.value ->> 'reason'
       FROM json_each(?1) AS j WHERE ledger.id = j.value ->> 'article'`,
      marked.map(({ article, reason }) => ({ article, reason })),
      new Date(home.now()).toISOString(),
    ),
    ...forRows(db, 'DELETE FROM files WHERE path IN (SELECT value FROM json_each(?1))', deleted),
    ...forRows(
      db,
      'UPDATE files SET withdraw = NULL WHERE path IN (SELECT value FROM json_each(?1))',
      marked.map((one) => one.path),
    ),
    ...forgetBodies(
      home,
      marked.map((one) => one.body_hash),
    ),
    ...recordEvents(
      home,
      run,
      marked.map((one) => ({ article: one.article, type: 'withdrawn' })),
    ),
  ];
}

function hold(marked: Withdrawal[], all: number, emptied: boolean): Held {
  const what = `${marked.length} of ${all} published articles`;
  return {
    reason: emptied ? 'folder-empty' : 'many-withdrawals',
    message: emptied
      ? `the content folder holds no article file, which would withdraw ${what}; nothing was withdrawn. If that is meant, run: tidings run --accept-withdrawals`
      : `this would withdraw ${what}; nothing was withdrawn. If that is meant, run: tidings run --accept-withdrawals`,
    withdrawals: marked.length,
    articles: marked.slice(0, 20).map(({ path, title, reason }) => ({ path, title, reason })),
  };
}

/** Paths that were rejected because another article had their address: looked at again when an address became free. */
export async function duplicatePaths(home: Home): Promise<string[]> {
  const rows = await home.db
    .prepare(
      `SELECT path FROM files WHERE state = 'rejected' AND EXISTS
         (SELECT 1 FROM json_each(problems) WHERE value ->> 'code' = 'url-duplicate') ORDER BY path LIMIT 200`,
    )
    .all<{ path: string }>();
  return rows.map((row) => row.path);
}

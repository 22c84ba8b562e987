import type { Home } from '../home.ts';
import { recallFromAll } from '../partners/recalls.ts';
import { wakeAnnouncements } from '../push/channels/notices.ts';
import type { Statement } from '../storage/ports.ts';
import { requestRun } from '../storage/runs.ts';

/**
 * How the publisher takes an article back by command, whatever its file says. A `withdraw` is told as every withdrawal
 * is; a `kill` is mandatory: every partner is told at once, and again until it has acknowledged it.
 */
export type RetractionKind = 'withdraw' | 'kill';

/** An article that was taken back by command. */
export interface Retraction {
  article: string;
  kind: RetractionKind;
  /** In the publisher's words. */
  reason: string;
  /** ISO 8601. */
  at: string;
}

/** What the ledger and a withdrawal say of an article that was taken back by command. */
export const RETRACTED: Record<RetractionKind, string> = { withdraw: 'withdrawn', kill: 'killed' };

/** An article of the ledger, as far as taking it back needs it. */
interface Known {
  id: string;
  withdrawn: string | null;
}

/**
 * The article that a person names by its id, its file or its address; of several that a path was of, the published one,
 * else the newest. Null when history knows none.
 */
export async function findArticle(home: Home, named: string): Promise<string | null> {
  const row = await home.db
    .prepare(
      `SELECT l.id FROM ledger AS l WHERE l.id = ?1 OR l.path = ?1 OR l.url = ?1
       ORDER BY l.id = ?1 DESC, l.withdrawn IS NULL DESC, l.first_seen DESC LIMIT 1`,
    )
    .bind(named)
    .first<{ id: string }>();
  return row?.id ?? null;
}

/**
 * Takes an article back, or makes a withdrawal a kill, and asks for the run that takes it out of all documents.
 *
 * @returns the run
 * @throws {AlreadyKilled} a kill does not become a quiet withdrawal
 */
export async function retract(home: Home, article: string, kind: RetractionKind, reason: string): Promise<string> {
  const known = await home.db
    .prepare('SELECT id, withdrawn FROM ledger WHERE id = ?')
    .bind(article)
    .first<Known & { [column: string]: string | null }>();
  if (!known) throw new TypeError(`The ledger has no article ${article}.`);
  const before = await retractionOf(home, article);
  if (before?.kind === 'kill' && kind === 'withdraw') throw new AlreadyKilled(article);
  const at = new Date(home.now()).toISOString();
  const isLive = known.withdrawn === null;
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO retractions (article, kind, reason, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (article) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, at = excluded.at`,
      )
      .bind(article, kind, reason, at),
    ...rereading(home, article),
    ...(isLive ? [] : repeated(home, article, kind, at)),
    ...(kind === 'kill' ? recallFromAll(home, article, at) : []),
  ]);
  // Partners are told of a kill before a run has taken it out of the documents.
  if (kind === 'kill') await wakeAnnouncements(home);
  return askForRun(home, await pathsOf(home, article));
}

/** A kill is final as long as it stands: {@link restore} ends it. */
export class AlreadyKilled extends Error {
  override name = 'AlreadyKilled';
  constructor(article: string) {
    super(
      `${article} was killed; that is more than a withdrawal. To publish it again: tidings articles restore ${article}`,
    );
  }
}

/** Ends a withdrawal by command: its file says again what becomes of the article. Null when it was not taken back so. */
export async function restore(home: Home, article: string): Promise<string | null> {
  if ((await retractionOf(home, article)) === null) return null;
  const paths = await pathsOf(home, article);
  await home.db.batch([
    home.db.prepare('DELETE FROM retractions WHERE article = ?').bind(article),
    ...rereading(home, article),
  ]);
  return askForRun(home, paths);
}

async function askForRun(home: Home, paths: string[]): Promise<string> {
  const run = await requestRun(home, { trigger: 'api', paths });
  if (run === null) throw new Error('a run without a tick is always new');
  return run;
}

export function retractionOf(home: Home, article: string): Promise<Retraction | null> {
  return home.db
    .prepare('SELECT article, kind, reason, at FROM retractions WHERE article = ?')
    .bind(article)
    .first<Retraction & { [column: string]: string }>();
}

/** What was taken back by command and stands, the newest first. */
export function listRetractions(home: Home, limit: number): Promise<(Retraction & { title: string; url: string })[]> {
  return home.db
    .prepare(
      `SELECT r.article, r.kind, r.reason, r.at, l.title, l.url FROM retractions AS r JOIN ledger AS l ON l.id = r.article
       ORDER BY r.at DESC LIMIT ?`,
    )
    .bind(limit)
    .all<Retraction & { title: string; url: string; [column: string]: string }>();
}

/** The file is read again though it is as it was; by a timer, should nobody come to it before. */
function rereading(home: Home, article: string): Statement[] {
  return [home.db.prepare('UPDATE files SET due_at = ? WHERE article = ?').bind(home.now(), article)];
}

/** An article that is published no more is withdrawn again, for another reason, so that it is told. */
function repeated(home: Home, article: string, kind: RetractionKind, at: string): Statement[] {
  return [
    home.db
      .prepare("INSERT INTO events (type, article, at, run, because) VALUES ('withdrawn', ?, ?, '', ?)")
      .bind(article, at, RETRACTED[kind]),
    home.db.prepare('UPDATE ledger SET withdrawn_reason = ? WHERE id = ?').bind(RETRACTED[kind], article),
  ];
}

async function pathsOf(home: Home, article: string): Promise<string[]> {
  const rows = await home.db.prepare('SELECT path FROM files WHERE article = ?').bind(article).all<{ path: string }>();
  return rows.map(({ path }) => path);
}

import type { Home } from '../home.ts';
import { compareCodePoints } from './paths.ts';
import type { Statement } from './ports.ts';
import { forRows } from './rows.ts';

/** What made a run begin. */
export type Trigger = 'start' | 'schedule' | 'missed' | 'watch' | 'due' | 'api' | 'cli' | 'upload' | 'event' | 'push';

/** What a run is asked to look at. */
export interface RunRequest {
  /** The paths it was told of; null for the whole folder. */
  paths: string[] | null;
  /** Withdrawals go through, however many they are. */
  acceptWithdrawals: boolean;
}

/** Why a run waits for the publisher, and what it would take back. */
export interface Held {
  reason: string;
  message: string;
  withdrawals: number;
  /** The first of the articles that it would withdraw. */
  articles: { path: string; title: string; reason: string }[];
}

/** What a run found and did. */
export interface RunReport {
  id: string;
  trigger: Trigger;
  /** ISO 8601. */
  startedAt: string;
  ms: number;
  articles: {
    seen: number;
    added: number;
    changed: number;
    removed: number;
    accepted: number;
    withheld: number;
    rejected: number;
  };
  documents: { written: number };
  events: { published: number; updated: number; withdrawn: number };
  held: Held | null;
  /** Why it failed; null when it did not. */
  error: string | null;
}

/** Where a run goes on after a step. */
export interface RunProgress {
  phase: 'scan' | 'withdraw' | 'publish' | 'compress';
  /** The source's cursor of the next page. */
  cursor: string | null;
  /** The last path of the page before: rows after it belong to the next. */
  after: string | null;
  /** Every file is read again, since the configuration or the reader changed. */
  force: boolean;
  /** Made from the configuration and the reader's version when the run began. */
  fingerprint: string;
  /** Runs that waited for the same when this one began: they end with it. */
  joined: string[];
}

/** A run as it is stored. */
export interface Run {
  id: string;
  job: string | null;
  tick: number | null;
  trigger: Trigger;
  state: 'queued' | 'running' | 'done' | 'failed';
  request: RunRequest;
  progress: RunProgress | null;
  startedAt: number;
  report: RunReport;
}

interface RunRow {
  id: string;
  job: string | null;
  tick: number | null;
  trigger: Trigger;
  state: Run['state'];
  request: string;
  progress: string;
  started_at: number;
  report: string;
}

const COLUMNS = 'id, job, tick, trigger, state, request, progress, started_at, report';
/** Finished runs that are kept. */
const KEPT_RUNS = 2000;
/** Who is told of more paths than this looks at the whole folder, which costs less and fits a row. */
const MOST_PATHS = 1000;
/** Waiting runs that one may end with itself. */
const MOST_JOINED = 1000;

function emptyReport(id: string, trigger: Trigger, now: number): RunReport {
  return {
    id,
    trigger,
    startedAt: new Date(now).toISOString(),
    ms: 0,
    articles: { seen: 0, added: 0, changed: 0, removed: 0, accepted: 0, withheld: 0, rejected: 0 },
    documents: { written: 0 },
    events: { published: 0, updated: 0, withdrawn: 0 },
    held: null,
    error: null,
  };
}

function fromRow(row: RunRow): Run {
  const progress = JSON.parse(row.progress) as RunProgress | Record<string, never>;
  return {
    id: row.id,
    job: row.job,
    tick: row.tick,
    trigger: row.trigger,
    state: row.state,
    request: JSON.parse(row.request) as RunRequest,
    progress: 'phase' in progress ? (progress as RunProgress) : null,
    startedAt: row.started_at,
    report: JSON.parse(row.report) as RunReport,
  };
}

/**
 * Records that a run is wanted. A scheduled one is known by its job and tick: asked for twice, it is one run.
 *
 * @returns its id, or null when that tick has its run already
 */
export async function requestRun(
  home: Home,
  wanted: { trigger: Trigger; paths?: string[]; acceptWithdrawals?: boolean; job?: string; tick?: number },
): Promise<string | null> {
  const now = home.now();
  const id = `${new Date(now).toISOString().replace(/\D/g, '')}-${crypto.randomUUID().slice(0, 8)}`;
  const told = wanted.paths ? [...new Set(wanted.paths)].sort(compareCodePoints) : null;
  const paths = told && told.length > MOST_PATHS ? null : told;
  const request: RunRequest = { paths, acceptWithdrawals: wanted.acceptWithdrawals ?? false };
  const { changes } = await home.db
    .prepare(
      `INSERT OR IGNORE INTO runs (id, job, tick, trigger, state, request, started_at, report)
       VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)`,
    )
    .bind(
      id,
      wanted.job ?? null,
      wanted.tick ?? null,
      wanted.trigger,
      JSON.stringify(request),
      now,
      JSON.stringify(emptyReport(id, wanted.trigger, now)),
    )
    .run();
  return changes === 1 ? id : null;
}

/** The oldest run that is not finished: one that was interrupted comes before those still waiting. */
export async function nextOpenRun(home: Home): Promise<Run | null> {
  const row = await home.db
    .prepare(`SELECT ${COLUMNS} FROM runs WHERE state IN ('queued', 'running')
              ORDER BY state DESC, started_at, id LIMIT 1`)
    .first<RunRow>();
  return row && fromRow(row);
}

/** A statement that stores where a run stands, for the batch that did the step. */
export function saveRun(home: Home, run: Run): Statement {
  const ended = run.state === 'done' || run.state === 'failed';
  return home.db
    .prepare('UPDATE runs SET state = ?, request = ?, progress = ?, report = ?, finished_at = ? WHERE id = ?')
    .bind(
      run.state,
      JSON.stringify(run.request),
      JSON.stringify(run.progress ?? {}),
      JSON.stringify(run.report),
      ended ? home.now() : null,
      run.id,
    );
}

/** Runs that wait for a look at the whole folder and have not begun. */
export async function waitingWholeRuns(home: Home, but: Run): Promise<Pick<Run, 'id' | 'request'>[]> {
  const rows = await home.db
    .prepare(
      `SELECT id, request FROM runs WHERE state IN ('queued', 'running') AND state = 'queued' AND id <> ?
         AND request ->> 'paths' IS NULL ORDER BY started_at, id LIMIT ?`,
    )
    .bind(but.id, MOST_JOINED)
    .all<{ id: string; request: string }>();
  return rows.map(({ id, request }) => ({ id, request: JSON.parse(request) as RunRequest }));
}

/**
 * Statements that end the runs which joined one that has ended. They say how all files stand, and nothing of what was
 * changed: that was the other's doing.
 */
export function endJoined(home: Home, run: Run): Statement[] {
  const { seen, accepted, withheld, rejected } = run.report.articles;
  return forRows(
    home.db,
    `UPDATE runs SET state = ?2, finished_at = ?3, report = json_set(report, '$.ms', ?3 - started_at,
       '$.articles', json(?4), '$.held', json(?5), '$.error', json(?6))
     WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'queued'`,
    run.progress?.joined ?? [],
    run.state,
    home.now(),
    JSON.stringify({ seen, added: 0, changed: 0, removed: 0, accepted, withheld, rejected }),
    JSON.stringify(run.report.held),
    JSON.stringify(run.report.error),
  );
}

export async function findRun(home: Home, id: string): Promise<Run | null> {
  const row = await home.db.prepare(`SELECT ${COLUMNS} FROM runs WHERE id = ?`).bind(id).first<RunRow>();
  return row && fromRow(row);
}

/** The newest runs first. */
export async function listRuns(home: Home, limit: number): Promise<Run[]> {
  const rows = await home.db
    .prepare(`SELECT ${COLUMNS} FROM runs ORDER BY started_at DESC, id DESC LIMIT ?`)
    .bind(limit)
    .all<RunRow>();
  return rows.map(fromRow);
}

/** The newest tick of a job that has a run, in epoch milliseconds. */
export async function lastTick(home: Home, job: string): Promise<number | null> {
  const row = await home.db
    .prepare('SELECT MAX(tick) AS tick FROM runs WHERE job = ?')
    .bind(job)
    .first<{ tick: number | null }>();
  return row?.tick ?? null;
}

/** Forgets the oldest finished runs. */
export async function pruneRuns(home: Home): Promise<void> {
  await home.db
    .prepare(
      `DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE state IN ('done', 'failed')
       ORDER BY started_at DESC LIMIT -1 OFFSET ?)`,
    )
    .bind(KEPT_RUNS)
    .run();
}

import { isAuthorsFile } from '../articles/authors.ts';
import { articleFiles } from '../articles/selection.ts';
import type { Home } from '../home.ts';
import { compareCodePoints } from '../storage/paths.ts';
import type { SourceFile } from '../storage/ports.ts';
import type { Run, RunProgress } from '../storage/runs.ts';

/** A source file as it was when a run last looked. */
export interface FileRow {
  path: string;
  tag: string;
  hash: string | null;
  state: 'accepted' | 'withheld' | 'rejected';
  article: string | null;
  due_at: number | null;
  missing_since: number | null;
  missing_runs: number;
  /** Why its article is to be taken back. */
  withdraw: string | null;
}

/** A path that a run has to look at: what stands there now, and what is known of it. */
export interface Candidate {
  path: string;
  /** Null: there is no such file any more. */
  file: SourceFile | null;
  /** Null: it was not seen before. */
  row: FileRow | null;
}

/** Some paths in order, and where to go on. */
export interface Page {
  candidates: Candidate[];
  /** Article files looked at, changed or not. */
  seen: number;
  /** Authors files among what was listed. */
  authorFiles: SourceFile[];
  next: Pick<RunProgress, 'cursor' | 'after'> | null;
}

/** Files that are listed at a time. */
const PAGE = { node: 500, workers: 200 };
/**
 * Files that are read at a time, of those that differ or were told: what one batch can commit well inside every limit, and
 * where there is none, so many that the pages of the indexes are not written again and again.
 */
const READ = { node: 500, workers: 100 };
/** Known files of a page, at most: where a folder was emptied they are all that there is. */
const KNOWN = { node: 2_500, workers: 1_000 };
/** Sorts after every path. */
const LAST_PATH = '\u{10FFFF}';
const COLUMNS = 'path, tag, hash, state, article, due_at, missing_since, missing_runs, withdraw';

/** What must be looked at next: of the whole folder only what differs, of told paths all. */
export async function nextPage(home: Home, run: Run, progress: RunProgress): Promise<Page> {
  return run.request.paths ? toldPage(home, run.request.paths, progress) : listedPage(home, progress);
}

async function toldPage(home: Home, paths: string[], progress: RunProgress): Promise<Page> {
  const from = Number(progress.cursor ?? 0);
  const told = paths.slice(from, from + READ[home.name]);
  const rows = await fileRows(home, told);
  const selected = articleFiles(home.config);
  const candidates: Candidate[] = [];
  for (const path of told) {
    const row = rows.get(path) ?? null;
    const file = selected(path) ? await home.source.head(path) : null;
    if (file || row) candidates.push({ path, file, row });
  }
  const end = from + told.length;
  return {
    candidates,
    seen: candidates.filter(({ file }) => file !== null).length,
    authorFiles: [],
    next: end < paths.length ? { cursor: String(end), after: null } : null,
  };
}

/** Two lists in the order of their paths, side by side, a page at a time: memory does not grow with the folder. */
async function listedPage(home: Home, progress: RunProgress): Promise<Page> {
  const after = progress.after ?? '';
  const listing = await home.source.list({ cursor: progress.cursor ?? undefined, limit: PAGE[home.name] });
  // A page may hold nothing but what is passed over; then no known file belongs to it.
  const end = listing.cursor === null ? null : (listing.files.at(-1)?.path ?? after);
  const rows = await home.db
    .prepare(`SELECT ${COLUMNS} FROM files WHERE path > ? AND path <= ? ORDER BY path LIMIT ?`)
    .bind(after, end ?? LAST_PATH, KNOWN[home.name])
    .all<FileRow>();
  // More may be known than were looked at: the same listing is gone on with after the last of these.
  const cut = rows.length === KNOWN[home.name] ? (rows.at(-1)?.path ?? null) : null;
  const listed = listing.files.filter(upTo(cut)).filter(({ path }) => compareCodePoints(path, after) > 0);
  const known = new Map(rows.map((row) => [row.path, row]));
  const selected = articleFiles(home.config);
  const files = listed.filter((file) => selected(file.path));
  const candidates: Candidate[] = [];
  for (const file of files) {
    const row = known.get(file.path) ?? null;
    known.delete(file.path);
    const due = row !== null && row.due_at !== null && row.due_at <= home.now();
    const same = row !== null && row.tag === file.tag && row.missing_since === null;
    if (!same || due || progress.force) candidates.push({ path: file.path, file, row });
  }
  // And so it is where more would have to be read than one step reads.
  const last = candidates.length > READ[home.name] ? candidates[READ[home.name] - 1] : undefined;
  const goOnAfter = last?.path ?? cut;
  const isTaken = upTo(goOnAfter);
  for (const row of known.values()) candidates.push({ path: row.path, file: null, row });
  const onwards = listing.cursor === null ? null : { cursor: listing.cursor, after: end };
  return {
    candidates: candidates.filter(isTaken),
    seen: files.filter(isTaken).length,
    authorFiles: listed.filter((file) => isAuthorsFile(file.path)).filter(isTaken),
    next: goOnAfter === null ? onwards : { cursor: progress.cursor, after: goOnAfter },
  };
}

/** Whether a path does not come after another one. */
function upTo(last: string | null): (one: { path: string }) => boolean {
  return ({ path }) => last === null || compareCodePoints(path, last) <= 0;
}

/** What is known of some paths. */
export async function fileRows(home: Home, paths: string[]): Promise<Map<string, FileRow>> {
  const rows = await home.db
    .prepare(`SELECT ${COLUMNS} FROM files WHERE path IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(paths))
    .all<FileRow>();
  return new Map(rows.map((row) => [row.path, row]));
}

/** Paths whose state changes by itself at or before an instant: publication, expiry, the end of a grace. */
export async function duePaths(home: Home, now: number): Promise<string[]> {
  const rows = await home.db
    .prepare('SELECT path FROM files WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT 1000')
    .bind(now)
    .all<{ path: string }>();
  return rows.map((row) => row.path);
}

/** The next instant at which a file's state changes by itself; null when none does. */
export async function nextDue(home: Home): Promise<number | null> {
  const row = await home.db
    .prepare('SELECT MIN(due_at) AS due FROM files WHERE due_at IS NOT NULL')
    .first<{ due: number | null }>();
  return row?.due ?? null;
}

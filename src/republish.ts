import { isAuthorsFile } from './articles/authors.ts';
import { authorsOf, forgetAuthors } from './articles/directory.ts';
import { configFingerprint } from './config/fingerprint.ts';
import { forgetArchives } from './feeds/archives.ts';
import { FragmentCache } from './feeds/fragment-cache.ts';
import { type DirtyFeed, dirtyFeeds, publishFeeds } from './feeds/publish.ts';
import { definedFeeds } from './feeds/selection.ts';
import type { FragmentContext } from './feeds/shown.ts';
import { forgetTombstones } from './feeds/tombstones.ts';
import type { Home } from './home.ts';
import { noteUrl } from './hub/former-urls.ts';
import { takeIn } from './ledger/intake.ts';
import { fileRows, nextPage } from './ledger/scan.ts';
import { duplicatePaths, noteLikenesses, withdraw } from './ledger/withdrawals.ts';
import { chooseAnew, chooseArticles, keepUp } from './partners/choosing.ts';
import { lapseRecalls } from './partners/recalls.ts';
import { notePartner } from './partners/trouble.ts';
import { announceArticles, wakeAnnouncements } from './push/channels/notices.ts';
import { recordReceivers } from './push/channels/receivers.ts';
import { codeDocuments } from './storage/codings.ts';
import type { DocumentCache } from './storage/documents.ts';
import { acquireLock, type Lock } from './storage/locks.ts';
import { SourceUnavailable, type Statement } from './storage/ports.ts';
import { collectBlobs } from './storage/retired.ts';
import { forRows } from './storage/rows.ts';
import {
  endJoined,
  nextOpenRun,
  pruneRuns,
  type Run,
  type RunProgress,
  saveRun,
  waitingWholeRuns,
} from './storage/runs.ts';
import { readSetting, writeSetting } from './storage/settings.ts';

/** Feeds made in a step. */
const FEEDS_A_STEP = 8;
/** Documents compressed in a step. */
const DOCUMENTS_A_STEP = 24;
/** Files that became due and could not be looked at are looked at again after this many milliseconds. */
const DUE_AGAIN_MS = 60_000;

/** The message by which a regeneration goes on in another invocation. */
export const REPUBLISH = 'republish';

/**
 * The whole story: scan the articles, take in what changed, withdraw what is gone, make the documents of the feeds that
 * this touches, and announce them. Works through the runs that are waiting, one at a time, in steps that are committed
 * each with where to go on; a crash costs one step, and what an invocation may not do any more the next one does.
 */
export async function republish(home: Home): Promise<void> {
  const budget = { steps: home.stepsPerInvocation };
  do {
    const lock = await acquireLock(home, REPUBLISH);
    // Whoever has the lock sees the waiting runs too, and looks once more after letting go.
    if (!lock) return;
    try {
      await workThrough({ ...home, db: lock.db }, lock, budget);
    } finally {
      await lock.release();
    }
    // Sent without the lock: whoever gets the message must be able to take it.
    if (budget.steps < 0) return await home.queue.send({ type: REPUBLISH });
  } while (await nextOpenRun(home));
}

const caches = new WeakMap<DocumentCache, FragmentCache>();

/** Where one process makes every commit, fragments are kept from run to run: a change then reads only its own. */
function cacheOf({ documentCache }: Home): FragmentCache {
  if (documentCache?.isOneOfMany) return new FragmentCache();
  const kept = documentCache && caches.get(documentCache);
  if (kept) return kept;
  const cache = new FragmentCache();
  if (documentCache) caches.set(documentCache, cache);
  return cache;
}

/** Until no run is open, the budget is spent, or the lock was lost to somebody who took this one for dead. */
async function workThrough(home: Home, lock: Lock, budget: { steps: number }): Promise<void> {
  const fingerprint = home.sha256(configFingerprint(home.config)).slice(0, 16);
  const cache = cacheOf(home);
  for (let run = await nextOpenRun(home); run; run = await nextOpenRun(home)) {
    while (run.state === 'queued' || run.state === 'running') {
      if (--budget.steps < 0 || !(await lock.renew())) return;
      await step(home, run, fingerprint, cache, lock);
    }
  }
}

/** One step of a run. What goes wrong ends this run, is recorded in it, and leaves what was published as it is. */
async function step(home: Home, run: Run, fingerprint: string, cache: FragmentCache, lock: Lock): Promise<void> {
  try {
    // Interrupted, and the configuration is another since: it begins anew.
    if (run.progress?.fingerprint !== fingerprint) await begin(home, run, fingerprint);
    else if (run.progress.phase === 'scan') await scan(home, run, run.progress);
    else if (run.progress.phase === 'withdraw') await takeBack(home, run, run.progress);
    else if (run.progress.phase === 'publish') await publish(home, run, run.progress, cache);
    else await compress(home, run, run.progress);
  } catch (error) {
    if (!(await lock.renew())) return;
    await fail(home, run, error);
  }
}

async function fail(home: Home, run: Run, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  run.report.error = message;
  home.log.error('run failed', { run: run.id, phase: run.progress?.phase, error: message });
  const statements: Statement[] = [];
  if (error instanceof SourceUnavailable) {
    run.report.held = { reason: 'source-unavailable', message, withdrawals: 0, articles: [] };
    statements.push(writeSetting(home, 'held', JSON.stringify(run.report.held)));
  }
  if (run.request.paths !== null) {
    const now = home.now();
    const later = 'UPDATE files SET due_at = ?2 WHERE due_at <= ?3 AND path IN (SELECT value FROM json_each(?1))';
    statements.push(...forRows(home.db, later, run.request.paths, now + DUE_AGAIN_MS, now));
  }
  await finish(home, run, 'failed', statements);
}

async function begin(home: Home, run: Run, fingerprint: string): Promise<void> {
  const changed = (await readSetting(home, 'fingerprint')) !== fingerprint;
  // A changed configuration, or authors file, concerns every article, whatever the run was told of.
  if (changed || run.request.paths?.some(isAuthorsFile)) run.request.paths = null;
  const isWhole = run.request.paths === null;
  const forgotten = isWhole ? await forgetAuthors(home) : [];
  const joined = isWhole ? await waitingWholeRuns(home, run) : [];
  run.request.acceptWithdrawals ||= joined.some(({ request }) => request.acceptWithdrawals);
  run.state = 'running';
  run.report.articles.seen = 0;
  run.progress = {
    phase: 'scan',
    cursor: null,
    after: null,
    force: changed || forgotten.length > 0,
    fingerprint,
    joined: joined.map(({ id }) => id),
  };
  await home.db.batch([
    ...forRows(
      home.db,
      `INSERT INTO feeds (key, kind, title, lang)
       SELECT value ->> 'key', value ->> 'kind', value ->> 'title', value ->> 'lang' FROM json_each(?1) WHERE true
       ON CONFLICT (key) DO UPDATE SET title = excluded.title, lang = excluded.lang
         WHERE title <> excluded.title OR lang IS NOT excluded.lang`,
      definedFeeds(home.config),
    ),
    // Heads carry what the configuration says of the site.
    ...(changed
      ? [home.db.prepare('UPDATE feeds SET wanted = wanted + 1'), ...forgetArchives(home), chooseAnew(home)]
      : []),
    ...rereading(home, forgotten),
    ...forgetTombstones(home),
    ...lapseRecalls(home),
    ...(await noteUrl(home)),
    saveRun(home, run),
  ]);
}

/** Should this run not reach its end, the next one reads every article again with the authors that changed. */
function rereading(home: Home, authors: Statement[]): Statement[] {
  return authors.length > 0 ? [...authors, writeSetting(home, 'fingerprint', '')] : [];
}

async function scan(home: Home, run: Run, progress: RunProgress): Promise<void> {
  const page = await nextPage(home, run, progress);
  const { authors, changed, statements: kept } = await authorsOf(home, page.authorFiles);
  if (changed && !(progress.force && progress.after === null)) {
    // Names and addresses stand in other files than the one that changed.
    run.progress = { ...progress, cursor: null, after: null, force: true };
    run.report.articles.seen = 0;
    await home.db.batch([...rereading(home, kept), saveRun(home, run)]);
    return;
  }
  run.report.articles.seen += page.seen;
  const statements = await takeIn(home, run, page.candidates, { authors, force: progress.force });
  run.progress = page.next ? { ...progress, ...page.next } : { ...progress, phase: 'withdraw', cursor: null };
  await home.db.batch([...(changed ? rereading(home, kept) : kept), ...statements, saveRun(home, run)]);
}

/** Withdraws, then lets in who waited for an address that this made free, as long as there is anybody. */
async function takeBack(home: Home, run: Run, progress: RunProgress): Promise<void> {
  const { held, statements } = await withdraw(home, run);
  run.report.held = held;
  const notes = [...(await noteLikenesses(home)), writeSetting(home, 'held', JSON.stringify(held))];
  if (statements.length === 0) {
    statements.push(...(await readmit(home, run)));
    if (statements.length === 0) run.progress = { ...progress, phase: 'publish', after: null };
  }
  await home.db.batch([...notes, ...statements, saveRun(home, run)]);
}

async function readmit(home: Home, run: Run): Promise<Statement[]> {
  const waiting = await duplicatePaths(home);
  if (waiting.length === 0) return [];
  const rows = await fileRows(home, waiting);
  const candidates = [];
  for (const path of waiting) {
    const file = await home.source.head(path);
    if (file) candidates.push({ path, file, row: rows.get(path) ?? null });
  }
  const { authors } = await authorsOf(home, []);
  return takeIn(home, run, candidates, { authors, force: true, readmission: true });
}

/** What partners may have is brought up to the present first; then feeds are made. */
async function publish(home: Home, run: Run, progress: RunProgress, cache: FragmentCache): Promise<void> {
  if (progress.after === null && ((await keepUp(home)) || (await chooseArticles(home)))) return;
  const feeds = await dirtyFeeds(home, progress.after, FEEDS_A_STEP);
  run.report.documents.written += await publishAll(home, run, feeds, { fingerprint: progress.fingerprint, cache });
  const isLast = feeds.length < FEEDS_A_STEP;
  run.progress = isLast
    ? { ...progress, phase: 'compress', after: null }
    : { ...progress, after: feeds.at(-1)?.key ?? null };
  await home.db.batch([saveRun(home, run)]);
}

/** A feed that cannot be made stays as it was, is tried again by the next run, and does not stop the others. */
async function publishAll(home: Home, run: Run, feeds: DirtyFeed[], context: FragmentContext): Promise<number> {
  try {
    return await publishFeeds(home, feeds, context);
  } catch (error) {
    if (feeds.length > 1) {
      let written = 0;
      for (const feed of feeds) written += await publishAll(home, run, [feed], context);
      return written;
    }
    const message = `feed ${feeds[0]?.key || 'of the site'}: ${error instanceof Error ? error.message : String(error)}`;
    run.report.error = message;
    home.log.error('feed failed', { run: run.id, error: message });
    if (feeds[0]?.kind === 'partner') await notePartner(home, feeds[0].key, message);
    return 0;
  }
}

/** After the commit of all documents, so that what is told and read at once does not wait for it. */
async function compress(home: Home, run: Run, progress: RunProgress): Promise<void> {
  if ((await codeDocuments(home, DOCUMENTS_A_STEP)) === DOCUMENTS_A_STEP) await home.db.batch([saveRun(home, run)]);
  else await finish(home, run, 'done', [writeSetting(home, 'fingerprint', progress.fingerprint)]);
}

async function finish(home: Home, run: Run, state: 'done' | 'failed', statements: Statement[]): Promise<void> {
  const { articles } = run.report;
  const isWhole = run.request.paths === null;
  // A run that looked at everything says how all files stand; one that was told of some, how these do.
  if (isWhole && state === 'done') {
    const counted = await home.db
      .prepare(
        `SELECT state, COUNT(*) AS n FROM files WHERE state <> 'accepted' AND missing_since IS NULL GROUP BY state`,
      )
      .all<{ state: 'withheld' | 'rejected'; n: number }>();
    articles.withheld = 0;
    articles.rejected = 0;
    for (const { state: of, n } of counted) articles[of] = n;
    articles.accepted = articles.seen - articles.withheld - articles.rejected;
  }
  run.state = state;
  run.report.ms = home.now() - run.startedAt;
  const told = state === 'done' ? [...announceArticles(home), ...(isWhole ? recordReceivers(home) : [])] : [];
  await home.db.batch([...statements, saveRun(home, run), ...endJoined(home, run), ...told]);
  if (told.length > 0) await wakeAnnouncements(home);
  home.onRunEnd();
  if (isWhole) {
    await pruneRuns(home);
    await collectBlobs(home);
  }
  const { seen, added, changed, removed, withheld, rejected } = articles;
  home.log.info('run', {
    run: run.id,
    trigger: run.trigger,
    state,
    ms: run.report.ms,
    seen,
    added,
    changed,
    removed,
    withheld,
    rejected,
    documents: run.report.documents.written,
    held: run.report.held?.message,
  });
}

import { isAuthorsFile } from './articles/authors.ts';
import { authorsOf, forgetAuthors } from './articles/directory.ts';
import { takeIn } from './articles/intake.ts';
import { fileRows, nextPage } from './articles/scan.ts';
import { duplicatePaths, withdraw } from './articles/withdrawals.ts';
import { configFingerprint } from './config/fingerprint.ts';
import { collectBlobs, dirtyFeeds, type FragmentCache, publishFeed } from './feeds/publish.ts';
import { definedFeeds } from './feeds/selection.ts';
import type { Home } from './home.ts';
import { acquireLock } from './storage/locks.ts';
import { SourceUnavailable, type Statement } from './storage/ports.ts';
import { forRows } from './storage/rows.ts';
import { nextOpenRun, pruneRuns, type Run, type RunProgress, saveRun } from './storage/runs.ts';
import { readSetting, writeSetting } from './storage/settings.ts';

/** Feeds made in a step. */
const FEEDS_A_STEP = 8;

/** The message by which a regeneration goes on in another invocation. */
export const REPUBLISH = 'republish';

/**
 * The whole story: scan the articles, take in what changed, withdraw what is gone, make the documents of the feeds that
 * this touches, and announce them. Works through the runs that are waiting, one at a time, in steps that are committed
 * each with where to go on; a crash costs one step, and what an invocation may not do any more the next one does.
 */
export async function republish(home: Home): Promise<void> {
  let steps = home.stepsPerInvocation;
  // Whoever has the lock sees the waiting runs too, and looks once more after letting go.
  for (let lock = await acquireLock(home, REPUBLISH); lock; lock = await acquireLock(home, REPUBLISH)) {
    try {
      const cache: FragmentCache = new Map();
      for (let run = await nextOpenRun(home); run; run = await nextOpenRun(home)) {
        while (run.state !== 'done' && run.state !== 'failed') {
          if (steps-- <= 0) {
            await home.queue.send({ type: REPUBLISH });
            return;
          }
          await lock.renew();
          await step(home, run, cache);
        }
      }
    } finally {
      await lock.release();
    }
    if (!(await nextOpenRun(home))) return;
  }
}

/** One step of a run. What goes wrong ends this run, is recorded in it, and leaves what was published as it is. */
async function step(home: Home, run: Run, cache: FragmentCache): Promise<void> {
  try {
    if (run.progress === null) await begin(home, run);
    else if (run.progress.phase === 'scan') await scan(home, run, run.progress);
    else if (run.progress.phase === 'withdraw') await takeBack(home, run, run.progress);
    else await publish(home, run, run.progress, cache);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    run.report.error = message;
    if (error instanceof SourceUnavailable)
      run.report.held = { reason: 'source-unavailable', message, withdrawals: 0, articles: [] };
    home.log.error('run failed', { run: run.id, phase: run.progress?.phase, error: message });
    await finish(home, run, 'failed');
  }
}

async function begin(home: Home, run: Run): Promise<void> {
  const fingerprint = home.sha256(configFingerprint(home.config)).slice(0, 16);
  const changed = (await readSetting(home, 'fingerprint')) !== fingerprint;
  if (run.request.paths?.some(isAuthorsFile)) run.request.paths = null;
  const force = (run.request.paths === null && (await forgetAuthors(home))) || changed;
  // A changed configuration concerns every file, whatever the run was told of.
  if (force) run.request.paths = null;
  run.state = 'running';
  run.progress = { phase: 'scan', cursor: null, after: null, force, fingerprint };
  await home.db.batch([
    ...forRows(
      home.db,
      `INSERT INTO feeds (key, kind, title, lang)
       SELECT value ->> 'key', value ->> 'kind', value ->> 'title', value ->> 'lang' FROM json_each(?1) WHERE true
       ON CONFLICT (key) DO UPDATE SET title = excluded.title, lang = excluded.lang`,
      definedFeeds(home.config),
    ),
    // Heads carry what the configuration says of the site.
    ...(changed ? [home.db.prepare('UPDATE feeds SET wanted = wanted + 1')] : []),
    saveRun(home, run),
  ]);
}

async function scan(home: Home, run: Run, progress: RunProgress): Promise<void> {
  const page = await nextPage(home, run, progress);
  const { authors, changed } = await authorsOf(home, page.authorFiles);
  if (changed && !progress.force) {
    // Names and addresses stand in other files than the one that changed.
    run.progress = { ...progress, cursor: null, after: null, force: true };
    run.report.articles = { ...run.report.articles, seen: 0 };
    await home.db.batch([saveRun(home, run)]);
    return;
  }
  run.report.articles.seen += page.seen;
  const statements = await takeIn(home, run, page.candidates, { authors, force: progress.force });
  run.progress = page.next ? { ...progress, ...page.next } : { ...progress, phase: 'withdraw', cursor: null };
  await home.db.batch([...statements, saveRun(home, run)]);
}

async function takeBack(home: Home, run: Run, progress: RunProgress): Promise<void> {
  const emptied = run.request.paths === null && run.report.articles.seen === 0;
  const decision = await withdraw(home, run, emptied);
  run.report.held = decision.held;
  run.progress = { ...progress, phase: 'publish', after: null };
  await home.db.batch([
    ...(decision.held ? [] : decision.statements),
    writeSetting(home, 'held', JSON.stringify(decision.held)),
    saveRun(home, run),
  ]);
  // An address that became free may be wanted by a file that was rejected for it.
  const waiting = await duplicatePaths(home);
  if (waiting.length === 0) return;
  const rows = await fileRows(home, waiting);
  const candidates = [];
  for (const path of waiting) candidates.push({ path, file: await home.source.head(path), row: rows.get(path) ?? null });
  const { authors } = await authorsOf(home, []);
  const statements = await takeIn(home, run, candidates.filter((one) => one.file !== null), { authors, force: true });
  if (statements.length > 0) await home.db.batch([...statements, saveRun(home, run)]);
}

/** A feed that cannot be made stays as it was, is tried again by the next run, and does not stop the others. */
async function publish(home: Home, run: Run, progress: RunProgress, cache: FragmentCache): Promise<void> {
  const feeds = await dirtyFeeds(home, progress.after, FEEDS_A_STEP);
  for (const feed of feeds) {
    try {
      run.report.documents.written += await publishFeed(home, feed, progress.fingerprint, cache);
    } catch (error) {
      const message = `feed ${feed.key || 'of the site'}: ${error instanceof Error ? error.message : String(error)}`;
      run.report.error = message;
      home.log.error('feed failed', { run: run.id, error: message });
    }
  }
  if (feeds.length === FEEDS_A_STEP) {
    run.progress = { ...progress, after: feeds.at(-1)?.key ?? null };
    await saveRun(home, run).run();
  } else await finish(home, run, 'done', [writeSetting(home, 'fingerprint', progress.fingerprint)]);
}

async function finish(home: Home, run: Run, state: 'done' | 'failed', statements: Statement[] = []): Promise<void> {
  const { articles } = run.report;
  // A run that looked at everything says how all files stand; one that was told of some, how these do.
  if (run.request.paths === null) {
    const counted = await home.db
      .prepare(`SELECT state, COUNT(*) AS n FROM files WHERE state <> 'accepted' GROUP BY state`)
      .all<{ state: 'withheld' | 'rejected'; n: number }>();
    articles.withheld = 0;
    articles.rejected = 0;
    for (const { state: of, n } of counted) articles[of] = n;
    articles.accepted = articles.seen - articles.withheld - articles.rejected;
  }
  run.state = state;
  run.report.ms = home.now() - run.startedAt;
  await home.db.batch([...statements, saveRun(home, run)]);
  home.onRunEnd();
  if (run.job !== null) {
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

import type { Home } from '../home.ts';
import { readSetting, writeSetting } from '../storage/settings.ts';

/** Milliseconds that a run may take, at least, before one that does not end counts as silence. */
const LONGEST_RUN_MS = 3_600_000;
/** Milliseconds that a tick may be late. */
const LATE_MS = 60_000;
const SETTING = 'schedule';

/** What a process with a schedule of its own says when it starts. */
interface Expected {
  /** Epoch milliseconds: ticks before were another process's. */
  since: number;
  /** The longest wait between two ticks in milliseconds; null when there are none. */
  period: number | null;
}

/** Says which ticks are to be expected from now on. Where nobody says so, they are expected as they came. */
export async function expectTicks(home: Home, period: number | null): Promise<void> {
  const expected: Expected = { since: home.now(), period };
  await writeSetting(home, SETTING, JSON.stringify(expected)).run();
}

/** Why no scheduled run has succeeded for `alerts.silentTicks` ticks, as a sentence; none when one has. */
export async function silence(home: Home): Promise<string[]> {
  const { silentTicks } = home.config.alerts;
  const [ticks] = await home.db
    .prepare(
      `SELECT count(*) AS failed, max(report ->> 'error') AS error FROM runs
       WHERE tick IS NOT NULL AND state = 'failed'
         AND tick > coalesce((SELECT max(tick) FROM runs WHERE tick IS NOT NULL AND state = 'done'), 0)`,
    )
    .all<{ failed: number; error: string | null }>();
  if ((ticks?.failed ?? 0) >= silentTicks)
    return [
      `No scheduled run has succeeded for ${silentTicks} ticks.${ticks?.error ? ` The last said: ${ticks.error}` : ''}`,
    ];
  const { last, longest } = await lastTicks(home);
  const running = await home.db
    .prepare("SELECT min(started_at) AS since FROM runs WHERE state = 'running'")
    .first<{ since: number | null }>();
  if (running?.since != null) {
    const isStuck = home.now() - running.since >= Math.max(silentTicks * longest, LONGEST_RUN_MS);
    return isStuck ? ['A run has begun and does not end; nothing is published meanwhile.'] : [];
  }
  const expected = JSON.parse((await readSetting(home, SETTING)) ?? 'null') as Expected | null;
  const period = expected ? expected.period : longest;
  const since = Math.max(last, expected?.since ?? 0);
  if (!period || home.now() - since <= silentTicks * period + LATE_MS) return [];
  return [`The schedule has stopped: it has started no run since ${new Date(since).toISOString()}.`];
}

/** The last tick that started a run, and the longest wait between two of the last ones, in milliseconds; 0 for none. */
async function lastTicks(home: Home): Promise<{ last: number; longest: number }> {
  const rows = await home.db
    .prepare('SELECT tick FROM runs WHERE tick IS NOT NULL ORDER BY tick DESC LIMIT 20')
    .all<{ tick: number }>();
  const waits = rows.slice(1).map(({ tick }, at) => (rows[at]?.tick ?? tick) - tick);
  return { last: rows[0]?.tick ?? 0, longest: Math.max(0, ...waits) };
}

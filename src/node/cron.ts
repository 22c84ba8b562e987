import { createTask, type ScheduledTask, validate } from 'node-cron';
import type { Home } from '../home.ts';
import { missedTick, regenerate } from '../schedule.ts';

/** How far back a tick is looked for that nobody was there to run, in milliseconds. */
const BACKFILL_MS = 32 * 86_400_000;

/** The cron line is not one. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

export interface Schedule {
  /** Runs what was missed while the process was down; false when nothing was. */
  makeUp(): Promise<boolean>;
  /** The longest wait between two of the last ticks, in milliseconds. */
  period(): number;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Regenerates on a cron line, in UTC as on Workers. Ticks never overlap: one that comes while another still runs waits
 * for the next, and the run in progress is followed by a look at what came meanwhile.
 *
 * @throws {ScheduleError}
 */
export function createSchedule(home: Home, line: string): Schedule {
  if (!validate(line))
    throw new ScheduleError(
      `TIDINGS_SCHEDULE is ${JSON.stringify(line)}, which is no cron line such as */5 * * * *; "off" means none.`,
    );
  const task: ScheduledTask = createTask(
    line,
    async ({ date }) => {
      try {
        await regenerate(home, wholeSecond(date.getTime()));
      } catch (error) {
        home.log.error('tick failed', { error: error instanceof Error ? error.message : String(error) });
      }
    },
    { timezone: 'UTC', noOverlap: true, suppressMissedWarning: true },
  );
  // The process was busy or asleep at the tick: it is run late rather than not.
  task.on('execution:missed', ({ date }) => regenerate(home, wholeSecond(date.getTime()), 'missed'));
  return {
    async makeUp() {
      const tick = await missedTick(home, previousTick(task, line, home.now()));
      if (tick === null) return false;
      await regenerate(home, tick, 'missed');
      return true;
    },
    period: () => longestWait(task, line, home.now()),
    start: () => void task.start(),
    stop: async () => void (await task.destroy()),
  };
}

/** The last instant before now that the cron line names, in epoch milliseconds; null when there is none in reach. */
export function previousTick(task: ScheduledTask, line: string, now: number): number | null {
  const step = hasSeconds(line) ? 1000 : 60_000;
  const reach = step === 1000 ? 86_400_000 : BACKFILL_MS;
  for (let at = Math.floor(now / step) * step; at > now - reach; at -= step) {
    if (task.match(new Date(at))) return at;
  }
  return null;
}

/** How far back waits between ticks are looked for: with a weekend in it; less where ticks have seconds. */
const LOOKED_AT_MS = { minutes: 8 * 86_400_000, seconds: 2 * 3_600_000 };
/** Ticks that are enough, of a line that has many. */
const TICKS = 20;

/** A month where there are no two ticks in that time. */
function longestWait(task: ScheduledTask, line: string, now: number): number {
  const unit = hasSeconds(line) ? 'seconds' : 'minutes';
  const step = unit === 'seconds' ? 1000 : 60_000;
  const ticks: number[] = [];
  for (let at = Math.floor(now / step) * step; at > now - LOOKED_AT_MS[unit] && ticks.length < TICKS; at -= step)
    if (task.match(new Date(at))) ticks.push(at);
  const waits = ticks.slice(1).map((tick, index) => (ticks[index] ?? tick) - tick);
  return waits.length === 0 ? BACKFILL_MS : Math.max(...waits);
}

const hasSeconds = (line: string) => line.trim().split(/\s+/).length > 5;

const wholeSecond = (ms: number) => Math.floor(ms / 1000) * 1000;

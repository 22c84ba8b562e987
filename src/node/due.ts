import type { Home } from '../home.ts';
import { nextDue } from '../ledger/scan.ts';
import { nextAppointment } from '../partners/choosing.ts';
import { nextDue as nextWork } from '../push/outbox.ts';
import { tidy } from '../push/tidy.ts';
import { housekeep } from '../schedule.ts';

/** The next instant is looked up at least this often, in milliseconds: the clock may be set. */
const LONGEST_WAIT_MS = 60_000;
/** And at most this often. */
const SHORTEST_WAIT_MS = 200;
/** What has had its time is removed this often, in milliseconds: without a cron line no tick does it. */
const TIDY_MS = 3_600_000;

export interface DueTimer {
  /** Something was committed: the next instant may be sooner. */
  nudge(): void;
  stop(): Promise<void>;
}

/** Wakes at the instant at which an article becomes due, a partner's embargo ends or a piece of work is left, and does it. */
export function startDueTimer(home: Home): DueTimer {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let stopped = false;
  let tidied = home.now();

  const look = async () => {
    try {
      await housekeep(home);
      if (Math.abs(home.now() - tidied) >= TIDY_MS) {
        tidied = home.now();
        await tidy(home);
      }
    } catch (error) {
      home.log.error('housekeeping failed', { error: error instanceof Error ? error.message : String(error) });
    }
    await plan();
  };
  const plan = async () => {
    const instants = await Promise.all([nextDue(home), nextAppointment(home), nextWork(home)]).catch(() => []);
    const next = Math.min(...instants.map((at) => at ?? Number.POSITIVE_INFINITY));
    const wait = Math.max(SHORTEST_WAIT_MS, Math.min(next - home.now(), LONGEST_WAIT_MS));
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      working = working.then(look);
    }, wait);
  };
  working = plan();
  return {
    nudge: () => {
      working = working.then(plan);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await working;
    },
  };
}

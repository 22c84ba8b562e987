import { releaseClaims, sweep } from '../push/outbox.ts';
import { expectTicks } from '../push/silence.ts';
import { republish } from '../republish.ts';
import { consumeMessages } from '../schedule.ts';
import { releaseLocks } from '../storage/locks.ts';
import { requestRun } from '../storage/runs.ts';
import { createSchedule } from './cron.ts';
import { startDueTimer } from './due.ts';
import type { NodeHome } from './home.ts';
import { remakeLostDocuments } from './lost.ts';
import { watchContent } from './watch.ts';

/** All that a process does besides answering. */
export interface Work {
  /**
   * Consumes the queue, regenerates at start, on the cron line, when a file changes and when an article becomes due.
   * Returns when the first regeneration has ended; what is there from before can be served meanwhile.
   */
  start(): Promise<void>;
  /** Ends the schedule, the watcher and the consumer. What was decided and is not done waits for the next start. */
  stop(): Promise<void>;
}

/**
 * Takes over a data folder that this process owns alone (`own.ts`).
 *
 * @param schedule cron line of the regeneration; null for none
 * @throws {ScheduleError}
 */
export async function takeOver(
  home: NodeHome,
  { contentFolder, dataFolder, schedule: line }: { contentFolder: string; dataFolder: string; schedule: string | null },
): Promise<Work> {
  const schedule = line === null ? null : createSchedule(home, line);
  // Whoever held these is dead.
  await releaseLocks(home);
  await releaseClaims(home);
  await remakeLostDocuments(home, dataFolder);
  await expectTicks(home, schedule?.period() ?? null);
  const running: { stop(): Promise<unknown> }[] = [];
  return {
    async start() {
      running.push(home.queue.consume((batch) => consumeMessages(home, batch)));
      await sweep(home);
      const timer = startDueTimer(home);
      home.runEnded.add(timer.nudge);
      running.push(timer, watchContent(home, contentFolder));
      if (!(await schedule?.makeUp())) {
        await requestRun(home, { trigger: 'start' });
        await republish(home);
      }
      schedule?.start();
      if (schedule) running.push(schedule);
    },
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

import { hasLapsedTombstones } from './feeds/tombstones.ts';
import type { Home } from './home.ts';
import { poll } from './hub/sister-documents.ts';
import { duePaths } from './ledger/scan.ts';
import { nextAppointment } from './partners/choosing.ts';
import { hasLapsedRecalls } from './partners/recalls.ts';
import { lookForTrouble } from './push/alerts.ts';
import { consume } from './push/consumer.ts';
import { sweep } from './push/outbox.ts';
import { tidy } from './push/tidy.ts';
import { noticeTrouble } from './push/trouble.ts';
import { requestArchive } from './repository/arrival.ts';
import { REPUBLISH, republish } from './republish.ts';
import { writeFetches } from './storage/fetches.ts';
import { sweepBlobs } from './storage/orphans.ts';
import type { Delivered } from './storage/ports.ts';
import { lastTick, requestRun, type Trigger } from './storage/runs.ts';

/** The scheduled job that reconciles the whole folder. */
export const REGENERATION = 'regeneration';

/**
 * A tick of the cron line: the whole folder is looked at, once for each tick however often it is told, and sister sites
 * that do not ping are asked for news. What no message woke is swept up, what has had its time is removed, and the
 * publisher is told of what went wrong.
 *
 * @param tick the instant that the cron line named, epoch milliseconds
 */
export async function regenerate(home: Home, tick: number, trigger: Trigger = 'schedule'): Promise<void> {
  await requestRun(home, { trigger, job: REGENERATION, tick });
  await republish(home);
  await poll(home);
  await requestArchive(home);
  await sweep(home);
  await tidy(home);
  await sweepBlobs(home);
  await lookForTrouble(home);
}

/** Publishes what became due by itself, and sweeps up what no message woke. For timers, and for the minute at the edge. */
export async function housekeep(home: Home): Promise<void> {
  const paths = await duePaths(home, home.now());
  const appointment = await nextAppointment(home);
  const isDue = paths.length > 0 || (appointment !== null && appointment <= home.now());
  if (isDue || (await hasLapsedTombstones(home)) || (await hasLapsedRecalls(home)))
    await requestRun(home, { trigger: 'due', paths });
  await republish(home);
  await sweep(home);
  await lookForTrouble(home);
  await writeFetches(home);
}

/** The one consumer of the queue: a regeneration that goes on, and everything that has to be sent. */
export async function consumeMessages(home: Home, batch: Delivered[]): Promise<void> {
  const [regenerations, rest] = [
    batch.filter((message) => message.body.type === REPUBLISH),
    batch.filter((message) => message.body.type !== REPUBLISH),
  ];
  if (rest.length > 0) await consume(home, rest);
  if (regenerations.length > 0) await republish(home);
  for (const message of regenerations) message.ack();
  noticeTrouble(home);
}

/** The tick that passed while nobody was there to run it: the last one, if no run is known by it. Null when none is missing. */
export async function missedTick(home: Home, previousTick: number | null): Promise<number | null> {
  if (previousTick === null) return null;
  const last = await lastTick(home, REGENERATION);
  return last !== null && last < previousTick ? previousTick : null;
}

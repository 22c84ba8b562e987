import type { Home } from '../home.ts';
import type { SqlValue, Statement } from '../storage/ports.ts';
import type { Attempt, Target } from './channels/channel.ts';
import { enqueueSelected, sweepAt, wake } from './outbox.ts';
import { nextAttempt } from './retry.ts';

/** What is to be kept of a subscriber that was not told: a row of `deliveries`. */
export interface Exception {
  id: number;
  /** `suspended`: its origin's breaker is open. `ended`: its lease ends before the next try. */
  reason: 'failed' | 'slow' | 'suspended' | 'ended';
  /** Failed ones in a row. */
  attempts: number;
  status: number | null;
  error: string | null;
  /** Epoch milliseconds. */
  dueAt: number;
}

/**
 * What follows from a failed attempt.
 *
 * @param failures failed attempts in a row, this one counted
 */
export function exception(home: Home, target: Target, attempt: Attempt, failures: number): Exception {
  const dueAt = nextAttempt({
    failures,
    schedule: home.config.hub.retrySeconds,
    retryAfterMs: attempt.retryAfterMs,
    forbidden: attempt.error === 'refused',
    now: home.now(),
    leaseUntil: target.lease_until,
    random: Math.random(),
  });
  const { id, lease_until } = target;
  const { status, error } = attempt;
  return dueAt === null
    ? { id, reason: 'ended', attempts: failures, status, error, dueAt: lease_until }
    : { id, reason: 'failed', attempts: failures, status, error, dueAt };
}

/** Statements that take these subscribers out of their slices, each to be served by itself when it is due. */
export function keepExceptions(home: Home, exceptions: Exception[]): Statement[] {
  if (exceptions.length === 0) return [];
  const json = JSON.stringify(exceptions);
  const field = (name: string) => `json_extract(e.value, '$.${name}')`;
  const from = `FROM json_each(?) e JOIN subscriptions s ON s.id = ${field('id')}`;
  const values: SqlValue[] = [json];
  return [
    home.db
      .prepare(
        `INSERT INTO deliveries (subscription, reason, attempts, status, error, since)
         SELECT s.id, ${field('reason')}, ${field('attempts')}, ${field('status')}, ${field('error')}, ? ${from} WHERE true ON CONFLICT (subscription) DO NOTHING`,
      )
      .bind(home.now(), json),
    // Asked again, so that a delivery which is about to end does not take the row with it.
    enqueueSelected(home, 'deliver', {
      select: `SELECT CAST(s.id AS TEXT) AS ref, ${field('dueAt')} AS due_at ${from} WHERE ${field('reason')} <> 'ended'`,
      values,
      again: true,
    }),
  ];
}

/** Sends the messages for exceptions that are committed: at once for the slow ones, for the rest sweeps when they come due. */
export async function wakeExceptions(home: Home, exceptions: Exception[]): Promise<void> {
  const slow = exceptions.filter(({ reason }) => reason === 'slow');
  await wake(
    home,
    slow.map(({ id }) => ({ type: 'deliver', ref: String(id) })),
  );
  const waits = exceptions
    .filter(({ reason }) => reason === 'failed' || reason === 'suspended')
    .map(({ dueAt }) => dueAt - home.now());
  // Those that are near each other share one sweep.
  const step = Math.max(100, Math.min(...waits) / 8);
  for (const steps of new Set(waits.map((wait) => Math.ceil(wait / step))))
    await sweepAt(home, home.now() + steps * step);
}

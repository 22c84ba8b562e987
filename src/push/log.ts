import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { Attempt, Target } from './channels/channel.ts';

/** Lines that the delivery log has at most. */
const KEPT_LINES = 200_000;

/** An attempt that stands in the log by itself. */
export interface LoggedAttempt {
  target: Target;
  attempt: Attempt;
  version: number;
  /** From 1. */
  number: number;
}

/** A statement that logs attempts one by one. Callbacks are secrets of their owners: the log has the origin only. */
export function logAttempts(home: Home, topic: string, attempts: LoggedAttempt[]): Statement {
  const lines = attempts.map(({ target, attempt, version, number }) => ({
    subscription: target.id,
    origin: target.origin,
    version,
    number,
    outcome: attempt.outcome,
    status: attempt.status,
    error: attempt.error,
    ms: attempt.ms,
  }));
  const field = (name: string) => `json_extract(value, '$.${name}')`;
  return home.db
    .prepare(
      `INSERT INTO delivery_log (at, topic, subscription, origin, version, attempt, outcome, status, error, ms)
       SELECT ?, ?, ${field('subscription')}, ${field('origin')}, ${field('version')}, ${field('number')},
         ${field('outcome')}, ${field('status')}, ${field('error')}, ${field('ms')} FROM json_each(?)`,
    )
    .bind(home.now(), topic, JSON.stringify(lines));
}

/** A statement that logs a slice as one line. `ms` is how long all of it took. */
export function logSlice(
  home: Home,
  topic: string,
  { version, delivered, failed, ms }: { version: number; delivered: number; failed: number; ms: number },
): Statement {
  return home.db
    .prepare(
      `INSERT INTO delivery_log (at, topic, version, outcome, ms, delivered, failed) VALUES (?, ?, ?, 'slice', ?, ?, ?)`,
    )
    .bind(home.now(), topic, version, ms, delivered, failed);
}

/** Forgets lines that are too old (`hub.logDays`) or too many. */
export async function trimLog(home: Home): Promise<number> {
  const { changes } = await home.db
    .prepare('DELETE FROM delivery_log WHERE at < ? OR id <= (SELECT max(id) FROM delivery_log) - ?')
    .bind(home.now() - home.config.hub.logDays * 86_400_000, KEPT_LINES)
    .run();
  return changes;
}

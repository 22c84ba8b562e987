/** What is known when an attempt has failed. Instants are epoch milliseconds. */
export interface Failure {
  /** Failed attempts in a row, this one counted. */
  failures: number;
  /** Seconds before each further attempt; the last repeats (`hub.retrySeconds`). */
  schedule: readonly number[];
  /** What the receiver asked for in `Retry-After`, in milliseconds. */
  retryAfterMs: number | null;
  /** The guard forbids the address: it is looked at again at the slowest pace only. */
  forbidden: boolean;
  now: number;
  /** Nothing is sent from here on. */
  leaseUntil: number;
  /** From 0 to 1. */
  random: number;
}

/** The schedule's wait is varied by a fifth, so that those who failed together do not come back together. */
const JITTER = 0.2;

/**
 * When to try again; null when the lease ends before. The longer of the schedule's wait and the one that the receiver
 * asked for counts.
 */
export function nextAttempt(failure: Failure): number | null {
  const { failures, schedule, retryAfterMs, forbidden, now, leaseUntil, random } = failure;
  const last = schedule.length - 1;
  const seconds = schedule[forbidden ? last : Math.min(failures - 1, last)] ?? 86_400;
  const varied = seconds * 1000 * (1 - JITTER + 2 * JITTER * random);
  const dueAt = Math.round(now + Math.max(varied, retryAfterMs ?? 0));
  return dueAt < leaseUntil ? dueAt : null;
}

/** Milliseconds for which a receiver may send us away at a time: a year, or the end of time, is somebody's mistake. */
const LONGEST_MS = 7 * 86_400_000;

/**
 * Milliseconds that a `Retry-After` asks for (RFC 9110, 10.2.3), in seconds or as a date; a week at most. Null when there
 * is none to read.
 */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  const wait = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? null : Math.min(LONGEST_MS, Math.max(0, wait));
}

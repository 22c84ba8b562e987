import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { Attempt } from './channels/channel.ts';

/** The breaker opens when more than half of at least so many recent attempts failed. */
const ENOUGH = 20;
/** Attempts that count as recent; from then on older ones count half. */
const RECENT = 100;
/** Milliseconds that a breaker stays open: the first time, and at most; it doubles in between. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Milliseconds over which those who were held back come back. */
const SPREAD_MS = 10_000;
/** Milliseconds after which an origin's failures are forgotten. */
const KEPT_MS = 7 * 86_400_000;

/** SQL of a row `h` of `hosts`: whether most recent attempts there failed. */
export const MOSTLY_FAILS = 'h.failed * 2 > h.tried';

/** What is known of an origin; nothing is known of those where all is well. */
export interface Host {
  origin: string;
  opens: number;
  open_until: number;
}

/** What came of the attempts at one origin. */
export interface Tally {
  origin: string;
  tried: number;
  failed: number;
}

/** Counts attempts by origin. */
export function tally(tried: { target: { origin: string }; attempt: Attempt }[]): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const { target, attempt } of tried) {
    const of = tallies.get(target.origin) ?? { origin: target.origin, tried: 0, failed: 0 };
    tallies.set(target.origin, of);
    of.tried += 1;
    if (speaksAgainst(attempt)) of.failed += 1;
  }
  return [...tallies.values()];
}

/**
 * Whether an attempt speaks against its origin. An answer of 3xx or 4xx speaks against the subscription alone, other than
 * 429; 5xx and no answer at all speak against both.
 */
function speaksAgainst({ status, error }: Attempt): boolean {
  return status === null ? error !== null && error !== 'internal' : status >= 500 || status === 429;
}

/** Statements that remember tallies, open and close breakers, and hold back those who wait behind one that opens. */
export function remember(home: Home, tallies: Tally[]): Statement[] {
  if (tallies.length === 0) return [];
  const { db } = home;
  const now = home.now();
  const json = JSON.stringify(tallies);
  const field = (name: string) => `json_extract(t.value, '$.${name}')`;
  const mine = (which: string) => `origin IN (SELECT ${field('origin')} FROM json_each(?) t WHERE ${which})`;
  const pause = `min(${LONGEST_PAUSE_MS}, ${FIRST_PAUSE_MS} << min(opens, 10))`;
  const counted = [
    db
      .prepare(
        `INSERT INTO hosts (origin, tried, failed, seen_at)
         SELECT ${field('origin')}, ${field('tried')}, ${field('failed')}, ? FROM json_each(?) t
         WHERE ${field('failed')} > 0 OR ${field('origin')} IN (SELECT origin FROM hosts)
         ON CONFLICT (origin) DO UPDATE SET seen_at = excluded.seen_at,
           tried = (tried + excluded.tried) / iif(tried + excluded.tried > ${RECENT}, 2, 1),
           failed = (failed + excluded.failed) / iif(tried + excluded.tried > ${RECENT}, 2, 1)`,
      )
      .bind(now, json),
    // After the pause one success is enough, and one failure too.
    db
      .prepare(`DELETE FROM hosts WHERE opens > 0 AND open_until <= ? AND ${mine(`${field('failed')} = 0`)}`)
      .bind(now, json),
  ];
  // Nothing opens where nothing failed.
  if (tallies.every(({ failed }) => failed === 0)) return counted;
  return [
    ...counted,
    db
      .prepare(
        `UPDATE hosts SET open_until = ?1 + ${pause}, opens = opens + 1, opened_at = ?1
         WHERE open_until <= ?1 AND (opens > 0 OR (tried >= ${ENOUGH} AND failed * 2 > tried))
           AND ${mine(`${field('failed')} > 0`).replace('?', '?2')}`,
      )
      .bind(now, json),
    db
      .prepare(
        `UPDATE outbox SET due_at = h.open_until + abs(random()) % ${SPREAD_MS},
           wake_at = h.open_until + ${SPREAD_MS}
         FROM hosts h JOIN subscriptions s ON s.origin = h.origin JOIN deliveries d ON d.subscription = s.id
         WHERE h.opened_at = ? AND ${mine('true').replace('origin', 'h.origin')} AND outbox.type = 'deliver'
           AND outbox.ref = CAST(s.id AS TEXT) AND outbox.claimed_until = 0 AND outbox.due_at < h.open_until`,
      )
      .bind(now, json),
  ];
}

/** A statement that counts a success in favour of an origin that failed before. For retries, whose failures do not count. */
export function speakFor(home: Home, origin: string): Statement {
  return home.db.prepare('UPDATE hosts SET tried = tried + 1 WHERE origin = ? AND opens = 0').bind(origin);
}

/** When someone behind an open breaker is to be tried, in epoch milliseconds. */
export function heldUntil(home: Home, host: Pick<Host, 'open_until'>): number {
  return Math.round(Math.max(home.now(), host.open_until) + Math.random() * SPREAD_MS);
}

/** Origins that this process remembers without asking the database, and for how long after the last attempt, in ms. */
const REMEMBERED = 1_000;
const REMEMBERED_MS = 30_000;

const fresh = new WeakMap<Home, Map<string, Tally & { at: number }>>();

/** Counts an attempt at once, for those who wait for their turn at the same origin. */
export function notice(home: Home, tried: { target: { origin: string }; attempt: Attempt }): void {
  const origins = fresh.get(home) ?? new Map<string, Tally & { at: number }>();
  fresh.set(home, origins);
  const { origin } = tried.target;
  const now = home.now();
  const known = origins.get(origin) ?? { origin, tried: 0, failed: 0, at: now };
  // Those who hang are counted late and all together: older attempts still count, so that they are not taken for most.
  const weight = now - known.at >= REMEMBERED_MS ? 0 : known.tried < ENOUGH * 10 ? 1 : 0.5;
  known.tried = known.tried * weight + 1;
  known.failed = known.failed * weight + (speaksAgainst(tried.attempt) ? 1 : 0);
  known.at = now;
  origins.delete(origin);
  origins.set(origin, known);
  if (origins.size <= REMEMBERED) return;
  const [oldest] = origins.keys();
  if (oldest !== undefined) origins.delete(oldest);
}

/** An origin has taken a delivery: what was noticed against it counts no more. */
export function forgive(home: Home, origin: string): void {
  fresh.get(home)?.delete(origin);
}

/** Whether the breaker of an origin is about to open. */
export function isFailing(home: Home, origin: string): boolean {
  const known = fresh.get(home)?.get(origin);
  return (
    known !== undefined &&
    home.now() - known.at < REMEMBERED_MS &&
    known.tried >= ENOUGH &&
    known.failed * 2 > known.tried
  );
}

/** When to look again at those who were passed over because their origin is failing, in epoch milliseconds. */
export function firstPause(home: Home): number {
  return home.now() + FIRST_PAUSE_MS;
}

const probing = new WeakMap<Home, Set<string>>();

/**
 * Tries an origin unless its breaker is open; after the pause one at a time.
 *
 * @param attempt is told whether it is such a probe, which decides over the breaker. Other retries do not: only those
 *   who failed are tried again, so they say little of their origin.
 * @returns when to come back, or what the attempt gives
 */
export async function throughBreaker<T>(
  home: Home,
  origin: string,
  attempt: (isProbe: boolean) => Promise<T>,
): Promise<T | number> {
  const host = await home.db
    .prepare('SELECT origin, opens, open_until FROM hosts WHERE origin = ? AND opens > 0')
    .bind(origin)
    .first<{ origin: string; opens: number; open_until: number }>();
  if (!host) return attempt(false);
  const probes = probing.get(home) ?? new Set();
  probing.set(home, probes);
  if (host.open_until > home.now() || probes.has(origin)) return heldUntil(home, host);
  probes.add(origin);
  try {
    return await attempt(true);
  } finally {
    probes.delete(origin);
  }
}

/** Forgets origins of which nothing was heard for long. */
export async function forgetHosts(home: Home): Promise<void> {
  await home.db
    .prepare('DELETE FROM hosts WHERE seen_at < ?')
    .bind(home.now() - KEPT_MS)
    .run();
}

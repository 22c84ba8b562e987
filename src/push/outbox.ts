import type { Home } from '../home.ts';
import type { Message, SqlValue, Statement } from '../storage/ports.ts';

/** Milliseconds that a claim holds when its holder is not heard of again. */
export const CLAIM_MS = 20_000;
/** Milliseconds that a sent message has before the sweep sends another one for the same row. */
const MESSAGE_MS = 20_000;
/** A longer wait is left to the sweep: a queue's own delay ends at 24 hours. */
const LONGEST_DELAY_MS = 12 * 3_600_000;
const SWEEP_ROWS = 1_000;
const ASKED_AGAIN = `ON CONFLICT (type, ref) DO UPDATE SET payload = excluded.payload,
  due_at = min(due_at, excluded.due_at), wake_at = min(wake_at, excluded.wake_at), attempts = 0, asked = asked + 1`;

/** What names a piece of work: the same type and ref is one row. */
export interface WorkRef {
  type: string;
  ref: string;
}

/** A row of the outbox in the hands of the consumer that claimed it. */
export interface Work extends WorkRef {
  id: number;
  /** JSON. */
  payload: string;
  /** How often it was claimed since it was last asked for, from 1. */
  attempts: number;
  /** How often it was asked for. */
  asked: number;
  /** Epoch milliseconds; also the mark of this claim. */
  claimedUntil: number;
}

/**
 * A statement for somebody's batch: the work is wanted. Asked for again, the row takes the new payload, comes due at the
 * earlier of the two times, and starts counting its attempts anew. After the commit {@link wake} sends for it; when that
 * is never reached, {@link sweep} does. What comes due later is left to the sweep.
 *
 * @param dueAt epoch milliseconds; now when left out
 */
export function enqueue(
  home: Home,
  type: string,
  ref: string,
  payload: object = {},
  dueAt: number = home.now(),
): Statement {
  const now = home.now();
  return home.db
    .prepare(
      `INSERT INTO outbox (type, ref, payload, due_at, wake_at, created_at) VALUES (?, ?, ?, ?, ?, ?) ${ASKED_AGAIN}`,
    )
    .bind(type, ref, JSON.stringify(payload), dueAt, dueAt > now ? dueAt : afterMessage(now), now);
}

/**
 * The same for every row that a query gives, without a payload. Work that is already wanted stays as it is, or with
 * `again` is asked for again.
 *
 * @param select SQL that gives `ref` (text) and `due_at`, and has a WHERE; without an instant in it, so that it is compiled once
 */
export function enqueueSelected(
  home: Home,
  type: string,
  { select, values, again }: { select: string; values: SqlValue[]; again: boolean },
): Statement {
  const now = home.now();
  return home.db
    .prepare(
      `INSERT INTO outbox (type, ref, due_at, wake_at, created_at)
       SELECT ?, ref, due_at, iif(due_at > ?, due_at, ?), ? FROM (${select}) WHERE true
       ${again ? ASKED_AGAIN : 'ON CONFLICT (type, ref) DO NOTHING'}`,
    )
    .bind(type, now, afterMessage(now), now, ...values);
}

/** When the sweep has to look at a row that a message is sent for at this instant. */
export function afterMessage(now: number): number {
  return now + MESSAGE_MS;
}

/**
 * Sends a message for each of these works. Never fails: what cannot be sent is found by the next {@link sweep}.
 *
 * @param dueAt when it is to arrive, in epoch milliseconds, within twelve hours; now when left out
 */
export async function wake(home: Home, works: WorkRef[], dueAt = 0): Promise<void> {
  if (works.length === 0) return;
  const wait = dueAt - home.now();
  try {
    await home.queue.sendBatch(works.map(message), wait > 0 ? { delaySeconds: wait / 1000 } : undefined);
  } catch (error) {
    home.log.warn('outbox.wake', { works: works.length, error: String(error) });
  }
}

/** Has the consumer sweep at a time that is within twelve hours: for rows that come due then without messages of their own. */
export async function sweepAt(home: Home, at: number): Promise<void> {
  const wait = at - home.now();
  if (wait > LONGEST_DELAY_MS) return;
  try {
    await home.queue.send({ type: 'sweep' }, { delaySeconds: Math.max(0, wait) / 1000 });
  } catch (error) {
    home.log.warn('outbox.sweep', { error: String(error) });
  }
}

function message({ type, ref }: WorkRef): Message {
  return { type: 'outbox', work: type, ref };
}

/** Sends a message for every row that is due and that nobody holds. Gives their number. For starts, ticks and timers. */
export async function sweep(home: Home): Promise<number> {
  let sent = 0;
  for (;;) {
    const now = home.now();
    const due = await home.db
      .prepare(
        `UPDATE outbox SET wake_at = ? WHERE id IN (SELECT id FROM outbox WHERE wake_at <= ? ORDER BY wake_at LIMIT ?)
         RETURNING type, ref`,
      )
      .bind(now + MESSAGE_MS, now, SWEEP_ROWS)
      .all<{ type: string; ref: string }>();
    await wake(home, due);
    sent += due.length;
    if (due.length < SWEEP_ROWS) return sent;
  }
}

/** When {@link sweep} has something to do next, in epoch milliseconds; null when nothing is left to do. */
export async function nextDue(home: Home): Promise<number | null> {
  const row = await home.db.prepare('SELECT min(wake_at) AS at FROM outbox').first<{ at: number | null }>();
  return row?.at ?? null;
}

/** Lets go of every claim. Only for the start of a process that owns its database alone: nobody else is at work. */
export async function releaseClaims(home: Home): Promise<void> {
  await home.db.prepare('UPDATE outbox SET claimed_until = 0, wake_at = due_at').run();
}

/** Takes a row that is due and that nobody holds, for {@link CLAIM_MS}. Null when there is none such. */
export async function claim(home: Home, { type, ref }: WorkRef): Promise<Work | null> {
  const now = home.now();
  const claimedUntil = now + CLAIM_MS;
  // A claim that ends later than any claim can was made before the clock was set back.
  const row = await home.db
    .prepare(
      `UPDATE outbox SET claimed_until = ?1, wake_at = ?1, attempts = attempts + 1
       WHERE type = ?2 AND ref = ?3 AND due_at <= ?4 AND (claimed_until <= ?4 OR claimed_until > ?1)
       RETURNING id, payload, attempts, asked`,
    )
    .bind(claimedUntil, type, ref, now)
    .first<{ id: number; payload: string; attempts: number; asked: number }>();
  return row ? { type, ref, claimedUntil, ...row } : null;
}

/** Holds on to a claim for another {@link CLAIM_MS}. */
export async function extendClaim(home: Home, work: Work): Promise<void> {
  const until = home.now() + CLAIM_MS;
  const { changes } = await home.db
    .prepare('UPDATE outbox SET claimed_until = ?1, wake_at = ?1 WHERE id = ?2 AND claimed_until = ?3')
    .bind(until, work.id, work.claimedUntil)
    .run();
  if (changes > 0) work.claimedUntil = until;
}

/** The work is done: its row goes, unless it was asked for again meanwhile; then it is woken again. */
export async function finish(home: Home, work: Work): Promise<void> {
  const { changes } = await ending(home, work).run();
  if (changes === 0) await postpone(home, work, home.now());
}

/** A statement for the batch that ends a work: its row goes, unless it was asked for again meanwhile, of which {@link finish} takes care. */
export function ending(home: Home, { id, asked }: Work): Statement {
  return home.db.prepare('DELETE FROM outbox WHERE id = ? AND asked = ?').bind(id, asked);
}

/** The work is to be done later, or at once where it was asked for again meanwhile. */
export async function postpone(home: Home, work: Work, dueAt: number): Promise<void> {
  const now = home.now();
  const isSoon = dueAt - now <= LONGEST_DELAY_MS;
  const row = await home.db
    .prepare(
      `UPDATE outbox SET claimed_until = 0, due_at = iif(asked = ?1, ?2, min(due_at, ?3)),
         wake_at = iif(asked = ?1, ?4, ?5)
       WHERE id = ?6 AND claimed_until IN (0, ?7) RETURNING due_at`,
    )
    .bind(
      work.asked,
      dueAt,
      now,
      isSoon ? afterMessage(Math.max(dueAt, now)) : dueAt,
      afterMessage(now),
      work.id,
      work.claimedUntil,
    )
    .first<{ due_at: number }>();
  if (row && row.due_at - now <= LONGEST_DELAY_MS) await wake(home, [work], row.due_at);
}

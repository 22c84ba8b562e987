import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { Attempt, Target } from './channels/channel.ts';
import { tell } from './channels/channels.ts';
import { countAttempts } from './counts.ts';
import { bodyFor, type Reader } from './deltas.ts';
import { type Body, newestBody } from './documents.ts';
import { type Exception, exception, keepExceptions, wakeExceptions } from './exceptions.ts';
import { firstPause, heldUntil, isFailing, MOSTLY_FAILS, notice, remember, tally } from './hosts.ts';
import { lanes } from './lanes.ts';
import { logAttempts, logSlice } from './log.ts';
import { afterMessage, ending, type Work, wake } from './outbox.ts';
import { signAhead } from './signature.ts';

/** Milliseconds of a first attempt. What hangs longer goes to the slow lane, so that it delays nobody. */
const DEADLINE_MS = 2_000;

interface Slice {
  id: number;
  topic: string;
  first: number;
  last: number;
  done: number;
}

/** Tells a slice's subscribers of the newest version, and writes what came of it in one transaction. */
export async function serveSlice(home: Home, work: Work): Promise<null | 'ended'> {
  const slice = await home.db.prepare('SELECT * FROM slices WHERE id = ?').bind(Number(work.ref)).first<Slice>();
  if (!slice || slice.done === 1) return null;
  // A few slices at a time. The next begins when all attempts of this one are under way and only slow ones are left.
  const leave = await lanes(home).slices.enter();
  try {
    const body = await newestBody(home, slice.topic);
    const results = body ? await serve(home, slice, body, leave) : { statements: [], exceptions: [] };
    return (await close(home, work, slice, results)) ? 'ended' : null;
  } finally {
    leave();
  }
}

/** What came of a slice: what is to be written, with those who are left to be served by themselves. */
interface Results {
  statements: Statement[];
  exceptions: Exception[];
}

/** Whom a slice tells, and what that one is sent. */
interface Told {
  target: Target & Reader;
  sent: Body;
}

async function serve(home: Home, slice: Slice, body: Body, leave: () => void): Promise<Results> {
  const started = home.now();
  const all = await subscribers(home, slice, body.version);
  const targets = all.filter(({ open_until, slow }) => open_until === null && !slow);
  const others = all.flatMap(({ id, open_until, slow }) => {
    if (open_until !== null) return [suspension(home, id, open_until)];
    // Where most hung or failed before, nobody waits for the short deadline first.
    return slow ? [slowness(home, id, null)] : [];
  });
  const tried: Tried[] = [];
  let inside = targets.length;
  const onLeft = () => {
    inside -= 1;
    if (inside === 0) leave();
  };
  const attempt = async ({ target, sent }: Told) => {
    if (target.lease_until <= home.now()) return;
    if (isFailing(home, target.origin)) {
      others.push(suspension(home, target.id, firstPause(home)));
      return;
    }
    const result = { target, attempt: await tell(home, target, sent, DEADLINE_MS) };
    notice(home, result);
    tried.push(result);
  };
  const told = await Promise.all(
    targets.map(async (target): Promise<Told> => ({ target, sent: await bodyFor(home, body, target) })),
  );
  const signed = signAhead(home, told);
  try {
    await Promise.all(told.map((one) => lanes(home).fast.run(one.target.origin, () => attempt(one), onLeft)));
  } finally {
    signed();
  }
  return outcome(home, body, tried, others, started);
}

/** A subscriber of a slice with what is known of its origin. */
type Subscriber = Target & Reader & { open_until: number | null; slow: number | null };

/** Those of a slice who do not have this version and are not served by themselves. */
async function subscribers(home: Home, { topic, first, last }: Slice, version: number): Promise<Subscriber[]> {
  // One value for all of them: a driver takes longer to make so many rows than JSON does.
  const row = await home.db
    .prepare(
      `SELECT json_group_array(json_object('id', s.id, 'channel', s.channel, 'asked_topic', s.asked_topic,
         'callback', s.callback, 'origin', s.origin, 'secret', s.secret, 'lease_until', s.lease_until,
         'delivered', s.delivered, 'delta', s.delta, 'open_until', iif(h.opens > 0, h.open_until, NULL),
         'slow', h.opens = 0 AND ${MOSTLY_FAILS})) AS found
       FROM subscriptions s LEFT JOIN hosts h ON h.origin = s.origin
       WHERE s.topic = ? AND s.id BETWEEN ? AND ? AND s.delivered < ? AND s.lease_until > ?
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE subscription = s.id)`,
    )
    .bind(topic, first, last, version, home.now())
    .first<{ found: string }>();
  return JSON.parse(row?.found ?? '[]') as Subscriber[];
}

interface Tried {
  target: Target;
  attempt: Attempt;
}

function suspension(home: Home, id: number, open_until: number): Exception {
  return { id, reason: 'suspended', attempts: 0, status: null, error: null, dueAt: heldUntil(home, { open_until }) };
}

function slowness(home: Home, id: number, error: string | null): Exception {
  return { id, reason: 'slow', attempts: 0, status: null, error, dueAt: home.now() };
}

function outcome(home: Home, { topic, version }: Body, tried: Tried[], others: Exception[], started: number): Results {
  const now = home.now();
  const told: number[] = [];
  const gone: number[] = [];
  const exceptions = [...others];
  for (const { target, attempt } of tried) {
    const { id } = target;
    if (attempt.outcome === 'delivered') told.push(id);
    else if (attempt.outcome === 'gone') gone.push(id);
    else if (attempt.outcome === 'failed') exceptions.push(exception(home, target, attempt, 1));
    else exceptions.push(slowness(home, id, attempt.error));
  }
  const failed = tried.filter(({ attempt }) => attempt.outcome !== 'delivered');
  const statements = [
    markDelivered(home, told, version),
    ...keepExceptions(home, exceptions),
    ...remember(home, tally(tried)),
    ...countAttempts(
      home,
      tried.map(({ target: { channel }, attempt }) => ({ channel, attempt, isRetry: false })),
    ),
    logSlice(home, topic, { version, delivered: told.length, failed: failed.length, ms: now - started }),
  ];
  if (gone.length > 0) statements.push(...endGone(home, gone, started));
  if (failed.length > 0) {
    const lines = failed.map(({ target, attempt }) => ({ target, attempt, version, number: 1 }));
    statements.push(logAttempts(home, topic, lines));
  }
  return { statements, exceptions };
}

/** These subscribers have this version. */
export function markDelivered(home: Home, ids: number[], version: number): Statement {
  return home.db
    .prepare(
      `UPDATE subscriptions SET delivered = max(delivered, ?1), delivered_at = ?2
       WHERE id IN (SELECT value FROM json_each(?3))`,
    )
    .bind(version, home.now(), JSON.stringify(ids));
}

/**
 * Statements that end the subscriptions that answered 410.
 *
 * @param askedAt who confirmed a renewal since then stays
 */
export function endGone(home: Home, ids: number[], askedAt: number): Statement[] {
  const which = 'id IN (SELECT value FROM json_each(?)) AND verified_at <= ?';
  const json = JSON.stringify(ids);
  return [
    home.db
      .prepare(`DELETE FROM deliveries WHERE subscription IN (SELECT id FROM subscriptions WHERE ${which})`)
      .bind(json, askedAt),
    home.db.prepare(`DELETE FROM subscriptions WHERE ${which}`).bind(json, askedAt),
  ];
}

/**
 * Ends the slice and its work together with its results; the last one of a pass asks for the fan-out to go on.
 *
 * @returns whether the work has ended
 */
async function close(home: Home, work: Work, { id, topic }: Slice, results: Results): Promise<boolean> {
  const now = home.now();
  const done = await home.db.batch([
    ...results.statements,
    home.db.prepare('UPDATE slices SET done = 1 WHERE id = ?').bind(id),
    ending(home, work),
    home.db
      .prepare(
        `UPDATE outbox SET asked = asked + 1, due_at = min(due_at, ?1), wake_at = min(wake_at, ?2)
         WHERE type = 'fanout' AND ref = ?3 AND NOT EXISTS (SELECT 1 FROM slices WHERE topic = ?3 AND done = 0)`,
      )
      .bind(now, afterMessage(now), topic),
  ]);
  const [ended, asked] = done.slice(-2).map(({ changes }) => changes > 0);
  if (asked) await wake(home, [{ type: 'fanout', ref: topic }]);
  await wakeExceptions(home, results.exceptions);
  return ended === true;
}

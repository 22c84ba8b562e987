import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { Target } from './channels/channel.ts';
import { tell } from './channels/channels.ts';
import { countAttempts } from './counts.ts';
import { bodyFor, type Reader } from './deltas.ts';
import { type Body, newestBody } from './documents.ts';
import { type Exception, exception } from './exceptions.ts';
import { PASS_MS } from './fanout.ts';
import { forgive, remember, speakFor, tally, throughBreaker } from './hosts.ts';
import { lanes } from './lanes.ts';
import { logAttempts } from './log.ts';
import type { Work } from './outbox.ts';
import { endGone, markDelivered } from './slices.ts';

/** Milliseconds of an attempt in the slow lane. */
const DEADLINE_MS = 10_000;

/** The exception of a subscription, unless it was opened anew since its work was claimed: by a renewal, by a slice. */
const UNCHANGED = 'subscription = ? AND EXISTS (SELECT 1 FROM outbox WHERE id = ? AND asked = ?)';

interface Open extends Target, Reader {
  topic: string;
  reason: string | null;
  attempts: number | null;
}

/** Serves one subscriber by itself: the first document after verification, a retry, one that is slow to answer. */
export async function deliver(home: Home, work: Work): Promise<number | null | 'ended'> {
  const { origin } = (await read(home, work)) ?? {};
  if (origin === undefined) return null;
  // The turn may be long in coming: what is sent, to whom and whether at all is read when it has come.
  return lanes(home).slow.run(origin, () => throughBreaker(home, origin, (isProbe) => serve(home, work, isProbe)));
}

function read(home: Home, work: Work): Promise<Open | null> {
  return home.db
    .prepare(
      `SELECT s.id, s.channel, s.topic, s.asked_topic, s.callback, s.origin, s.secret, s.lease_until, s.delivered, s.delta, d.reason, d.attempts
       FROM subscriptions s LEFT JOIN deliveries d ON d.subscription = s.id WHERE s.id = ?`,
    )
    .bind(Number(work.ref))
    .first<Open>();
}

async function serve(home: Home, work: Work, isProbe: boolean): Promise<number | null | 'ended'> {
  const started = home.now();
  const target = await read(home, work);
  const body = target && target.lease_until > started ? await newestBody(home, target.topic) : null;
  if (!target || !body) {
    const { id, asked, ref } = work;
    await home.db.prepare(`DELETE FROM deliveries WHERE ${UNCHANGED}`).bind(Number(ref), id, asked).run();
    return null;
  }
  if (target.reason !== 'first' && target.delivered >= body.version) return settle(home, work, target, body, []);
  // At first, and at a renewal, whatever it may have: all of it.
  const sent = target.reason === 'first' ? body : await bodyFor(home, body, target);
  const attempt = await tell(home, target, sent, DEADLINE_MS);
  const failures = (target.attempts ?? 0) + 1;
  const line = { target, attempt, version: body.version, number: failures };
  const facts = [
    logAttempts(home, body.topic, [line]),
    ...countAttempts(home, [{ channel: target.channel, attempt, isRetry: failures > 1 || target.reason === 'slow' }]),
    ...remember(home, isProbe ? tally([line]) : []),
  ];
  if (attempt.outcome === 'delivered') {
    forgive(home, target.origin);
    return settle(home, work, target, body, [
      markDelivered(home, [target.id], body.version),
      speakFor(home, target.origin),
      ...facts,
    ]);
  }
  if (attempt.outcome === 'gone') {
    await home.db.batch([...endGone(home, [target.id], started), ...facts]);
    return null;
  }
  const next = exception(home, target, attempt, failures);
  await home.db.batch([keep(home, work, next), ...facts]);
  return next.reason === 'ended' ? null : next.dueAt;
}

/**
 * Ends an exception whose subscriber has this version, and its work, unless it was opened anew meanwhile (a renewal). Where the topic
 * has moved on since the body was read it stays one, because the slice of the newer version has left it out.
 */
async function settle(
  home: Home,
  work: Work,
  { id }: Target,
  { topic, version }: Body,
  also: Statement[],
): Promise<number | null | 'ended'> {
  const results = await home.db.batch([
    ...also,
    home.db
      .prepare(
        `DELETE FROM deliveries WHERE ${UNCHANGED} AND NOT EXISTS (SELECT 1 FROM fanouts WHERE topic = ? AND wanted > ?)`,
      )
      .bind(id, work.id, work.asked, topic, version),
    home.db
      .prepare(`UPDATE deliveries SET reason = 'behind', attempts = 0, status = NULL, error = NULL WHERE ${UNCHANGED}`)
      .bind(id, work.id, work.asked),
    home.db
      .prepare(
        'DELETE FROM outbox WHERE id = ? AND asked = ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE subscription = ?)',
      )
      .bind(work.id, work.asked, id),
  ]);
  const [isBehind, hasEnded] = results.slice(-2).map(({ changes }) => changes > 0);
  if (hasEnded) return 'ended';
  return isBehind ? home.now() + PASS_MS : null;
}

/** A failed attempt, unless the exception was opened anew meanwhile. */
function keep(home: Home, work: Work, { id, reason, attempts, status, error }: Exception): Statement {
  return home.db
    .prepare(`UPDATE deliveries SET reason = ?, attempts = ?, status = ?, error = ? WHERE ${UNCHANGED}`)
    .bind(reason, attempts, status, error, id, work.id, work.asked);
}

import type { Home } from '../home.ts';
import { hostOf, isInCidrs } from '../push/guard.ts';
import { enqueue, wake } from '../push/outbox.ts';
import type { Refusal, SubscriptionRequest } from './requests.ts';

/** Requests that wait for their verification, at most: of one callback origin, and in all. */
const PENDING_OF_ORIGIN = 1_000;
const PENDING = 100_000;
/** Subscriptions of one callback origin to one topic, at most. */
export const SUBSCRIPTIONS_OF_ORIGIN = 2_000;

/**
 * Keeps a request until the subscriber has confirmed it; nothing else changes. A later request for the same topic,
 * callback and mode takes the place of an earlier one. Gives a refusal when a bound is reached, so that the hub cannot
 * be used to flood somebody.
 */
export async function keepRequest(home: Home, request: SubscriptionRequest): Promise<Refusal | null> {
  const { mode, topic, askedTopic, callback, secret, leaseSeconds, initial, delta, partnerKey } = request;
  const { origin } = new URL(callback);
  const pair = home.sha256(`${topic}\n${callback}`);
  const refusal = await overBounds(home, { topic, callback, origin, pair, mode });
  if (refusal) return refusal;
  await home.db.batch([
    // The row of an earlier request goes, so that seq tells which request is the newer one.
    home.db.prepare('DELETE FROM verifications WHERE pair = ? AND mode = ?').bind(pair, mode),
    home.db
      .prepare(
        `INSERT INTO verifications (pair, mode, topic, asked_topic, callback, origin, secret, lease_seconds, initial, delta,
           partner_key, requested_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .bind(
        pair,
        mode,
        topic,
        askedTopic,
        callback,
        origin,
        secret,
        leaseSeconds,
        initial,
        delta,
        partnerKey,
        home.now(),
      ),
    enqueue(home, 'verify', pair),
  ]);
  await wake(home, [{ type: 'verify', ref: pair }]);
  return null;
}

interface Place {
  topic: string;
  callback: string;
  origin: string;
  pair: string;
  mode: string;
}

async function overBounds(home: Home, place: Place): Promise<Refusal | null> {
  const { topic, callback, origin, pair, mode } = place;
  if (isOpened(home, callback)) return null;
  const counts = await home.db
    .prepare(
      // All are counted only where there may be so many: the numbers of the oldest and the newest are two reads.
      `SELECT iif((SELECT max(seq) FROM verifications) - (SELECT min(seq) FROM verifications) < ${PENDING} - 1, 0,
           (SELECT count(*) FROM verifications)) AS pending,
         (SELECT count(*) FROM verifications WHERE origin = ?1) AS pendingOfOrigin,
         (SELECT count(*) FROM subscriptions WHERE origin = ?1 AND topic = ?2) AS subscriptions,
         EXISTS (SELECT 1 FROM subscriptions WHERE channel = 'websub' AND topic = ?2 AND callback = ?3) AS renewal,
         EXISTS (SELECT 1 FROM verifications WHERE pair = ?4) AS known`,
    )
    .bind(origin, topic, callback, pair)
    .first<Record<'pending' | 'pendingOfOrigin' | 'subscriptions' | 'renewal' | 'known', number>>();
  if (!counts || counts.known) return null;
  if (counts.pending >= PENDING || counts.pendingOfOrigin >= PENDING_OF_ORIGIN)
    return { status: 429, message: `Too many requests for callbacks at ${origin} wait for verification; try later.` };
  if (mode === 'subscribe' && !counts.renewal && counts.subscriptions >= SUBSCRIPTIONS_OF_ORIGIN)
    return { status: 429, message: `Callbacks at ${origin} have ${counts.subscriptions} subscriptions to this topic.` };
  return null;
}

/** Whether the publisher opened this address for tests or an intranet: nobody is flooded there but themselves. */
function isOpened(home: Home, callback: string): boolean {
  const host = hostOf(new URL(callback));
  return isInCidrs(host === 'localhost' ? '127.0.0.1' : host, home.allowPrivate);
}

import type { Home } from '../home.ts';
import { ending, enqueue, enqueueSelected, type Work, type WorkRef, wake } from '../push/outbox.ts';
import type { Statement } from '../storage/ports.ts';
import type { Denial } from './denial.ts';
import { topicUrl } from './topics.ts';
import type { Pending } from './verification.ts';

/** Expired subscriptions that one purge removes at a time. */
const PURGE_ROWS = 1_000;

/** The version that a topic has now, as SQL of the topic twice. */
const PRESENT = `max(coalesce((SELECT version FROM documents WHERE address = ?), 0),
           coalesce((SELECT wanted FROM fanouts WHERE topic = ?), 0))`;

/** A subscription as people and programs may see it: without its secret. Instants are epoch milliseconds. */
export interface SubscriptionView {
  id: number;
  channel: string;
  /** Absolute and canonical. */
  topic: string;
  callback: string;
  signed: boolean;
  leaseUntil: number;
  createdAt: number;
  verifiedAt: number;
  /** The version of the document that it has; 0 for none. */
  delivered: number;
  deliveredAt: number | null;
  /** Why it is served by itself, with the failures in a row and what went wrong last; null when all is well. */
  exception: {
    reason: string;
    failures: number;
    status: number | null;
    error: string | null;
    since: number;
    /** When it is tried again; null when its lease ends before. */
    nextAt: number | null;
  } | null;
}

/**
 * Makes or renews the subscription that its owner has just confirmed: secret and lease are the request's, and the
 * current document goes out at once, unless the owner asked to be left without.
 *
 * @param askedAt when the owner was asked, from which the lease counts (WebSub 5.3), in epoch milliseconds
 * @param asking the work of asking, which ends with it
 * @returns the work to wake, and whether that of asking has ended
 */
export async function subscribe(
  home: Home,
  confirmed: Pending,
  askedAt: number,
  asking: Work,
): Promise<{ wanted: WorkRef[]; hasEnded: boolean }> {
  const { topic, asked_topic, callback, origin, secret, lease_seconds, initial, delta, partner_key } = confirmed;
  const now = home.now();
  const itself = "SELECT id FROM subscriptions WHERE channel = 'websub' AND topic = ? AND callback = ?";
  const results = await home.db.batch<{ id: number }>([
    home.db
      .prepare(
        `INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, secret, lease_seconds, lease_until,
           created_at, verified_at, delta, partner_key, delivered)
         SELECT 'websub', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${initial ? '0' : PRESENT}
         WHERE ${partner_key === null ? 'true' : 'EXISTS (SELECT 1 FROM partner_keys WHERE id = ?)'}
         ON CONFLICT (channel, topic, callback) DO UPDATE SET asked_topic = excluded.asked_topic,
           secret = excluded.secret, lease_seconds = excluded.lease_seconds, lease_until = excluded.lease_until,
           verified_at = excluded.verified_at, delta = excluded.delta, partner_key = excluded.partner_key
         RETURNING id`,
      )
      .bind(
        topic,
        asked_topic,
        callback,
        origin,
        secret,
        lease_seconds,
        askedAt + lease_seconds * 1000,
        now,
        now,
        delta,
        partner_key,
        ...(initial ? [] : [topic, topic]),
        // Revoked while the callback was asked, it proves nothing any more.
        ...(partner_key === null ? [] : [partner_key]),
      ),
    initial
      ? home.db
          .prepare(
            `INSERT INTO deliveries (subscription, reason, since) SELECT id, 'first', ? FROM (${itself}) WHERE true
             ON CONFLICT (subscription) DO UPDATE SET reason = 'first', attempts = 0`,
          )
          .bind(now, topic, callback)
      : home.db
          .prepare(`UPDATE deliveries SET reason = 'behind', attempts = 0 WHERE subscription IN (${itself})`)
          .bind(topic, callback),
    // Who was left with an old version is tried again in any case.
    enqueueSelected(home, 'deliver', {
      select: `SELECT CAST(id AS TEXT) AS ref, ? AS due_at
         FROM (${itself} AND id IN (SELECT subscription FROM deliveries))`,
      values: [now, topic, callback],
      again: true,
    }),
    overridden(home, confirmed),
    ending(home, asking),
  ]);
  const id = results[0]?.results[0]?.id;
  return {
    wanted: id === undefined ? [] : [{ type: 'deliver', ref: String(id) }],
    hasEnded: (results.at(-1)?.changes ?? 0) > 0,
  };
}

/** Ends the subscription as its owner has just confirmed. */
export async function unsubscribe(home: Home, confirmed: Pending): Promise<void> {
  const { topic, callback } = confirmed;
  const which = "channel = 'websub' AND topic = ? AND callback = ?";
  await home.db.batch([
    home.db
      .prepare(`DELETE FROM deliveries WHERE subscription IN (SELECT id FROM subscriptions WHERE ${which})`)
      .bind(topic, callback),
    home.db.prepare(`DELETE FROM subscriptions WHERE ${which}`).bind(topic, callback),
    overridden(home, confirmed),
  ]);
}

/** What was asked before the confirmed request counts no more (WebSub 5.1). */
function overridden(home: Home, { pair, seq }: Pending): Statement {
  return home.db.prepare('DELETE FROM verifications WHERE pair = ? AND seq <= ?').bind(pair, seq);
}

/** Statements that end one subscription. */
export function removal(home: Home, id: number): Statement[] {
  return [
    home.db.prepare('DELETE FROM deliveries WHERE subscription = ?').bind(id),
    home.db.prepare('DELETE FROM subscriptions WHERE id = ?').bind(id),
  ];
}

/**
 * Takes a subscription away and tells its owner so (WebSub 5.2); rssCloud has no word for it. False when there is none of
 * this id.
 *
 * @param reason what the owner is told
 */
export async function removeSubscription(
  home: Home,
  id: number,
  reason = 'The publisher ended this subscription.',
): Promise<boolean> {
  const row = await home.db
    .prepare('SELECT channel, callback, asked_topic AS askedTopic FROM subscriptions WHERE id = ?')
    .bind(id)
    .first<Omit<Denial, 'reason'> & { channel: string }>();
  if (!row) return false;
  const { channel, callback, askedTopic } = row;
  if (channel !== 'websub') {
    await home.db.batch(removal(home, id));
    return true;
  }
  const denial: Denial = { callback, askedTopic, reason };
  await home.db.batch([...removal(home, id), enqueue(home, 'deny', String(id), denial)]);
  await wake(home, [{ type: 'deny', ref: String(id) }]);
  return true;
}

/**
 * Subscriptions whose lease lasts, in the order of their ids.
 *
 * @param options.topic only those of this document, by its address
 * @param options.after the last id of the page before
 */
export async function listSubscriptions(
  home: Home,
  { topic, limit = 100, after = 0 }: { topic?: string; limit?: number; after?: number } = {},
): Promise<SubscriptionView[]> {
  const rows = await home.db
    .prepare(
      `SELECT s.id, s.channel, s.topic, s.callback, s.secret IS NOT NULL AS signed, s.lease_until, s.created_at,
         s.verified_at, s.delivered, s.delivered_at, d.reason, d.attempts, d.status, d.error, d.since, o.due_at
       FROM subscriptions s LEFT JOIN deliveries d ON d.subscription = s.id
         LEFT JOIN outbox o ON o.type = 'deliver' AND o.ref = CAST(s.id AS TEXT)
       WHERE s.id > ?1 AND (?2 IS NULL OR s.topic = ?2) AND s.lease_until > ?3 ORDER BY s.id LIMIT ?4`,
    )
    .bind(after, topic ?? null, home.now(), limit)
    .all<ListedRow>();
  return rows.map((row) => view(home, row));
}

interface ListedRow {
  id: number;
  channel: string;
  topic: string;
  callback: string;
  signed: number;
  lease_until: number;
  created_at: number;
  verified_at: number;
  delivered: number;
  delivered_at: number | null;
  reason: string | null;
  attempts: number;
  status: number | null;
  error: string | null;
  since: number;
  due_at: number | null;
}

function view(home: Home, row: ListedRow): SubscriptionView {
  const { reason, attempts, status, error, since } = row;
  return {
    id: row.id,
    channel: row.channel,
    topic: topicUrl(home, row.topic),
    callback: row.callback,
    signed: row.signed === 1,
    leaseUntil: row.lease_until,
    createdAt: row.created_at,
    verifiedAt: row.verified_at,
    delivered: row.delivered,
    deliveredAt: row.delivered_at,
    exception: reason === null ? null : { reason, failures: attempts, status, error, since, nextAt: row.due_at },
  };
}

/** Removes subscriptions whose lease has ended. They get nothing from that instant on, removed or not. */
export async function purgeExpired(home: Home): Promise<number> {
  const expired = `SELECT id FROM subscriptions WHERE lease_until <= ? ORDER BY lease_until LIMIT ${PURGE_ROWS}`;
  const now = home.now();
  const [, removed] = await home.db.batch([
    home.db.prepare(`DELETE FROM deliveries WHERE subscription IN (${expired})`).bind(now),
    home.db.prepare(`DELETE FROM subscriptions WHERE id IN (${expired})`).bind(now),
  ]);
  return removed?.changes ?? 0;
}

import type { Home } from '../home.ts';
import { announceDocuments, wakeFanOuts } from '../push/announce.ts';
import { enqueue, wake } from '../push/outbox.ts';
import { topicUrl } from './topics.ts';

/** A line of the delivery log as people and programs may see it. */
export interface DeliveryView {
  id: number;
  /** ISO 8601. */
  at: string;
  /** Absolute and canonical. */
  topic: string;
  /** The document's version that was sent. */
  version: number;
  /** Null for the first attempts at many subscribers, which are one line. */
  subscription: number | null;
  /** Channel and mark of a receiver that the configuration names; null for subscribers. */
  receiver: string | null;
  /** Where it was sent; callbacks themselves are their owners' secrets. */
  origin: string | null;
  /** From 1; failed ones in a row. */
  attempt: number | null;
  /** `delivered`, `failed`, `hung` (no answer in time), `gone` (410), or `slice`. */
  outcome: string;
  status: number | null;
  error: string | null;
  /** Milliseconds that the attempt took, or all of the slice. */
  ms: number;
  /** In a slice: how many were told, and how many were not. */
  delivered: number;
  failed: number;
  /** What went wrong, as a sentence; null when nothing did. */
  reason: string | null;
}

export interface DeliveryFilter {
  /** A document's address. */
  topic?: string | undefined;
  subscription?: number | undefined;
  /** Only what went wrong. */
  failed?: boolean | undefined;
  /** Lines before this id. */
  before?: number | undefined;
  limit: number;
}

/** The delivery log, the newest line first. */
export async function listDeliveries(home: Home, filter: DeliveryFilter): Promise<DeliveryView[]> {
  const rows = await home.db
    .prepare(
      `SELECT id, at, topic, version, subscription, receiver, origin, attempt, outcome, status, error, ms, delivered, failed
       FROM delivery_log WHERE id < ?1 AND (?2 IS NULL OR topic = ?2) AND (?3 IS NULL OR subscription = ?3)
         AND (?4 = 0 OR outcome NOT IN ('delivered', 'slice') OR failed > 0)
       ORDER BY id DESC LIMIT ?5`,
    )
    .bind(
      filter.before ?? Number.MAX_SAFE_INTEGER,
      filter.topic ?? null,
      filter.subscription ?? null,
      filter.failed ?? false,
      filter.limit,
    )
    .all<LogRow>();
  return rows.map((row) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    topic: topicUrl(home, row.topic),
    reason: reasonOf(row),
  }));
}

interface LogRow extends Omit<DeliveryView, 'at' | 'reason'> {
  at: number;
}

const WITHOUT_ANSWER: Record<string, string> = {
  refused: 'The address is one that requests may not be sent to.',
  timeout: 'There was no answer in time.',
  dns: 'The name of the host has no address.',
  connection: 'The connection failed or was broken off.',
  tls: 'TLS failed: look at the certificate.',
  protocol: 'The answer was no HTTP.',
  internal: 'The attempt failed here; it is in the log of the server.',
};

/** Why an attempt failed, for whoever has to mend it; null when it did not. */
export function reasonOf({ status, error }: { status: number | null; error: string | null }): string | null {
  if (error !== null) return WITHOUT_ANSWER[error] ?? error;
  if (status === null || (status >= 200 && status < 300)) return null;
  if (status === 410) return 'The callback answered 410: the subscription was ended.';
  if (status === 429) return 'The callback answered 429: it asked for fewer requests.';
  if (status >= 300 && status < 400) return `The callback answered ${status}: redirects are not followed.`;
  return `The callback answered ${status}; only 2xx takes a delivery.`;
}

/** Sends a subscriber the document as it is now, once more. False when there is no such subscription. */
export async function replaySubscription(home: Home, id: number): Promise<boolean> {
  const row = await home.db
    .prepare('SELECT 1 FROM subscriptions WHERE id = ? AND lease_until > ?')
    .bind(id, home.now())
    .first();
  if (!row) return false;
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO deliveries (subscription, reason, since) VALUES (?, 'first', ?)
         ON CONFLICT (subscription) DO UPDATE SET reason = 'first', attempts = 0`,
      )
      .bind(id, home.now()),
    enqueue(home, 'deliver', String(id)),
  ]);
  await wake(home, [{ type: 'deliver', ref: String(id) }]);
  return true;
}

/**
 * Sends all subscribers of a topic the document as it is now, once more, by an ordinary fan-out.
 *
 * @param address of a document
 * @returns how many subscribers there are; null when there is no such document
 */
export async function replayTopic(home: Home, address: string): Promise<number | null> {
  const row = await home.db
    .prepare(
      `SELECT version, (SELECT count(*) FROM subscriptions WHERE topic = address AND lease_until > ?) AS subscribers
       FROM documents WHERE address = ?`,
    )
    .bind(home.now(), address)
    .first<{ version: number; subscribers: number }>();
  if (!row) return null;
  await home.db.batch(announceDocuments(home, [{ address, version: row.version }]));
  await wakeFanOuts(home, [address]);
  return row.subscribers;
}

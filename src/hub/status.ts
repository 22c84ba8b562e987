import type { Home } from '../home.ts';
import { type DeliveryView, listDeliveries, reasonOf } from './deliveries.ts';
import { findTopic, topicUrl } from './topics.ts';

/** Seconds that the clock in a proof may be off. */
const SKEW_SECONDS = 300;
/** Attempts that are shown. */
const SHOWN = 20;

/** What a subscriber may see of its subscription. Instants are ISO 8601. */
export interface Status {
  topic: string;
  state: 'active' | 'retrying' | 'suspended' | 'ended';
  leaseUntil: string;
  verifiedAt: string;
  /** The version of the document that the subscriber has, and the newest; 0 for none. */
  delivered: number;
  version: number;
  deliveredAt: string | null;
  /** Why the last attempt failed, how many did in a row, and when it is tried again; null when all is well. */
  failure: { reason: string | null; attempts: number; nextAt: string | null } | null;
  /** The last attempts that were made by themselves: first documents, failures, retries. The newest first. */
  deliveries: Pick<DeliveryView, 'at' | 'version' | 'attempt' | 'outcome' | 'status' | 'error' | 'ms' | 'reason'>[];
}

/** What a subscriber proves with: `t=EPOCH_SECONDS, sha256=HEX`. */
const PROOF = /^\s*t=(\d{1,12})\s*,\s*sha256=([0-9a-f]{64})\s*$/i;

/** What is signed with the secret: the callback and the topic as they were subscribed with, and the time. */
export const provenText = (callback: string, topic: string, time: number) => `${callback}\n${topic}\n${time}`;

interface Row {
  id: number;
  topic: string;
  secret: string | null;
  lease_until: number;
  verified_at: number;
  delivered: number;
  delivered_at: number | null;
  reason: string | null;
  attempts: number;
  status: number | null;
  error: string | null;
  due_at: number | null;
  version: number;
}

/**
 * The state of a subscription, for whoever proves that they know its secret: by an HMAC-SHA-256 over callback, topic and
 * time, each on a line of its own. Null when the proof is wrong or old, when there is no such subscription, and when it
 * has no secret: the three look alike from outside.
 */
export async function subscriptionStatus(
  home: Home,
  { callback, topic, proof }: { callback: string; topic: string; proof: string },
): Promise<Status | null> {
  const [, time = '', given = ''] = PROOF.exec(proof) ?? [];
  const address = await findTopic(home, topic);
  const row = await home.db
    .prepare(
      `SELECT s.id, s.topic, s.secret, s.lease_until, s.verified_at, s.delivered, s.delivered_at,
         d.reason, d.attempts, d.status, d.error, o.due_at,
         max(coalesce((SELECT version FROM documents WHERE address = s.topic), 0),
           coalesce((SELECT wanted FROM fanouts WHERE topic = s.topic), 0)) AS version
       FROM subscriptions s LEFT JOIN deliveries d ON d.subscription = s.id
         LEFT JOIN outbox o ON o.type = 'deliver' AND o.ref = CAST(s.id AS TEXT)
       WHERE s.channel = 'websub' AND s.topic = ? AND s.callback = ? AND s.lease_until > ?`,
    )
    .bind(address ?? '', callback, home.now())
    .first<Row>();
  // Without a row or a secret the same is done in vain, so that the time says nothing.
  const secret = row?.secret ?? crypto.randomUUID();
  const expected = home.hmac('sha256', secret, new TextEncoder().encode(provenText(callback, topic, Number(time))));
  // Hashes are compared, so that the time says nothing of where the two differ.
  const isRight = home.sha256(`proof ${expected}`) === home.sha256(`proof ${given.toLowerCase()}`);
  const isFresh = Math.abs(home.now() / 1000 - Number(time)) <= SKEW_SECONDS;
  if (!row || row.secret === null || !isRight || !isFresh) return null;
  const deliveries = await listDeliveries(home, { subscription: row.id, limit: SHOWN });
  const { reason, attempts, due_at } = row;
  const isWell = reason === null || reason === 'first';
  return {
    topic: topicUrl(home, row.topic),
    state: isWell ? 'active' : reason === 'suspended' || reason === 'ended' ? reason : 'retrying',
    leaseUntil: iso(row.lease_until),
    verifiedAt: iso(row.verified_at),
    delivered: row.delivered,
    version: row.version,
    deliveredAt: row.delivered_at === null ? null : iso(row.delivered_at),
    failure: isWell
      ? null
      : {
          reason: reason === 'suspended' ? 'Your server rests: too many attempts there failed.' : reasonOf(row),
          attempts,
          nextAt: due_at === null ? null : iso(due_at),
        },
    deliveries: deliveries.map(({ at, version, attempt, outcome, status, error, ms, reason: why }) => ({
      at,
      version,
      attempt,
      outcome,
      status,
      error,
      ms,
      reason: why,
    })),
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

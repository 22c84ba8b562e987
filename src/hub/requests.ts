import type { Home } from '../home.ts';
import { type ProvenTopic, provenTopic } from '../partners/topics.ts';
import { callbackProblem } from './callbacks.ts';
import { leaseSeconds } from './leases.ts';
import { sisterAddresses } from './sisters.ts';
import { topicAddresses } from './topics.ts';

/** WebSub 5.1: a secret is less than 200 bytes. */
const SECRET_BYTES = 200;
/** Fields that can mean one thing only. */
const SINGLE = ['hub.mode', 'hub.callback', 'hub.topic', 'hub.secret'];

/** A subscriber's wish, checked but not verified. */
export interface SubscriptionRequest {
  mode: 'subscribe' | 'unsubscribe';
  /** The document's address. */
  topic: string;
  /** The topic as the subscriber wrote it, which verification repeats; never with a partner's key. */
  askedTopic: string;
  /** As the subscriber wrote it. */
  callback: string;
  secret: string | null;
  /** Within the configured bounds. */
  leaseSeconds: number;
  /** Whether the present document is wanted right after verification; `hub.initial=none` says no. */
  initial: boolean;
  /** `hub.content`: new and changed entries alone, or the whole document; null leaves it to the publisher. */
  delta: boolean | null;
  /** The id of the key that proved a partner's topic; null for any other. */
  partnerKey: string | null;
}

/** Why a request is refused, as the answer's status and its sentence. */
export interface Refusal {
  status: 400 | 404 | 413 | 415 | 429;
  message: string;
}

export type Checked = { ok: true; request: SubscriptionRequest } | { ok: false; refusal: Refusal };

/**
 * Reads the form of a subscription or unsubscription (WebSub 5.1). Fields that the hub does not know are ignored.
 *
 * @param mode `hub.mode`, already read
 * @param authorization the request's header, which may prove that somebody may have a partner's topic
 */
export async function readRequest(
  home: Home,
  mode: SubscriptionRequest['mode'],
  form: URLSearchParams,
  authorization: string | null = null,
): Promise<Checked> {
  const callback = form.get('hub.callback') ?? '';
  const givenTopic = form.get('hub.topic') ?? '';
  const secret = form.get('hub.secret') || null;
  // WebSub 5.1: ignored when unsubscribing, whatever it says.
  const lease = (mode === 'subscribe' && form.get('hub.lease_seconds')) || null;

  const wrong = fieldProblem(form) ?? callbackProblem(callback, home.allowPrivate);
  if (wrong) return refuse(400, wrong);
  if (givenTopic === '') return refuse(400, 'hub.topic is missing: give the address of a feed, its rel="self" link.');
  if (secret !== null && new TextEncoder().encode(secret).length >= SECRET_BYTES)
    return refuse(400, `hub.secret is too long: it must be less than ${SECRET_BYTES} bytes.`);
  if (lease !== null && (!/^\d+$/.test(lease) || Number(lease) === 0))
    return refuse(400, 'hub.lease_seconds must be a positive whole number of seconds.');

  const content = form.get('hub.content') || null;
  if (content !== null && content !== 'delta' && content !== 'full')
    return refuse(400, 'hub.content must be delta (new and changed entries alone) or full (the whole document).');

  const found =
    (await provenTopic(home, givenTopic, authorization)) ??
    (mode === 'unsubscribe' ? await subscribedTopic(home, givenTopic, callback) : null);
  if (found === null)
    return refuse(404, 'hub.topic is not a feed of this hub: give an address from a rel="self" link of this server.');

  const initial = form.get('hub.initial') !== 'none';
  const delta = content === null ? null : content === 'delta';
  const { topic, asked: askedTopic, key: partnerKey } = found;
  const request = { mode, topic, askedTopic, callback, secret, initial, delta, partnerKey };
  return {
    ok: true,
    request: { ...request, leaseSeconds: leaseSeconds(home.config.hub, lease === null ? null : Number(lease)) },
  };
}

/**
 * The sentence that says which field has two values, or bytes that are no UTF-8 (WebSub 5.1); null when none has. A secret
 * that is read otherwise than its owner meant would sign every delivery wrongly.
 */
function fieldProblem(form: URLSearchParams): string | null {
  for (const name of SINGLE) {
    const [value = '', ...others] = new Set(form.getAll(name));
    if (others.length > 0) return `${name} has two values: send a request for each.`;
    if (value.includes('\ufffd')) return `${name} is not in UTF-8.`;
  }
  return null;
}

/** A feed may be gone while a subscription to it is left to be ended. */
async function subscribedTopic(home: Home, given: string, callback: string): Promise<ProvenTopic | null> {
  const row = await home.db
    .prepare(
      `SELECT topic FROM subscriptions
       WHERE channel = 'websub' AND callback = ? AND partner_key IS NULL AND topic IN (SELECT value FROM json_each(?)) LIMIT 1`,
    )
    .bind(callback, JSON.stringify([...(await topicAddresses(home, given)), ...sisterAddresses(home, given)]))
    .first<{ topic: string }>();
  return row && { topic: row.topic, asked: given, key: null };
}

function refuse(status: Refusal['status'], message: string): Checked {
  return { ok: false, refusal: { status, message } };
}

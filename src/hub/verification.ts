import type { Home } from '../home.ts';
import { lanes } from '../push/lanes.ts';
import type { Work } from '../push/outbox.ts';
import { enqueue, wake } from '../push/outbox.ts';
import { retryAfterMs } from '../push/retry.ts';
import { randomHex } from '../push/secret.ts';
import { OutboundError } from '../storage/ports.ts';
import { withQuery } from './callbacks.ts';
import type { Denial } from './denial.ts';
import { presence } from './sister-documents.ts';
import { subscribe, unsubscribe } from './subscriptions.ts';

/** Milliseconds that a callback has to confirm. */
const TIMEOUT_MS = 10_000;
/** Seconds before each further try of a callback that could not be reached; longer where it asks for more. */
const RETRY_SECONDS = [10, 60, 300];

/** A request that waits for its verification, as the database has it. */
export interface Pending {
  seq: number;
  pair: string;
  mode: 'subscribe' | 'unsubscribe';
  topic: string;
  asked_topic: string;
  callback: string;
  origin: string;
  secret: string | null;
  lease_seconds: number;
  attempts: number;
  /** 1 when the present document is wanted at once. */
  initial: number;
  /** 1 for new and changed entries alone, 0 for the whole document, null for what the publisher configured. */
  delta: number | null;
  /** The id of the key that proved a partner's topic. */
  partner_key: string | null;
}

type Answer = { state: 'confirmed' | 'refused' } | { state: 'unreachable'; retryAfterMs: number };

/**
 * Asks the callback whether its owner wants what was asked for in its name (WebSub 5.3). The newest request goes first:
 * when it is confirmed it overrides the older one, when it is refused the older one has its turn.
 */
export async function verify(home: Home, work: Work): Promise<number | null | 'ended'> {
  const waiting = await home.db
    .prepare('SELECT * FROM verifications WHERE pair = ? ORDER BY seq DESC')
    .bind(work.ref)
    .all<Pending>();
  for (const pending of waiting) {
    if (await isDenied(home, pending)) continue;
    const askedAt = home.now();
    const answer = await ask(home, pending);
    const { mode, topic, origin } = pending;
    home.log.info('hub.verify', { mode, topic, origin, state: answer.state });
    if (answer.state === 'confirmed') {
      if (mode === 'unsubscribe') {
        await unsubscribe(home, pending);
        return null;
      }
      const { wanted, hasEnded } = await subscribe(home, pending, askedAt, work);
      await wake(home, wanted);
      return hasEnded ? 'ended' : null;
    }
    if (answer.state === 'unreachable') {
      const wait = RETRY_SECONDS[pending.attempts];
      if (wait !== undefined) {
        await home.db.prepare('UPDATE verifications SET attempts = attempts + 1 WHERE seq = ?').bind(pending.seq).run();
        return home.now() + Math.max(wait * 1000, answer.retryAfterMs);
      }
    }
    await home.db.prepare('DELETE FROM verifications WHERE seq = ?').bind(pending.seq).run();
  }
  return null;
}

/** Whether the topic that somebody wants to subscribe to is not there, of which they are then told (WebSub 5.2). */
async function isDenied(home: Home, pending: Pending): Promise<boolean> {
  if (pending.mode !== 'subscribe') return false;
  const found = await presence(home, pending.topic);
  if (found.state !== 'missing') return false;
  const { callback, asked_topic: askedTopic, pair, seq } = pending;
  const denial: Denial = { callback, askedTopic, reason: found.reason };
  await home.db.batch([
    home.db.prepare('DELETE FROM verifications WHERE seq = ?').bind(seq),
    enqueue(home, 'deny', pair, denial),
  ]);
  await wake(home, [{ type: 'deny', ref: pair }]);
  return true;
}

/** One question. What is no 2xx with exactly the challenge is a refusal, unless it may be better in a while. */
async function ask(home: Home, pending: Pending): Promise<Answer> {
  const challenge = randomChallenge();
  const url = withQuery(pending.callback, {
    'hub.mode': pending.mode,
    'hub.topic': pending.asked_topic,
    'hub.challenge': challenge,
    'hub.lease_seconds': String(pending.lease_seconds),
  });
  try {
    const { status, headers, body, truncated } = await lanes(home).slow.run(pending.origin, () =>
      home.request({ url, method: 'GET', headers: { accept: 'text/plain, */*' }, timeoutMs: TIMEOUT_MS }),
    );
    if (status >= 500 || status === 429)
      return { state: 'unreachable', retryAfterMs: retryAfterMs(headers.get('retry-after'), home.now()) ?? 0 };
    const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(body);
    const confirmed = status >= 200 && status < 300 && !truncated && text === challenge;
    return { state: confirmed ? 'confirmed' : 'refused' };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return error.reason === 'refused' ? { state: 'refused' } : { state: 'unreachable', retryAfterMs: 0 };
  }
}

export const randomChallenge = () => randomHex(24);

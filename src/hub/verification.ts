import type { Home } from '../home.ts';
import { lanes } from '../push/lanes.ts';
import type { Work } from '../push/outbox.ts';
import { wake } from '../push/outbox.ts';
import { OutboundError } from '../storage/ports.ts';
import { withQuery } from './callbacks.ts';
import { subscribe, unsubscribe } from './subscriptions.ts';

/** Milliseconds that a callback has to confirm. */
const TIMEOUT_MS = 10_000;
/** Seconds before each further try of a callback that could not be reached. */
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
}

type Answer = { state: 'confirmed' | 'refused' } | { state: 'unreachable'; error: string };

/**
 * Asks the callback whether its owner wants what was asked for in its name (WebSub 5.3). The newest request goes first:
 * when it is confirmed it overrides the older one, when it is refused the older one has its turn.
 */
export async function verify(home: Home, work: Work): Promise<number | null> {
  const waiting = await home.db
    .prepare('SELECT * FROM verifications WHERE pair = ? ORDER BY seq DESC')
    .bind(work.ref)
    .all<Pending>();
  for (const pending of waiting) {
    const askedAt = home.now();
    const answer = await ask(home, pending);
    const { mode, topic, origin } = pending;
    home.log.info('hub.verify', { mode, topic, origin, state: answer.state });
    if (answer.state === 'confirmed') {
      if (mode === 'subscribe') await wake(home, await subscribe(home, pending, askedAt));
      else await unsubscribe(home, pending);
      return null;
    }
    if (answer.state === 'unreachable') {
      const wait = RETRY_SECONDS[pending.attempts];
      if (wait !== undefined) {
        await home.db.prepare('UPDATE verifications SET attempts = attempts + 1 WHERE seq = ?').bind(pending.seq).run();
        return home.now() + wait * 1000;
      }
    }
    await home.db.prepare('DELETE FROM verifications WHERE seq = ?').bind(pending.seq).run();
  }
  return null;
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
    const { status, body, truncated } = await lanes(home).slow.run(pending.origin, () =>
      home.request({ url, method: 'GET', headers: { accept: 'text/plain, */*' }, timeoutMs: TIMEOUT_MS }),
    );
    if (status >= 500 || status === 429) return { state: 'unreachable', error: `status ${status}` };
    const confirmed = status >= 200 && status < 300 && !truncated && new TextDecoder().decode(body) === challenge;
    return { state: confirmed ? 'confirmed' : 'refused' };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return error.reason === 'refused' ? { state: 'refused' } : { state: 'unreachable', error: error.reason };
  }
}

function randomChallenge(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

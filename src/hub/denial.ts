import type { Home } from '../home.ts';
import { lanes } from '../push/lanes.ts';
import type { Work } from '../push/outbox.ts';
import { retryAfterMs } from '../push/retry.ts';
import { OutboundError } from '../storage/ports.ts';
import { withQuery } from './callbacks.ts';

const TIMEOUT_MS = 10_000;
/** Tries before a subscriber is left without the news that it is told nothing any more. */
const TRIES = 3;
/** Milliseconds between them, at least. */
const WAIT_MS = 60_000;

/** What a denial says and to whom; the payload of its row. */
export interface Denial {
  callback: string;
  askedTopic: string;
  reason: string;
}

/** Tells a callback that its subscription was taken away, and why (WebSub 5.2). */
export async function deny(home: Home, work: Work): Promise<number | null> {
  const { callback, askedTopic, reason } = JSON.parse(work.payload) as Denial;
  const url = withQuery(callback, { 'hub.mode': 'denied', 'hub.topic': askedTopic, 'hub.reason': reason });
  const again = (wait: number) => (work.attempts < TRIES ? home.now() + Math.max(WAIT_MS, wait) : null);
  try {
    const { status, headers } = await lanes(home).slow.run(new URL(callback).origin, () =>
      home.request({ url, method: 'GET', timeoutMs: TIMEOUT_MS }),
    );
    // Whatever else it answers, it has heard.
    if (status < 500 && status !== 429) return null;
    return again(retryAfterMs(headers.get('retry-after'), home.now()) ?? 0);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return error.reason === 'refused' ? null : again(0);
  }
}

import type { Home } from '../../home.ts';
import { OutboundError } from '../../storage/ports.ts';
import { retryAfterMs } from '../retry.ts';
import type { Attempt } from './channel.ts';

export interface Posted {
  attempt: Attempt;
  /** The first kilobytes of the answer; null when there was none. */
  answer: Uint8Array | null;
}

/**
 * One POST through the guard, and what came of it: only 2xx is success, a redirect is a failure, 410 wants nothing any
 * more, and `Retry-After` is read.
 */
export async function post(
  home: Home,
  request: { url: string; headers: Record<string, string>; body: Uint8Array | string; maxBytes?: number },
  timeoutMs: number,
): Promise<Posted> {
  const started = home.now();
  try {
    const answer = await home.request({ ...request, method: 'POST', timeoutMs });
    const { status } = answer;
    const outcome = status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'gone' : 'failed';
    const wait = outcome === 'failed' ? retryAfterMs(answer.headers.get('retry-after'), home.now()) : null;
    const attempt: Attempt = { outcome, status, error: null, ms: home.now() - started, retryAfterMs: wait };
    return { attempt, answer: answer.body };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const outcome = error.reason === 'timeout' ? 'hung' : 'failed';
    const attempt: Attempt = {
      outcome,
      status: null,
      error: error.reason,
      ms: home.now() - started,
      retryAfterMs: null,
    };
    return { attempt, answer: null };
  }
}

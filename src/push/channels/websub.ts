import type { Home } from '../../home.ts';
import { hubUrl, topicUrl } from '../../hub/topics.ts';
import { OutboundError } from '../../storage/ports.ts';
import type { Body } from '../documents.ts';
import { retryAfterMs } from '../retry.ts';
import { signature } from '../signature.ts';
import type { Attempt, Target } from './channel.ts';

/**
 * Content distribution (WebSub 7): the document by POST, with its own Content-Type, its hub and topic as links, signed
 * when the subscriber gave a secret. Only 2xx is success, a redirect is a failure, 410 ends the subscription.
 */
export async function websub(home: Home, target: Target, body: Body, timeoutMs: number): Promise<Attempt> {
  const { callback, secret } = target;
  const unsigned = unsignedHeaders(home, body);
  const headers =
    secret === null ? unsigned : { ...unsigned, 'x-hub-signature': signature(home, { callback, secret }, body.bytes) };
  const started = home.now();
  try {
    // The status says it all: a subscriber that trickles a body after it has the document.
    const request = { url: callback, method: 'POST', headers, body: body.bytes, timeoutMs, maxBytes: 0 } as const;
    const answer = await home.request(request);
    const { status } = answer;
    const outcome = status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'gone' : 'failed';
    const wait = outcome === 'failed' ? retryAfterMs(answer.headers.get('retry-after'), home.now()) : null;
    return { outcome, status, error: null, ms: home.now() - started, retryAfterMs: wait };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const outcome = error.reason === 'timeout' ? 'hung' : 'failed';
    return { outcome, status: null, error: error.reason, ms: home.now() - started, retryAfterMs: null };
  }
}

const known = new WeakMap<Body, Record<string, string>>();

/** What all deliveries of a body say. */
function unsignedHeaders(home: Home, body: Body): Record<string, string> {
  const headers = known.get(body) ?? {
    'content-type': body.contentType,
    link: `<${hubUrl(home)}>; rel="hub", <${topicUrl(home, body.topic)}>; rel="self"`,
  };
  known.set(body, headers);
  return headers;
}

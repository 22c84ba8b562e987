import { addresses } from '../../feeds/selection.ts';
import type { Home } from '../../home.ts';
import { topicUrl } from '../../hub/topics.ts';
import { isStruct, type MethodAnswer, readAnswer, writeCall } from '../method-call.ts';
import type { Announcer, Attempt } from './channel.ts';
import { post } from './post.ts';

/** The site's feed: when it changes, the site has. */
const FEED = addresses('').rss;

/**
 * Tells ping services that the site changed: `weblogUpdates.extendedPing` with the feed, or the plain ping where a
 * service knows that one only.
 *
 * @see http://www.xmlrpc.com/weblogsCom
 */
export const xmlrpc: Announcer = {
  about: 'documents',
  concerns: (address) => address === FEED,
  atMost: 1,
  receivers: ({ config }) => config.push.pings.map((url) => ({ url })),

  async announce(home, { receiver: { url } }, _notices, timeoutMs) {
    const { title } = home.config.site;
    const site = `${home.config.site.url}/`;
    const extended = [title, site, site, topicUrl(home, FEED)];
    const first = await call(home, url, 'weblogUpdates.extendedPing', extended, timeoutMs);
    if (refusal(first.answer) === null) return { attempt: first.attempt };
    const second = await call(home, url, 'weblogUpdates.ping', [title, site], timeoutMs);
    const said = refusal(second.answer);
    return { attempt: said === null ? second.attempt : { ...second.attempt, outcome: 'failed', error: said } };
  },
};

async function call(
  home: Home,
  url: string,
  method: string,
  params: string[],
  timeoutMs: number,
): Promise<{ attempt: Attempt; answer: MethodAnswer | null }> {
  const headers = { 'content-type': 'text/xml; charset=utf-8' };
  const { attempt, answer } = await post(home, { url, headers, body: writeCall({ method, params }) }, timeoutMs);
  const read = answer && attempt.outcome === 'delivered' ? readAnswer(new TextDecoder().decode(answer)) : null;
  return { attempt, answer: read };
}

/** Characters of a service's own words that are kept. */
const WORDS = 200;

/** Why a service does not take a ping, as a sentence; null where it does. What is no answer of the protocol counts as taken: the status says so. */
function refusal(answer: MethodAnswer | null): string | null {
  if (!answer) return null;
  if (!answer.ok) return sentence(answer.message);
  return isStruct(answer.value) && answer.value.flerror === true ? sentence(String(answer.value.message ?? '')) : null;
}

const sentence = (words: string) =>
  `The service refuses the ping: ${words.trim().slice(0, WORDS) || 'it gives no reason'}`;

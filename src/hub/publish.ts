import type { Home } from '../home.ts';
import { isPartnerAddress } from '../partners/addresses.ts';
import { wakeFanOuts } from '../push/announce.ts';
import { requestFetches } from './sister-documents.ts';
import { isSister } from './sisters.ts';
import { findTopic, topicUrl } from './topics.ts';

/** Topics that one ping may name. */
const TOPICS = 100;

/**
 * Answers a publisher's ping (`hub.mode=publish`) with one line for each topic. The hub's own feeds announce themselves
 * when they change, so a ping only makes sure that what was announced is under way. A sister site's topic is fetched
 * and compared when somebody subscribed to it, so that a ping needs no token.
 *
 * @returns 202 when at least one of them is a topic of this hub
 */
export async function publish(home: Home, given: string[]): Promise<{ status: 202 | 400 | 404; lines: string[] }> {
  if (given.length === 0) return { status: 400, lines: ['hub.url is missing: give the address of a feed.'] };
  if (given.length > TOPICS) return { status: 400, lines: [`Too many topics: ${TOPICS} are the most in one request.`] };
  const found: string[] = [];
  const lines: string[] = [];
  for (const topic of given) {
    const meant = await findTopic(home, topic);
    // Of a partner's feeds nothing is said to who has no key: not even that they are there.
    const address = meant !== null && isPartnerAddress(meant) ? null : meant;
    if (address !== null) found.push(address);
    lines.push(
      address === null
        ? `${topic.trim().replace(/\s+/g, ' ')}: not a feed of this hub.`
        : `${topicUrl(home, address)}: ${await progress(home, address)}`,
    );
  }
  await wakeFanOuts(
    home,
    found.filter((address) => !isSister(address)),
  );
  return { status: found.length > 0 ? 202 : 404, lines };
}

async function progress(home: Home, address: string): Promise<string> {
  if (isSister(address)) return fetching(home, address);
  const row = await home.db
    .prepare("SELECT EXISTS (SELECT 1 FROM outbox WHERE type = 'fanout' AND ref = ?) AS busy")
    .bind(address)
    .first<{ busy: number }>();
  return row?.busy ? 'its last change is being distributed.' : 'unchanged since it was last distributed.';
}

async function fetching(home: Home, address: string): Promise<string> {
  const row = await home.db
    .prepare('SELECT EXISTS (SELECT 1 FROM subscriptions WHERE topic = ? AND lease_until > ?) AS wanted')
    .bind(address, home.now())
    .first<{ wanted: number }>();
  if (!row?.wanted) return 'nobody is subscribed to it.';
  await requestFetches(home, [address]);
  return 'it will be fetched, and distributed if it has changed.';
}

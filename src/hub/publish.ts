import type { Home } from '../home.ts';
import { wakeFanOuts } from '../push/announce.ts';
import { findTopic, topicUrl } from './topics.ts';

/** Topics that one ping may name. */
const TOPICS = 100;

/**
 * Answers a publisher's ping (`hub.mode=publish`) with one line for each topic. The hub's own feeds announce themselves
 * when they change, so a ping only makes sure that what was announced is under way.
 *
 * @returns 202 when at least one of them is a topic of this hub
 */
export async function publish(home: Home, given: string[]): Promise<{ status: 202 | 400 | 404; lines: string[] }> {
  if (given.length === 0) return { status: 400, lines: ['hub.url is missing: give the address of a feed.'] };
  if (given.length > TOPICS) return { status: 400, lines: [`Too many topics: ${TOPICS} are the most in one request.`] };
  const found: string[] = [];
  const lines: string[] = [];
  for (const topic of given) {
    const address = await findTopic(home, topic);
    if (address !== null) found.push(address);
    lines.push(
      address === null
        ? `${topic}: not a feed of this hub.`
        : `${topicUrl(home, address)}: ${await progress(home, address)}`,
    );
  }
  await wakeFanOuts(home, found);
  return { status: found.length > 0 ? 202 : 404, lines };
}

async function progress(home: Home, address: string): Promise<string> {
  const row = await home.db
    .prepare("SELECT EXISTS (SELECT 1 FROM outbox WHERE type = 'fanout' AND ref = ?) AS busy")
    .bind(address)
    .first<{ busy: number }>();
  return row?.busy ? 'its last change is being distributed.' : 'unchanged since it was last distributed.';
}

import type { Home } from '../../home.ts';
import { topicUrl } from '../../hub/topics.ts';
import type { Body } from '../documents.ts';
import { writeCall } from '../method-call.ts';
import type { Attempt, Target } from './channel.ts';
import { post } from './post.ts';

/**
 * Tells a subscriber of rssCloud that a feed changed: the feed's address as it was written in the registration, by a
 * form or by the remote procedure that was named there, which stands as the fragment of the callback.
 *
 * @see https://www.rssboard.org/rsscloud-interface section 3.2
 */
export async function rsscloud(home: Home, target: Target, body: Body, timeoutMs: number): Promise<Attempt> {
  const row = await home.db
    .prepare('SELECT asked_topic FROM subscriptions WHERE id = ?')
    .bind(target.id)
    .first<{ asked_topic: string }>();
  const topic = row?.asked_topic ?? topicUrl(home, body.topic);
  return (await notify(home, target.callback, topic, timeoutMs)).attempt;
}

/** One notification. */
export function notify(home: Home, callback: string, topic: string, timeoutMs: number) {
  const url = new URL(callback);
  const method = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  return method === ''
    ? post(
        home,
        {
          url: url.href,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ url: topic }).toString(),
        },
        timeoutMs,
      )
    : post(
        home,
        {
          url: url.href,
          headers: { 'content-type': 'text/xml; charset=utf-8' },
          body: writeCall({ method, params: [topic] }),
        },
        timeoutMs,
      );
}

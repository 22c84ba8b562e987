import { isSister } from '../../hub/sisters.ts';
import { topicUrl } from '../../hub/topics.ts';
import type { Announcer } from './channel.ts';
import { post } from './post.ts';

/**
 * Tells other hubs which documents changed: `hub.mode=publish` with an `hub.url` for each. WebSub leaves the form to
 * hub and publisher; this is the one that hubs have taken since PubSubHubbub 0.3, section 7.1.
 */
export const hubs: Announcer = {
  about: 'documents',
  concerns: (address) => !isSister(address),
  atMost: 100,
  receivers: ({ config }) => config.push.hubs.map((url) => ({ url })),

  async announce(home, { receiver }, notices, timeoutMs) {
    const form = new URLSearchParams({ 'hub.mode': 'publish' });
    for (const { subject } of notices) form.append('hub.url', topicUrl(home, subject));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { attempt } = await post(home, { url: receiver.url, headers, body: form.toString() }, timeoutMs);
    return { attempt };
  },
};

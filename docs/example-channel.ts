import type { Announcer, Receiver } from '../src/push/channels/channel.ts';
import { news } from '../src/push/channels/news.ts';
import { post } from '../src/push/channels/post.ts';

/** Shows what is new on the phones of those who follow a topic of ntfy: `channels: { ntfy: [{ url, priority }] }`. */
export const ntfy: Announcer = {
  about: 'articles',
  atMost: 1,
  receivers: ({ config }) => config.push.channels.ntfy ?? [],

  async announce(
    home,
    { key, receiver }: { key: string; receiver: Receiver & { priority?: number } },
    [notice],
    timeoutMs,
  ) {
    if (!notice) return { attempt: null };
    const { says, facts } = await news(home, key, null, notice);
    if (says?.type !== 'article.published') return { attempt: null, facts };
    const url = new URL(receiver.url);
    url.searchParams.set('title', says.data.title ?? '');
    url.searchParams.set('click', says.data.url);
    url.searchParams.set('priority', String(receiver.priority ?? 3));
    const body = says.data.summary ?? says.data.url;
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const { attempt } = await post(home, { url: url.href, headers, body }, timeoutMs);
    return { attempt, facts };
  },
};

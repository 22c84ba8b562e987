import type { Webhook } from '../../config/schema.ts';
import type { Home } from '../../home.ts';
import type { Announcer, Notice, Outcome } from './channel.ts';
import { discordMessage, slackMessage } from './chat.ts';
import { news } from './news.ts';
import { post } from './post.ts';
import { standardHeaders } from './standard-webhooks.ts';

/**
 * Tells an address what happened to an article: as a signed message of the Standard Webhooks specification, or as a
 * line in a chat of Slack or Discord.
 *
 * @see https://www.standardwebhooks.com/
 */
export const webhook: Announcer = {
  about: 'articles',
  atMost: 1,
  receivers: ({ config }) => config.push.webhooks,

  async announce(
    home: Home,
    { key, receiver }: { key: string; receiver: Webhook },
    [notice]: Notice[],
    timeoutMs: number,
  ): Promise<Outcome> {
    if (!notice) return { attempt: null };
    const { says, facts } = await news(home, key, receiver.where, notice);
    if (!says || !receiver.events.includes(says.type)) return { attempt: null, facts };
    const form = { standard: JSON.stringify, slack: slackMessage, discord: discordMessage }[receiver.form];
    const body = new TextEncoder().encode(form(says));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...(receiver.form === 'standard' &&
        (await standardHeaders(home, { key, notice, body, secrets: receiver.secret }))),
    };
    const { attempt } = await post(home, { url: receiver.url, headers, body }, timeoutMs);
    return { attempt, facts: attempt.outcome === 'delivered' ? facts : [] };
  },
};

import type { Home } from '../../home.ts';
import { compiledPartners } from '../../partners/compiled.ts';
import { partnerNews } from '../../partners/news.ts';
import { recordPushed } from '../../partners/offers.ts';
import { type PushedEvent, recordPush } from '../../partners/pushes.ts';
import { settleTold } from '../../partners/recalls.ts';
import { partnerOfReceiver } from '../../partners/receiver.ts';
import { secretsOf } from '../../partners/secrets.ts';
import type { Announcer, Notice, Outcome, Receiver } from './channel.ts';
import { post } from './post.ts';
import { eventId, standardHeaders } from './standard-webhooks.ts';

/** A partner's webhook. */
interface PartnerReceiver extends Receiver {
  partner: string;
}

/**
 * Tells a partner's webhook what happened to an article, as a signed message of the Standard Webhooks specification: the
 * article as that partner may have it at the attempt, or that it may have it no more.
 *
 * @see https://www.standardwebhooks.com/
 */
export const partner: Announcer = {
  about: 'articles',
  atMost: 1,
  receivers: () => [],

  async find(home: Home, key: string): Promise<PartnerReceiver | null> {
    const id = partnerOfReceiver(key);
    const webhook = id === null ? null : (await compiledPartners(home)).get(id)?.partner.webhook;
    return id !== null && webhook ? { url: webhook.url, partner: id } : null;
  },

  async announce(
    home: Home,
    { key, receiver }: { key: string; receiver: Receiver & Partial<PartnerReceiver> },
    [notice]: Notice[],
    timeoutMs: number,
  ): Promise<Outcome> {
    const compiled = receiver.partner === undefined ? undefined : (await compiledPartners(home)).get(receiver.partner);
    if (!notice || !compiled) return { attempt: null };
    const { id } = compiled.partner;
    const news = await partnerNews(home, compiled, notice);
    if (news.until !== null) return { attempt: null, waits: [{ notice, until: news.until }] };
    const { says } = news;
    const isWanted = says && (says.data.mandatory === true || compiled.partner.webhook?.events.includes(says.type));
    if (!isWanted) return { attempt: null };
    const body = new TextEncoder().encode(JSON.stringify(says));
    const secrets = (await secretsOf(home, id)).map(({ secret }) => secret);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...(await standardHeaders(home, { key, notice, body, secrets })),
    };
    const { attempt } = await post(home, { url: receiver.url, headers, body }, timeoutMs);
    const isTaken = attempt.outcome === 'delivered';
    const version = says.type === 'article.withdrawn' ? null : says.data.date_modified;
    const event: PushedEvent = { id: eventId(home, key, notice), type: says.type, version, notice };
    return {
      attempt,
      facts: [
        recordPush(home, id, event, attempt),
        ...(isTaken && version !== null ? [recordPushed(home, id, { id: notice.subject, updated: version })] : []),
        ...(isTaken
          ? [settleTold(home, id, notice.subject, { what: version === null ? 'withdrawn' : 'updated', by: 'pushed' })]
          : []),
      ],
    };
  },
};

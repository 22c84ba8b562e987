import type { Home } from '../../home.ts';
import type { Body } from '../documents.ts';
import type { Announcer, Attempt, Channel, Target } from './channel.ts';
import { hubs } from './hubs.ts';
import { indexnow } from './indexnow.ts';
import { partner } from './partner.ts';
import { rsscloud } from './rsscloud.ts';
import { webhook } from './webhook.ts';
import { websub } from './websub.ts';
import { xmlrpc } from './xmlrpc.ts';

/** Those that tell subscribers of a document. */
const channels: Record<string, Channel> = { websub, rsscloud };

/** Those that tell whom the configuration or the database names. */
export const announcers: Record<string, Announcer> = { webhook, indexnow, xmlrpc, hubs, partner };

/** One try at telling a subscriber by its channel. Whatever goes wrong with one subscriber is that one's failure. */
export async function tell(home: Home, target: Target, body: Body, timeoutMs: number): Promise<Attempt> {
  const started = home.now();
  try {
    const channel = channels[target.channel];
    if (!channel) throw new Error(`Nothing here tells by ${target.channel}.`);
    return await channel(home, target, body, timeoutMs);
  } catch (error) {
    home.log.error('push.tell', { subscription: target.id, channel: target.channel, error: String(error) });
    return { outcome: 'failed', status: null, error: 'internal', ms: home.now() - started, retryAfterMs: null };
  }
}

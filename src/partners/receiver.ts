import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import type { PartnerInput } from './partner.ts';

const PREFIX = 'partner ';

/** The name of a partner's webhook among all receivers. It stays when its address changes, and event ids with it. */
export const receiverKey = (partner: string) => PREFIX + partner;

/** The partner whose webhook a receiver is; null when it is none. */
export function partnerOfReceiver(key: string): string | null {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
}

/**
 * Statements for the batch that makes, changes or removes a partner: its webhook is a receiver as long as it has one. A
 * new one is told of what happens from here on; one at another address begins anew, with what waits for it.
 */
export function recordWebhook(home: Home, partner: string, webhook: PartnerInput['webhook'] | null): Statement[] {
  const key = receiverKey(partner);
  if (!webhook)
    return [
      home.db.prepare('DELETE FROM receivers WHERE key = ?').bind(key),
      home.db.prepare('DELETE FROM notices WHERE receiver = ?').bind(key),
    ];
  return [
    home.db
      .prepare(
        `INSERT INTO receivers (key, channel, origin, about, cursor)
         VALUES (?1, 'partner', ?2, 'articles', coalesce((SELECT max(seq) FROM events), 0))
         ON CONFLICT (key) DO UPDATE SET origin = excluded.origin, failures = 0, failing_since = NULL,
           suspended_at = NULL, not_before = 0, status = NULL, error = NULL`,
      )
      .bind(key, new URL(webhook.url).origin),
  ];
}

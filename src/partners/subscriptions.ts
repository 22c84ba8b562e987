import type { Home } from '../home.ts';
import { removeSubscription } from '../hub/subscriptions.ts';

/** Ends what was subscribed to by some keys, tells the subscribers why, and drops requests that wait for confirmation. */
export async function endSubscriptions(home: Home, keys: string[], reason: string): Promise<void> {
  const json = JSON.stringify(keys);
  await home.db
    .prepare('DELETE FROM verifications WHERE partner_key IN (SELECT value FROM json_each(?))')
    .bind(json)
    .run();
  const ended = await home.db
    .prepare('SELECT id FROM subscriptions WHERE partner_key IN (SELECT value FROM json_each(?))')
    .bind(json)
    .all<{ id: number }>();
  for (const { id } of ended) await removeSubscription(home, id, reason);
}

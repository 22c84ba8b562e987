import type { Home } from '../home.ts';
import { makeSecret } from '../push/secret.ts';
import { KEYS_AT_ONCE, keepKey, makeKey } from './keys.ts';
import { logged } from './log.ts';
import { findPartner, missing, type PartnerResult, refuse } from './partners.ts';
import { keepSecret, secretsOf } from './secrets.ts';
import { endSubscriptions } from './subscriptions.ts';

/** Gives a partner another key beside the one that it has: the only time that it is shown. */
export async function addKey(
  home: Home,
  id: string,
  actor: string,
): Promise<PartnerResult<{ keyId: string; key: string }>> {
  const partner = await findPartner(home, id);
  if (!partner) return missing(id);
  const [oldest] = partner.keys;
  if (partner.keys.length >= KEYS_AT_ONCE)
    return refuse('conflict', null, `${id} has ${KEYS_AT_ONCE} keys already; revoke one first, such as ${oldest?.id}.`);
  const made = makeKey(home);
  await home.db.batch([
    keepKey(home, id, made),
    logged(home, id, { actor, action: 'key-added', version: partner.version, changes: { key: [null, made.id] } }),
  ]);
  return { ok: true, keyId: made.id, key: made.key };
}

/** Ends a key, and with it the subscriptions that it proved. */
export async function revokeKey(home: Home, id: string, key: string, actor: string): Promise<PartnerResult<object>> {
  const partner = await findPartner(home, id);
  if (!partner) return missing(id);
  if (!partner.keys.some((one) => one.id === key))
    return refuse('missing', null, `${id} has no key ${JSON.stringify(key)}.`);
  await home.db.batch([
    home.db.prepare('DELETE FROM partner_keys WHERE id = ? AND partner = ?').bind(key, id),
    logged(home, id, { actor, action: 'key-revoked', version: partner.version, changes: { key: [key, null] } }),
  ]);
  await endSubscriptions(home, [key], 'The key by which this was subscribed to was revoked.');
  return { ok: true };
}

/** Gives a partner's webhook another secret beside the one that it has: messages are signed with both. */
export async function addSecret(
  home: Home,
  id: string,
  actor: string,
): Promise<PartnerResult<{ webhookSecret: string }>> {
  const partner = await findPartner(home, id);
  if (!partner) return missing(id);
  const secrets = await secretsOf(home, id);
  if (secrets.length >= SECRETS_AT_ONCE)
    return refuse('conflict', null, `${id} has ${SECRETS_AT_ONCE} secrets already; remove the older one first.`);
  const webhookSecret = makeSecret();
  await home.db.batch([
    keepSecret(home, id, webhookSecret),
    logged(home, id, { actor, action: 'secret-added', version: partner.version }),
  ]);
  return { ok: true, webhookSecret };
}

/** Secrets of one partner that sign at a time. */
const SECRETS_AT_ONCE = 2;

/** Removes the older of a partner's two secrets; the newest stays, since messages must be signed. */
export async function removeOldSecret(home: Home, id: string, actor: string): Promise<PartnerResult<object>> {
  const partner = await findPartner(home, id);
  if (!partner) return missing(id);
  const [newest, ...older] = await secretsOf(home, id);
  if (!newest || older.length === 0) return refuse('conflict', null, `${id} has one secret alone, which has to stay.`);
  await home.db.batch([
    home.db.prepare('DELETE FROM partner_secrets WHERE partner = ? AND id <> ?').bind(id, newest.id),
    logged(home, id, { actor, action: 'secret-removed', version: partner.version }),
  ]);
  return { ok: true };
}

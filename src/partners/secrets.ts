import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';

/** A secret that a partner's webhook is signed with. */
export interface PartnerSecret {
  id: string;
  /** `whsec_` and base64, as Standard Webhooks have it. */
  secret: string;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** A statement that stores a secret. It is kept readable, since every message is signed with it. */
export function keepSecret(home: Home, partner: string, secret: string): Statement {
  return home.db
    .prepare('INSERT INTO partner_secrets (id, partner, secret, created_at) VALUES (?, ?, ?, ?)')
    .bind(crypto.randomUUID(), partner, secret, home.now());
}

/** What a partner's webhook is signed with, the newest first: two while one takes the place of the other. */
export async function secretsOf(home: Home, partner: string): Promise<PartnerSecret[]> {
  return home.db
    .prepare(
      'SELECT id, secret, created_at AS createdAt FROM partner_secrets WHERE partner = ? ORDER BY created_at DESC, id',
    )
    .bind(partner)
    .all<PartnerSecret & { [column: string]: string | number }>();
}

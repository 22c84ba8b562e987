import type { Home } from '../home.ts';
import { randomHex } from '../push/secret.ts';
import type { Statement } from '../storage/ports.ts';

/** What is not secret of a key, then what is: `tdp_`, 12 hexadecimal digits, 43 signs for 32 random bytes. */
const KEY = /^tdp_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** Keys of one partner that are valid at a time: the present one, and the one that takes its place. */
export const KEYS_AT_ONCE = 2;

/** Milliseconds within which the use of a key is noted once. */
const NOTED_MS = 60_000;

/** A key as the publisher sees it later. Instants are epoch milliseconds. */
export interface KeyView {
  id: string;
  createdAt: number;
  /** Within a minute; null when it never was. */
  lastUsedAt: number | null;
}

/** A key that was just made: the only time that it is known. */
export interface NewKey {
  id: string;
  key: string;
  hash: string;
}

export function makeKey({ sha256 }: Pick<Home, 'sha256'>): NewKey {
  const id = randomHex(6);
  const secret = base64url(crypto.getRandomValues(new Uint8Array(32)));
  return { id, key: `tdp_${id}_${secret}`, hash: sha256(secret) };
}

/** Statements that store a key without what is secret of it. */
export function keepKey(home: Home, partner: string, { id, hash }: NewKey): Statement {
  return home.db
    .prepare('INSERT INTO partner_keys (id, partner, hash, created_at) VALUES (?, ?, ?, ?)')
    .bind(id, partner, hash, home.now());
}

/** The valid keys of partners, the oldest first. */
export async function keysOf(home: Home, partners: string[]): Promise<Map<string, KeyView[]>> {
  const rows = await home.db
    .prepare(
      `SELECT id, partner, created_at, last_used_at FROM partner_keys
       WHERE partner IN (SELECT value FROM json_each(?)) ORDER BY created_at, id`,
    )
    .bind(JSON.stringify(partners))
    .all<{ id: string; partner: string; created_at: number; last_used_at: number | null }>();
  const keys = new Map<string, KeyView[]>();
  for (const { id, partner, created_at, last_used_at } of rows)
    keys.set(partner, [...(keys.get(partner) ?? []), { id, createdAt: created_at, lastUsedAt: last_used_at }]);
  return keys;
}

/**
 * The id of a key, if it is one of this partner's. A wrong key takes the same way whatever the partner: it is looked up
 * by the part that is no secret, and hashes are compared to their end.
 *
 * @returns null for a wrong key, and for a partner that there is none of
 */
export async function provenKey(home: Home, partner: string, given: string): Promise<string | null> {
  const [, id = '', secret = ''] = KEY.exec(given) ?? [];
  const row = await home.db
    .prepare('SELECT partner, hash, last_used_at FROM partner_keys WHERE id = ?')
    .bind(id)
    .first<{ partner: string; hash: string; last_used_at: number | null }>();
  const isRight = isEqual(row?.hash ?? NO_HASH, home.sha256(secret));
  if (!row || !isRight || row.partner !== partner) return null;
  if ((row.last_used_at ?? 0) <= home.now() - NOTED_MS) home.waitUntil(noteUse(home, id));
  return id;
}

async function noteUse(home: Home, id: string): Promise<void> {
  try {
    await home.db.prepare('UPDATE partner_keys SET last_used_at = ? WHERE id = ?').bind(home.now(), id).run();
  } catch (error) {
    home.log.warn('use of a key not noted', { error: error instanceof Error ? error.message : String(error) });
  }
}

const NO_HASH = '0'.repeat(64);

/** Whether two hashes are the same, in a time that says nothing of where they differ. */
function isEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

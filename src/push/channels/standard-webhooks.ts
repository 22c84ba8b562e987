import type { Home } from '../../home.ts';
import { secretBytes } from '../secret.ts';
import type { Notice } from './channel.ts';

const encoder = new TextEncoder();

/** The id of what happened to an article, for a receiver: the same through all attempts and replays. */
export function eventId(home: Home, key: string, notice: Pick<Notice, 'subject' | 'seq' | 'at'>): string {
  return `msg_${home.sha256(`${home.url} ${key} ${notice.subject} ${notice.seq} ${notice.at}`).slice(0, 32)}`;
}

/**
 * The headers of a message by the Standard Webhooks specification ("Webhook headers"): an id that stays with what
 * happened through all attempts, the second of this one, and a signature for each secret.
 *
 * @param secrets `whsec_` and base64; none for a message without a signature, two while one takes the place of another
 */
export async function standardHeaders(
  home: Home,
  { key, notice, body, secrets }: { key: string; notice: Notice; body: Uint8Array; secrets: readonly string[] },
): Promise<Record<string, string>> {
  const id = eventId(home, key, notice);
  const timestamp = String(Math.floor(home.now() / 1000));
  const start = encoder.encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(start.byteLength + body.byteLength);
  signed.set(start);
  signed.set(body, start.byteLength);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, signed)));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}

async function sign(secret: string, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = secretBytes(secret);
  if (!bytes) throw new TypeError('A secret of a webhook is not whsec_ and base64.');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, data));
  return `v1,${btoa(String.fromCharCode(...mac))}`;
}

/** Imported keys that are kept, the last used. */
const KEPT_KEYS = 10_000;

const keys = new Map<string, Promise<CryptoKey>>();
const encoder = new TextEncoder();

/**
 * The value of `X-Hub-Signature` (WebSub 7.1): `sha256=` and the HMAC of the body in hex. Web Crypto does it off the main
 * thread on Node.
 */
export async function signature(secret: string, body: Uint8Array): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', await key(secret), body as Uint8Array<ArrayBuffer>);
  return `sha256=${hex(new Uint8Array(mac))}`;
}

function key(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret);
  const imported =
    known ?? crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  keys.delete(secret);
  keys.set(secret, imported);
  const [oldest] = keys.keys();
  if (keys.size > KEPT_KEYS && oldest !== undefined) keys.delete(oldest);
  return imported;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

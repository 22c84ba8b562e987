const PREFIX = 'whsec_';

/** The key that a secret stands for; null when it is not `whsec_` and base64 of 24 to 64 bytes ("Signature scheme"). */
export function secretBytes(secret: string): Uint8Array<ArrayBuffer> | null {
  try {
    if (!secret.startsWith(PREFIX)) return null;
    const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (sign) => sign.charCodeAt(0));
    return bytes.byteLength >= 24 && bytes.byteLength <= 64 ? bytes : null;
  } catch {
    return null;
  }
}

/** A new secret of 32 random bytes. */
export function makeSecret(): string {
  return PREFIX + btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
}

/** So many random bytes, as hexadecimal digits. */
export function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

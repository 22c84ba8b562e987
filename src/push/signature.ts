import type { HmacMethod } from '../config/schema.ts';
import type { Home } from '../home.ts';

/** How deliveries to a callback are signed: as the publisher's configuration says, else by SHA-256. */
export function signatureMethod({ config }: Pick<Home, 'config'>, callback: string): HmacMethod {
  return config.hub.signature.find((one) => matches(one.callback, callback))?.method ?? 'sha256';
}

/** The value of `X-Hub-Signature` (WebSub 7.1): the method, `=`, and the HMAC of the body in hex. */
export function signature(home: Home, { callback, secret }: { callback: string; secret: string }, body: Uint8Array) {
  const method = signatureMethod(home, callback);
  return `${method}=${home.hmac(method, secret, body)}`;
}

/** Whether an address is like a pattern, in which `*` stands for anything. */
function matches(pattern: string, address: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return address === pattern;
  if (!address.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = address.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return address.length - last.length >= at && address.endsWith(last);
}

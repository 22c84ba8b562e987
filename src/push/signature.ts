import type { HmacMethod } from '../config/schema.ts';
import type { Home } from '../home.ts';
import { fits } from '../hub/patterns.ts';

/** How deliveries to a callback are signed: as the publisher's configuration says, else by SHA-256. */
export function signatureMethod({ config }: Pick<Home, 'config'>, callback: string): HmacMethod {
  return config.hub.signature.find((one) => fits(one.callback, callback))?.method ?? 'sha256';
}

/**
 * Tells the home that a body will be signed for many callbacks.
 *
 * @returns to be called when that is over
 */
export function signAhead(home: Home, targets: { callback: string; secret: string | null }[], body: Uint8Array) {
  const signed = targets.filter(({ secret }) => secret !== null);
  const told = [...Map.groupBy(signed, ({ callback }) => signatureMethod(home, callback))].map(([method, those]) => {
    const secrets = those.map(({ secret }) => secret ?? '');
    return home.hmacsAhead(method, secrets, body);
  });
  return () => {
    for (const over of told) over();
  };
}

/** The value of `X-Hub-Signature` (WebSub 7.1): the method, `=`, and the HMAC of the body in hex. */
export function signature(home: Home, { callback, secret }: { callback: string; secret: string }, body: Uint8Array) {
  const method = signatureMethod(home, callback);
  return `${method}=${home.hmac(method, secret, body)}`;
}

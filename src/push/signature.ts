import type { HmacMethod } from '../config/schema.ts';
import type { Home } from '../home.ts';
import { fits } from '../hub/patterns.ts';
import type { Target } from './channels/channel.ts';
import type { Body } from './documents.ts';

/** How deliveries to a callback are signed: as the publisher's configuration says, else by SHA-256. */
export function signatureMethod({ config }: Pick<Home, 'config'>, callback: string): HmacMethod {
  return config.hub.signature.find((one) => fits(one.callback, callback))?.method ?? 'sha256';
}

/**
 * Tells the home what will be signed.
 *
 * @returns to be called when that is over
 */
export function signAhead(home: Home, deliveries: { target: Target; sent: Body }[]): () => void {
  const signed = deliveries.filter(({ target }) => target.secret !== null);
  const told = [...Map.groupBy(signed, ({ sent }) => sent.bytes)].flatMap(([bytes, those]) => {
    const byMethod = Map.groupBy(those, ({ target }) => signatureMethod(home, target.callback));
    return [...byMethod].map(([method, same]) => {
      const secrets = same.map(({ target }) => target.secret ?? '');
      return home.hmacsAhead(method, secrets, bytes);
    });
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

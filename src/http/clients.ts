import type { Context } from 'hono';
import type { Home } from '../home.ts';
import { isInCidrs } from '../push/guard.ts';

/**
 * The address that a request comes from; null when it is not known. Where it was handed on by a proxy that is trusted
 * (`TIDINGS_TRUST_PROXY`), the client is the last one in `Forwarded` (RFC 7239) or `X-Forwarded-For` that is no such
 * proxy: what stands before it is the client's own word.
 */
export function clientAddress(home: Home, c: Context): string | null {
  const peer = home.peerAddress(c.req.raw, c.env);
  if (peer === null || !isInCidrs(peer, home.trustProxy)) return peer;
  const forwarded = c.req.header('forwarded');
  const hops = forwarded === undefined ? listed(c.req.header('x-forwarded-for') ?? '') : forwardedFor(forwarded);
  for (const hop of hops.reverse()) if (!isInCidrs(hop, home.trustProxy)) return hop;
  return peer;
}

/** Whether the caller is one that the publisher has opened private addresses for: nobody limits them. */
export function isOpenedClient(home: Home, address: string): boolean {
  return isInCidrs(address, home.allowPrivate);
}

const listed = (header: string) =>
  header
    .split(',')
    .map((hop) => withoutPort(hop.trim()))
    .filter((hop) => hop !== '');

function forwardedFor(header: string): string[] {
  return header.split(',').flatMap((hop) => {
    const value = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(hop);
    return value ? [withoutPort(value[1] ?? value[2] ?? '')] : [];
  });
}

/** `[2001:db8::1]:4711` and `192.0.2.1:4711` name a port, `2001:db8::1` does not. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(hop)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^[^:]*:\d+$/.test(hop) ? hop.slice(0, hop.indexOf(':')) : hop;
}

import type { Partner } from './partner.ts';

/**
 * An address with the partner's parameters. Only the publisher's own pages get them, and none that has one of that name
 * already.
 *
 * @param hosts of the publisher's pages
 */
export function tracked(address: string, tracking: Partner['tracking'], hosts: ReadonlySet<string>): string {
  const url = URL.parse(address);
  if (url === null || !hosts.has(url.host)) return address;
  const wanted = Object.entries(tracking).filter(([name]) => !url.searchParams.has(name));
  if (wanted.length === 0) return address;
  const query = wanted.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  // Appended by hand: a URL parser would write the parameters that are there already in its own way.
  const [bare = '', ...fragment] = address.split('#');
  const joined = bare + (bare.includes('?') ? (/[?&]$/.test(bare) ? '' : '&') : '?') + query;
  return [joined, ...fragment].join('#');
}

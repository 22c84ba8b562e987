import { checkTarget, hostOf } from '../push/guard.ts';

/** Where a request goes, or why it may not, as the end of a sentence. */
export type Place = { allowed: true; origin: string; path: string; host: string } | { allowed: false; reason: string };

/** Sites that are remembered. A fan-out comes to the same few again and again. */
const KEPT_SITES = 1_000;
/** Scheme, host and port that mean the same whatever path follows them. */
const PLAIN_SITE = /^https?:\/\/[a-z0-9.-]+(?::\d+)?$/;
/** Path and query that stand in the parsed URL as they stand here: no dot segments, nothing to encode, no fragment. */
const PLAIN_PATH = /^(?:\/(?!\.|%2e)[\w.~!$&()*+,;=:@%-]*)+(?:\?[\w.~!$&()*+,;=:@%/?-]*)?$/i;

/**
 * Judges addresses as {@link checkTarget} does. What it judges is the site; where the rest needs no parsing, each site is
 * judged once.
 *
 * @param allow CIDRs that may be reached though private
 */
export function createTargets(allow: string[]): (address: string) => Place {
  const sites = new Map<string, Place>();

  function parse(address: string): Place {
    const target = checkTarget(address, allow);
    if (!target.allowed) return target;
    const { url } = target;
    return { allowed: true, origin: url.origin, path: url.pathname + url.search, host: hostOf(url) };
  }

  return (address) => {
    const end = address.indexOf('/', 'https://'.length);
    const [site, path] = end < 0 ? [address, ''] : [address.slice(0, end), address.slice(end)];
    if (!PLAIN_SITE.test(site) || !PLAIN_PATH.test(path)) return parse(address);
    let known = sites.get(site);
    if (known === undefined) {
      known = parse(site);
      if (sites.size >= KEPT_SITES) sites.clear();
      sites.set(site, known);
    }
    return known.allowed ? { allowed: true, origin: known.origin, path, host: known.host } : known;
  };
}

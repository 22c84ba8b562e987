import type { Freshness } from '../storage/ports.ts';

/**
 * How long an isolate gives out a document's head without asking the database: after the first time one request asks
 * anew, and until the second the others go on with what is there. In milliseconds.
 */
export const HEAD_LIFETIME = { freshMs: 1_000, lastMs: 1_500 };
/** Isolates' clocks stand still while they compute, and differ a little. */
const CLOCKS_MS = 250;
/** Documents that an isolate remembers to have waited for. */
const REMEMBERED = 1_000;

/**
 * Freshness where no cache can be told: what was read before a version was committed is given out for so long at most,
 * so that long is waited from the moment at which the version was seen to be committed. One for each isolate.
 */
export function createFreshness(now: () => number): Freshness {
  const seen = new Map<string, { version: number; at: number }>();
  return {
    async settle(address, version) {
      const at = now();
      const known = seen.get(address);
      const since = known !== undefined && known.version >= version ? known.at : at;
      if (since === at) {
        seen.delete(address);
        seen.set(address, { version, at });
        const [oldest] = seen.keys();
        if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest);
      }
      // No longer than that where the clock was set back meanwhile.
      const wait = Math.min(since - at, 0) + HEAD_LIFETIME.lastMs + CLOCKS_MS;
      if (wait > 0) await new Promise((later) => setTimeout(later, wait));
    },
  };
}

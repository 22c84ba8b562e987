import type { SharedHeads } from '../storage/documents.ts';
import type { Gate } from './gate.ts';

/** Seconds that the cache keeps a head; who finds it looks when it was read. */
const KEPT_SECONDS = 2;

/**
 * Heads in the cache of a data centre, for every isolate there (the Cache API). On `workers.dev` that cache keeps nothing,
 * and each isolate asks the database itself. The addresses are never asked for from outside: the Worker answers first.
 */
export function createSharedHeads(options: {
  cache: Cache;
  url: string;
  gate: Gate;
  waitUntil: (work: Promise<unknown>) => void;
}): SharedHeads {
  const { cache, url, gate, waitUntil } = options;
  const keyOf = (address: string) => `${url}/heads?of=${encodeURIComponent(address)}`;
  return {
    get: (address) =>
      gate(async () => {
        try {
          const found = await cache.match(keyOf(address));
          return found ? await found.json() : null;
        } catch {
          // A cache that fails is as good as an empty one.
          return null;
        }
      }),
    put: (head, readAt) => {
      const kept = Response.json({ head, readAt }, { headers: { 'Cache-Control': `max-age=${KEPT_SECONDS}` } });
      waitUntil(gate(() => cache.put(keyOf(head.address), kept)));
    },
  };
}

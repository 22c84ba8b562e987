import type { Context, MiddlewareHandler } from 'hono';
import type { Home } from '../home.ts';
import { clientAddress, isOpenedClient } from './clients.ts';

/** Refuses clients that ask the hub's endpoints more often than `hub.rates.address` in a minute. */
export function limitClients(home: Home): MiddlewareHandler {
  return async (c, next) => {
    const client = clientAddress(home, c);
    if (client === null || isOpenedClient(home, client)) return next();
    const wait = await home.rates.take(`client ${network(client)}`, home.config.hub.rates.address);
    return wait === 0 ? next() : refuse(c, wait, 'Too many requests come from your address.');
  };
}

/**
 * Refuses more requests a minute than `hub.rates.callbackOrigin` for callbacks of one origin, whoever sends them, so that
 * nobody is asked more often than that to confirm. Null when it is within the limit.
 */
export async function limitOrigin(home: Home, c: Context, callback: string): Promise<Response | null> {
  const client = clientAddress(home, c);
  if (client === null || isOpenedClient(home, client)) return null;
  const { origin } = new URL(callback);
  const wait = await home.rates.take(`origin ${origin}`, home.config.hub.rates.callbackOrigin);
  return wait === 0 ? null : refuse(c, wait, `Too many requests come for callbacks at ${origin}.`);
}

/** Asks whoever came too often to wait. */
export function refuse(c: Context, seconds: number, sentence: string): Response {
  return c.text(`${sentence} Try again in ${seconds} seconds.\n`, 429, { 'Retry-After': String(seconds) });
}

/** Whoever has an IPv6 address has a network of them: its first 64 bits count. */
function network(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const left = head.split(':');
  const missing = tail === undefined ? 0 : 8 - left.length - tail.split(':').length;
  const groups = [...left, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail?.split(':') ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}

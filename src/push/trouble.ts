import type { Home } from '../home.ts';

/**
 * Looks for trouble (`alerts.ts`) without a tick or timer of its own, for whatever else shows that the server is there: a
 * request, a message of the queue. Once a minute at most, and never in the way of its caller.
 */
export function noticeTrouble(home: Home): void {
  const look = async () => {
    if ((await home.rates.take('look for trouble', 1)) > 0) return;
    const { lookForTrouble } = await import('./alerts.ts');
    await lookForTrouble(home);
  };
  home.waitUntil(look());
}

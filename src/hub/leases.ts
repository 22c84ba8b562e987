import type { Config } from '../config/schema.ts';

/**
 * How long a subscription lasts, in seconds: what was asked for, within the configured bounds; the configured default
 * when nothing was. WebSub 5.3: the hub tells what it decided, and no lease is perpetual.
 */
export function leaseSeconds(
  { leaseSeconds: { min, default: usual, max } }: Config['hub'],
  asked: number | null,
): number {
  return Math.min(max, Math.max(min, asked ?? usual));
}

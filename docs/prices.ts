/**
 * Prices of the Workers Paid plan in US dollars, a month: [what is included, units of a price, the price of so many].
 * As published by Cloudflare and read on 22 November 2026:
 * https://developers.cloudflare.com/workers/platform/pricing/, …/d1/platform/pricing/, …/r2/pricing/, …/queues/platform/pricing/
 */
export const PRICES = {
  requests: [10e6, 1e6, 0.3],
  'CPU ms': [30e6, 1e6, 0.02],
  'D1 rows read': [25e9, 1e6, 0.001],
  'D1 rows written': [50e6, 1e6, 1],
  'D1 GB': [5, 1, 0.75],
  'R2 class A': [1e6, 1e6, 4.5],
  'R2 class B': [10e6, 1e6, 0.36],
  'R2 GB': [10, 1, 0.015],
  'queue operations': [1e6, 1e6, 0.4],
} as const satisfies Record<string, [number, number, number]>;
/** The plan itself. */
export const PLAN = 5;

/** How much of each is used. */
export type Use = Record<keyof typeof PRICES, number>;

/**
 * What a use costs in US dollars.
 *
 * @param isIncluded whether what the plan includes is still left for it; without it each unit counts
 */
export function priceOf(use: Use, isIncluded = true): Record<keyof Use, number> {
  const price = (name: keyof Use) => {
    const [included, units, of] = PRICES[name];
    return (Math.max(0, use[name] - (isIncluded ? included : 0)) / units) * of;
  };
  return Object.fromEntries(Object.keys(PRICES).map((name) => [name, price(name as keyof Use)])) as Record<
    keyof Use,
    number
  >;
}

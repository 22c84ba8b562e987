/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A latency in milliseconds: half of all are below `median`, 99 of 100 below `p99`. */
export interface Latency {
  median: number;
  p99: number;
}

/** Standard deviations above the median at which 99 of 100 of a normal distribution lie below. */
const P99 = 2.326;

/** Draws latencies that are distributed log-normally, as those of networks nearly are. */
export function latencies(random: () => number, { median, p99 }: Latency): () => number {
  const sigma = Math.log(p99 / median) / P99;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp(sigma * normal);
  };
}

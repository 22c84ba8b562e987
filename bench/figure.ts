/** What a figure is to be: its ratio where something ran beside it, else the figure itself. */
export type Target = { atMost: number } | { atLeast: number };

/** One line of a benchmark's result. */
export interface Figure {
  name: string;
  unit: string;
  /** Median of the rounds. */
  ours: number;
  /** Median of what ran beside it in the same rounds; null where nothing compares. */
  beside: number | null;
  /** Median of the rounds' ratios, ours to the other. */
  ratio: number | null;
  target: Target | null;
  /** Null without a target. */
  met: boolean | null;
}

/** What ran in the same rounds, and what the ratio is to be. */
export interface Comparison {
  beside?: number[];
  target?: Target;
}

/** A figure from the rounds of one contestant, and of the other round by round. */
export function figure(name: string, unit: string, ours: number[], { beside, target }: Comparison = {}): Figure {
  const ratio = beside ? median(ours.map((value, round) => value / (beside[round] ?? Number.NaN))) : null;
  const value = ratio ?? median(ours);
  return {
    name,
    unit,
    ours: median(ours),
    beside: beside ? median(beside) : null,
    ratio,
    target: target ?? null,
    met: target ? ('atMost' in target ? value <= target.atMost : value >= target.atLeast) : null,
  };
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** The value below which that share of the values lies; between two it is interpolated. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

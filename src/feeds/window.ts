/** A text of more than this share of a feed's bytes gives way when the feed is too large. */
export const LARGE = 1 / 4;

/** An entry of a feed and the bytes that it takes in the format in which it is largest. */
export interface Sized {
  bytes: number;
  /** Whether its summary stands for its text already. */
  cut: boolean;
}

/**
 * What to do about a feed that exceeds its bytes: the largest text is cut to its summary if it is a large part of the
 * whole, else the last entry is left out. Null when all of them fit.
 */
export function relief(entries: Sized[], budget: number): { cut: number } | 'drop' | null {
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= budget || entries.length === 0) return null;
  let largest = -1;
  for (const [at, { bytes, cut }] of entries.entries())
    if (!cut && bytes > budget * LARGE && bytes > (entries[largest]?.bytes ?? 0)) largest = at;
  return largest < 0 ? 'drop' : { cut: largest };
}

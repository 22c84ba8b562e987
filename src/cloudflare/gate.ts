/** Lets through a bounded number of pieces of work at a time; the rest wait in order. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Connections that one invocation of a Worker may have open: fetch, R2 and queue operations together. */
export const MAX_CONNECTIONS = 6;

/**
 * The gate of one invocation. Make one for each: promises of one invocation must not wake another's. Work that has
 * passed must not ask to pass again.
 */
export function createGate(size = MAX_CONNECTIONS): Gate {
  let free = size;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((pass) => waiting.push(pass));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

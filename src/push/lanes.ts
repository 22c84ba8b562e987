import type { Home } from '../home.ts';

/**
 * Lets a bounded number of works run at a time, and of each origin a smaller one, so that many callbacks in one place
 * leave room for the others. Who waits has its turn in order, past those whose origin has its share.
 */
export class Lane {
  readonly #width: number;
  readonly #share: number;
  readonly #running = new Map<string, number>();
  readonly #waiting: { origin: string; go: () => void }[] = [];
  #total = 0;

  constructor(width: number, share = width) {
    this.#width = width;
    this.#share = share;
  }

  async run<T>(origin: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#waiting.push({ origin, go });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#total -= 1;
      const left = (this.#running.get(origin) ?? 1) - 1;
      if (left > 0) this.#running.set(origin, left);
      else this.#running.delete(origin);
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#total < this.#width) {
      const index = this.#waiting.findIndex(({ origin }) => (this.#running.get(origin) ?? 0) < this.#share);
      const next = index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
      if (!next) return;
      this.#total += 1;
      this.#running.set(next.origin, (this.#running.get(next.origin) ?? 0) + 1);
      next.go();
    }
  }
}

/**
 * What a home does at a time. First attempts have the fast lane and a short deadline; what may hang (retries,
 * verifications) has the slow one, so that it delays nobody. Cloudflare allows six open requests in all.
 */
export interface Lanes {
  fast: Lane;
  slow: Lane;
  slices: Lane;
}

const known = new WeakMap<Home, Lanes>();

export function lanes(home: Home): Lanes {
  let found = known.get(home);
  if (!found) {
    found =
      home.name === 'node'
        ? { fast: new Lane(256, 64), slow: new Lane(128, 16), slices: new Lane(4) }
        : { fast: new Lane(4), slow: new Lane(2), slices: new Lane(2) };
    known.set(home, found);
  }
  return found;
}

/** Does a work for each item, so many at a time, in order. */
export async function inTurn<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const item = items[next] as T;
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

import { LIMITS } from './assumed.ts';

/** The most that any invocation has used. */
export type Most = Record<'queries' | 'fetches' | 'operations' | 'connections', number>;

/** What an invocation has used of what it may. */
export class Invocation {
  queries = 0;
  fetches = 0;
  operations = 0;
  #open = 0;
  readonly #most: Most;

  /** @param most what any invocation has used at most, kept up to date */
  constructor(most: Most) {
    this.#most = most;
  }

  count(what: 'queries' | 'fetches' | 'operations', by = 1): void {
    this[what] += by;
    this.#most[what] = Math.max(this.#most[what], this[what]);
    if (this[what] > LIMITS[what])
      throw new Error(`${this[what]} ${what} in an invocation: ${LIMITS[what]} are allowed.`);
  }

  /** Counts a connection until its answer is there. */
  async connected<T>(work: () => Promise<T>): Promise<T> {
    this.#open += 1;
    this.#most.connections = Math.max(this.#most.connections, this.#open);
    if (this.#open > LIMITS.connections) throw new Error(`${this.#open} connections at once.`);
    try {
      return await work();
    } finally {
      this.#open -= 1;
    }
  }
}

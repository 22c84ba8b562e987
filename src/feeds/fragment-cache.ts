import type { Format } from './entry.ts';

/** Fragments of an entry by format. */
export type Fragments = Record<Format, string>;

/** Characters that are kept; what is left out is read from the database again. */
const MAX_CHARACTERS = 16_000_000;

/** Fragments that this pass has seen last, so that an entry in ten feeds is read once. */
export class FragmentCache {
  readonly #kept = new Map<string, Fragments>();
  #characters = 0;

  get(key: string): Fragments | undefined {
    const fragments = this.#kept.get(key);
    if (fragments) {
      this.#kept.delete(key);
      this.#kept.set(key, fragments);
    }
    return fragments;
  }

  set(key: string, fragments: Fragments): void {
    this.#drop(key);
    this.#kept.set(key, fragments);
    this.#characters += sizeOf(fragments);
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= MAX_CHARACTERS) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const fragments = this.#kept.get(key);
    if (!fragments) return;
    this.#kept.delete(key);
    this.#characters -= sizeOf(fragments);
  }
}

const sizeOf = ({ rss, atom, json }: Fragments) => rss.length + atom.length + json.length;

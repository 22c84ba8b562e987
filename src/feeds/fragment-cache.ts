import type { Fragment } from './documents.ts';
import { FORMATS, type Format } from './entry.ts';

/** Fragments of an entry by format. */
export type Fragments = Record<Format, Fragment>;

/** Bytes that are kept; what is left out is read from the database again. */
const MAX_BYTES = 20_000_000;

/** Fragments that this pass has seen last, so that an entry in ten feeds is read once. */
export class FragmentCache {
  readonly #kept = new Map<string, Fragments>();
  #bytes = 0;

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
    this.#bytes += sizeOf(fragments);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const fragments = this.#kept.get(key);
    if (!fragments) return;
    this.#kept.delete(key);
    this.#bytes -= sizeOf(fragments);
  }
}

const sizeOf = (of: Fragments) => FORMATS.reduce((sum, format) => sum + of[format].bytes.byteLength, 0);

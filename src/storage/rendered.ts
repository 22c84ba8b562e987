import type { Home } from '../home.ts';
import type { Coding } from './codings.ts';

/** A public text as bytes, with its coded forms as far as somebody asked for them. */
export interface Rendered {
  bytes: Uint8Array;
  /** SHA-256 of the bytes in hex. */
  hash: string;
  coded: Map<Coding, Uint8Array>;
  /** Headers that belong to it. */
  headers: Record<string, string>;
}

/** What pages and lists are made of, as a text that is another one when it may have changed; null while a run changes it. */
export async function publishedVersion({ db }: Pick<Home, 'db'>): Promise<string | null> {
  const row = await db
    .prepare(
      `SELECT (SELECT id FROM runs ORDER BY started_at DESC, id DESC LIMIT 1) AS run,
         (SELECT max(seq) FROM events) AS event,
         EXISTS (SELECT 1 FROM runs WHERE state IN ('queued', 'running')) AS busy`,
    )
    .first<{ run: string | null; event: number | null; busy: number }>();
  return row && !row.busy ? `${row.run} ${row.event}` : null;
}

/** Bytes that an entry takes beside its text, roughly. */
const ENTRY_BYTES = 1_000;

/** Pages and lists in memory, each for the version that it was made from. */
export class RenderedCache {
  readonly #kept = new Map<string, { version: string; rendered: Rendered }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = 16_000_000) {
    this.#maxBytes = maxBytes;
  }

  get(key: string, version: string): Rendered | null {
    const kept = this.#kept.get(key);
    return kept?.version === version ? kept.rendered : null;
  }

  /** The first that came goes first. */
  set(key: string, version: string, rendered: Rendered): void {
    this.#drop(key);
    this.#kept.set(key, { version, rendered });
    this.#bytes += sizeOf(rendered);
    for (const first of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(first);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    this.#kept.delete(key);
    this.#bytes -= sizeOf(kept.rendered);
  }
}

/** With the text its coded forms, which are smaller: whoever asks for one asks for no other, mostly. */
const sizeOf = ({ bytes }: Rendered) => 2 * bytes.byteLength + ENTRY_BYTES;

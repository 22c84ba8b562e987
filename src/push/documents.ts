import type { Home } from '../home.ts';

/** What is sent: the topic's exact bytes as they are now. */
export interface Body {
  /** The document's address. */
  topic: string;
  /** What the fan-out wants when these are the bytes; rises with each change. */
  version: number;
  contentType: string;
  /** SHA-256 of the bytes. */
  hash: string;
  bytes: Uint8Array;
}

/** Bytes of bodies that are kept between the slices of a pass. */
const KEPT_BYTES = 16_000_000;
/** The bytes of a head may be cleared away between two reads, for a newer head; so often is that head read then. */
const READS = 3;

const kept = new Map<string, Uint8Array>();
let keptBytes = 0;

/** The newest body of a topic, or null when there is no such document any more. Throws when its bytes are missing. */
export async function newestBody(home: Home, topic: string): Promise<Body | null> {
  for (let read = 1; ; read += 1) {
    // One statement: a version that is newer than its bytes would be taken for delivered.
    const head = await home.db
      .prepare(
        `SELECT d.blob, d.content_type, max(d.version, coalesce(f.wanted, 0)) AS version
         FROM documents d LEFT JOIN fanouts f ON f.topic = d.address WHERE d.address = ?`,
      )
      .bind(topic)
      .first<{ blob: string; content_type: string; version: number }>();
    if (!head) return null;
    const bytes = kept.get(head.blob) ?? (await home.blobs.get(head.blob));
    if (bytes) {
      keep(head.blob, bytes);
      return { topic, version: head.version, contentType: head.content_type, hash: head.blob, bytes };
    }
    if (read === READS) throw new Error(`The body of ${topic} is missing: there is no blob ${head.blob}.`);
  }
}

function keep(hash: string, bytes: Uint8Array): void {
  if (!kept.delete(hash)) keptBytes += bytes.byteLength;
  kept.set(hash, bytes);
  for (const [oldest, { byteLength }] of kept) {
    if (keptBytes <= KEPT_BYTES) return;
    kept.delete(oldest);
    keptBytes -= byteLength;
  }
}

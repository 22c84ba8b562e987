import type { Format } from '../feeds/entry.ts';
import type { Home } from '../home.ts';

/** What is sent: the topic's exact bytes as they are now. */
export interface Body {
  /** The document's address. */
  topic: string;
  /** What the fan-out wants when these are the bytes; rises with each change. */
  version: number;
  /** The document's own version. Lower where the document began anew and counts from 1 again. */
  documentVersion: number;
  format: Format;
  contentType: string;
  /** SHA-256 of the bytes. */
  hash: string;
  bytes: Uint8Array;
}

/** Bytes of bodies that are kept between the slices of a pass. */
const KEPT_BYTES = 16_000_000;
/** The bytes of a head may be cleared away between two reads, for a newer head; so often is that head read then. */
const READS = 3;

const kept = new WeakMap<Home, Map<string, Body>>();

/**
 * The newest body of a topic, the same object as long as nothing changes; null when there is no such document any more.
 * Throws when its bytes are missing.
 */
export async function newestBody(home: Home, topic: string): Promise<Body | null> {
  const bodies = kept.get(home) ?? new Map<string, Body>();
  kept.set(home, bodies);
  for (let times = 1; ; times += 1) {
    // One statement: a version that is newer than its bytes would be taken for delivered.
    const row = await home.db
      .prepare(
        `SELECT d.blob AS hash, d.content_type AS contentType, d.format, d.version AS documentVersion,
           max(d.version, coalesce(f.wanted, 0)) AS version, coalesce(f.pass, 0) AS settled
         FROM documents d LEFT JOIN fanouts f ON f.topic = d.address WHERE d.address = ?`,
      )
      .bind(topic)
      .first<Omit<Body, 'topic' | 'bytes'> & { settled: number }>();
    const old = bodies.get(topic);
    bodies.delete(topic);
    if (!row) return null;
    const { settled, ...head } = row;
    const bytes = old?.hash === head.hash ? old.bytes : await read(home, head.hash);
    if (bytes) {
      // Another slice may have come back from the same read before this one.
      const same = [old, bodies.get(topic)].find((body) => body?.hash === head.hash && body.version === head.version);
      const body = same ?? { topic, ...head, bytes };
      bodies.set(topic, body);
      trim(bodies);
      // A pass begins with a settled version; what was committed since then is not to be told before it is one too.
      if (body.version > settled) await home.freshness.settle(topic, body.version);
      return body;
    }
    if (times === READS) throw new Error(`The body of ${topic} is missing: there is no blob ${head.hash}.`);
  }
}

const reads = new WeakMap<Home, Map<string, Promise<Uint8Array | null>>>();

/** One read for all slices that begin together, which therefore have the same bytes in hand. */
function read(home: Home, hash: string): Promise<Uint8Array | null> {
  const underWay = reads.get(home) ?? new Map<string, Promise<Uint8Array | null>>();
  reads.set(home, underWay);
  const reading = underWay.get(hash) ?? home.blobs.get(hash).finally(() => underWay.delete(hash));
  underWay.set(hash, reading);
  return reading;
}

/** Lets go of those that were not sent for longest. */
function trim(bodies: Map<string, Body>): void {
  let size = [...bodies.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  for (const [topic, { bytes }] of bodies) {
    if (size <= KEPT_BYTES) return;
    bodies.delete(topic);
    size -= bytes.byteLength;
  }
}

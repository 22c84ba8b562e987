import type { Home } from '../home.ts';
import type { DocumentHead } from './documents.ts';
import type { Database } from './ports.ts';
import { forRows } from './rows.ts';

/** Content codings in which bodies are kept, the one that is preferred among equals first (RFC 9110 section 8.4.1). */
export const CODINGS = ['br', 'zstd', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/**
 * How hard each home compresses; the same in both, so that they give the same bytes. gzip, which most fetchers of feeds
 * ask for: half the work of zlib's own 6, and a few per cent larger. Brotli's 5 is a hundredth of the work of its
 * highest, for an eighth more bytes.
 */
export const LEVELS = { gzip: 4, br: 5 } as const;

/**
 * Brotli's window in bits, which is no larger than a body needs: the encoder has a buffer of twice that, 8 MB for brotli's
 * own 22. Below 18 it would look for repetitions in another way.
 */
export const brotliWindow = (size: number) => Math.min(Math.max(Math.ceil(Math.log2(size)), 18), 22);

/** A body so coded. */
export interface CodedBlob {
  /** SHA-256 of the coded bytes in hex. */
  blob: string;
  /** Bytes. */
  size: number;
}

/** The coded forms of a body, by coding; one that would save nothing is left out. */
export type Codings = Partial<Record<Coding, CodedBlob>>;

/** A body of fewer bytes fits into one packet anyway. */
const SMALL = 500;

/** Whether a body is not worth any coding. */
export const isSmall = (body: Uint8Array) => body.byteLength < SMALL;

/** Writes a body's coded forms as blobs. */
export async function storeCodings(home: Home, body: Uint8Array): Promise<Codings> {
  const codings: Codings = {};
  const keep = async (coding: Coding) => {
    const bytes = await home.compress(coding, body);
    if (bytes.byteLength >= body.byteLength) return;
    const hash = home.sha256(bytes);
    await home.blobs.put(hash, bytes);
    codings[coding] = { blob: hash, size: bytes.byteLength };
  };
  if (!isSmall(body)) await Promise.all(CODINGS.map(keep));
  return codings;
}

/**
 * Makes the codings of documents that were committed without them. Compressing takes longer than all else about a change,
 * and nobody who was told of it is to wait for that. What one partner alone reads is compressed when it is asked for.
 *
 * @returns how many were looked at; none is left when they are fewer than the limit
 */
export async function codeDocuments(home: Home, limit: number): Promise<number> {
  const uncoded = await home.db
    .prepare(
      `SELECT address, version, blob FROM documents
       WHERE coded = 0 AND (address < '/partners/' OR address >= '/partners0') ORDER BY address LIMIT ?`,
    )
    .bind(limit)
    .all<Uncoded & { [column: string]: string | number }>();
  await code(home, uncoded);
  return uncoded.length;
}

/** What is being coded, by the database it is of: at the edge no request may wait for what another one began. */
const underWay = new WeakMap<Database, Map<string, Promise<void>>>();

/** The same for whoever asks before it was done: all who ask meanwhile wait for one. */
export async function codeAtOnce(home: Home, head: Uncoded): Promise<void> {
  const mine = underWay.get(home.db) ?? new Map<string, Promise<void>>();
  underWay.set(home.db, mine);
  const key = `${head.address} ${head.version}`;
  const coding = mine.get(key) ?? code(home, [head]).finally(() => mine.delete(key));
  mine.set(key, coding);
  await coding;
}

/** A document that is as yet compressed in no way. */
type Uncoded = Pick<DocumentHead, 'address' | 'version' | 'blob'>;

/** Makes the codings of some documents, as long as they are the versions that are meant. */
async function code(home: Home, uncoded: Uncoded[]): Promise<void> {
  if (uncoded.length === 0) return;
  const codeOne = async ({ address, version, blob }: Uncoded) => {
    const body = await home.blobs.get(blob);
    const codings = body ? await storeCodings(home, body) : {};
    return { address, version, codings, tags: [blob, ...Object.values(codings).map((coded) => coded.blob)] };
  };
  const rows = [];
  // One by one: each coding under way has megabytes of its own.
  for (const one of uncoded) rows.push(await codeOne(one));
  await home.db.batch([
    ...forRows(
      home.db,
      `UPDATE documents SET codings = j.value -> 'codings', coded = 1 FROM json_each(?1) AS j
       WHERE documents.address = j.value ->> 'address' AND documents.version = j.value ->> 'version'`,
      rows,
    ),
    ...forRows(
      home.db,
      `UPDATE document_versions SET tags = j.value -> 'tags' FROM json_each(?1) AS j
       WHERE document_versions.address = j.value ->> 'address' AND document_versions.version = j.value ->> 'version'`,
      rows,
    ),
  ]);
  home.documentCache?.replaced(rows.map(({ address }) => address));
}

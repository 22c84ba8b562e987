import type { Home } from '../home.ts';

/** Content codings in which bodies are kept, the one that is preferred among equals first (RFC 9110 section 8.4.1). */
export const CODINGS = ['br', 'zstd', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/**
 * How hard each home compresses; the same in both, so that they give the same bytes. gzip, which most fetchers of feeds
 * ask for: half the work of zlib's own 6, and a few per cent larger. Brotli's 5 is a hundredth of the work of its
 * highest, for an eighth more bytes.
 */
export const LEVELS = { gzip: 4, br: 5 } as const;

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

/** Writes a body and its coded forms as blobs. */
export async function storeBody(home: Home, blob: string, body: Uint8Array): Promise<Codings> {
  const codings: Codings = {};
  const keep = async (coding: Coding) => {
    const bytes = await home.compress(coding, body);
    if (bytes.byteLength >= body.byteLength) return;
    const hash = home.sha256(bytes);
    await home.blobs.put(hash, bytes);
    codings[coding] = { blob: hash, size: bytes.byteLength };
  };
  const wanted = body.byteLength < SMALL ? [] : CODINGS;
  await Promise.all([home.blobs.put(blob, body), ...wanted.map(keep)]);
  return codings;
}

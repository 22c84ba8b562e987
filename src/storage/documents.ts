import type { Format } from '../feeds/entry.ts';
import type { Home } from '../home.ts';

/** What the database knows of a stored document; its body is the blob of that hash. */
export interface DocumentHead {
  /** Path below the server's address, percent-encoded: `/tag/bus/rss.xml`. */
  address: string;
  feed: string;
  format: Format;
  /** Rises by one with each change. */
  version: number;
  /** SHA-256 of the body in hex. */
  blob: string;
  /** Bytes. */
  size: number;
  content_type: string;
  /** ISO 8601, whole seconds, later than that of the version before. */
  last_modified: string;
}

/** A document with its bytes. */
export interface StoredDocument {
  head: DocumentHead;
  body: Uint8Array;
}

const COLUMNS = 'address, feed, format, version, blob, size, content_type, last_modified';

/** The documents of a feed as they are stored now. */
export async function documentsOfFeed(home: Home, feed: string): Promise<DocumentHead[]> {
  return home.db.prepare(`SELECT ${COLUMNS} FROM documents WHERE feed = ?`).bind(feed).all<DocumentHead>();
}

/** The head of the document at an address, or null when there is none. */
export async function documentHead(home: Home, address: string): Promise<DocumentHead | null> {
  return home.db.prepare(`SELECT ${COLUMNS} FROM documents WHERE address = ?`).bind(address).first<DocumentHead>();
}

/** The document at an address as it is now, from memory where a home keeps one. */
export async function readDocument(home: Home, address: string): Promise<StoredDocument | null> {
  const kept = home.documentCache?.get(address);
  if (kept) return kept;
  const generation = home.documentCache?.generation;
  // A head may be replaced and its old blob collected between the two reads; the second look finds the new one.
  for (let look = 0; look < 2; look++) {
    const head = await documentHead(home, address);
    if (!head) return null;
    const body = await home.blobs.get(head.blob);
    if (!body) continue;
    const document = { head, body };
    if (generation !== undefined) home.documentCache?.set(document, generation);
    return document;
  }
  return null;
}

/** Documents in memory, replaced at commit. For a home where one process makes every commit. */
export class DocumentCache {
  /** Rises with each commit, so that a read begun before it is not kept after it. */
  generation = 0;
  readonly #documents = new Map<string, StoredDocument>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = 64_000_000) {
    this.#maxBytes = maxBytes;
  }

  get(address: string): StoredDocument | undefined {
    return this.#documents.get(address);
  }

  set(document: StoredDocument, generation: number): void {
    if (generation !== this.generation || document.body.byteLength > this.#maxBytes) return;
    this.drop([document.head.address]);
    this.#documents.set(document.head.address, document);
    this.#bytes += document.body.byteLength;
    for (const [address] of this.#documents) {
      if (this.#bytes <= this.#maxBytes) break;
      this.drop([address]);
    }
  }

  /** Forgets documents that a commit replaced. */
  replaced(addresses: string[]): void {
    this.generation++;
    this.drop(addresses);
  }

  private drop(addresses: string[]): void {
    for (const address of addresses) {
      const document = this.#documents.get(address);
      if (!document) continue;
      this.#documents.delete(address);
      this.#bytes -= document.body.byteLength;
    }
  }
}

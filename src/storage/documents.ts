import type { Format } from '../feeds/entry.ts';
import type { Home } from '../home.ts';
import type { Coding, Codings } from './codings.ts';
import type { Statement } from './ports.ts';
import { forRows } from './rows.ts';

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
  /** Its body in other codings. */
  codings: Codings;
  /** Whether these were made: a new version is committed before, and goes out plain until then. */
  coded: boolean;
  content_type: string;
  /** ISO 8601, whole seconds, later than that of the version before. */
  last_modified: string;
  /** Its bytes never change again: a closed archive. */
  immutable: boolean;
  /** Its feed has no article any more. */
  gone: boolean;
}

/** Whether a document is only for the partner whose key was proved. */
export function isPrivate({ feed }: Pick<DocumentHead, 'feed'>): boolean {
  return /^(?:archives )?partners\//.test(feed);
}

/** As the database has it. */
type HeadRow = Omit<DocumentHead, 'codings' | 'coded' | 'immutable' | 'gone'> & {
  codings: string;
  coded: number;
  immutable: number;
  gone: number;
};

const COLUMNS =
  'address, feed, format, version, blob, size, codings, coded, content_type, last_modified, immutable, gone';

const headOf = (row: HeadRow): DocumentHead => ({
  ...row,
  codings: JSON.parse(row.codings) as Codings,
  coded: row.coded === 1,
  immutable: row.immutable === 1,
  gone: row.gone === 1,
});

/** The documents of feeds as they are stored now. */
export async function documentsOfFeeds(home: Home, feeds: { key: string }[]): Promise<DocumentHead[]> {
  const rows = await home.db
    .prepare(`SELECT ${COLUMNS} FROM documents WHERE feed IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(feeds.map(({ key }) => key)))
    .all<HeadRow & { [column: string]: string | number }>();
  return rows.map(headOf);
}

/** The head of the document at an address, from memory where a home keeps one; null when there is none. */
export async function documentHead(home: Home, address: string): Promise<DocumentHead | null> {
  const { documentCache: cache } = home;
  const kept = cache?.head(address);
  if (kept) return kept;
  const generation = cache?.generation;
  const near = (await home.sharedHeads?.get(address)) ?? null;
  if (near && cache?.takes(near.readAt)) {
    cache.keep(near.head, generation ?? 0, near.readAt);
    return near.head;
  }
  const readAt = home.now();
  const row = await home.db
    .prepare(`SELECT ${COLUMNS} FROM documents WHERE address = ?`)
    .bind(address)
    .first<HeadRow & { [column: string]: string | number }>();
  if (!row) return null;
  const head = headOf(row);
  if (generation !== undefined) cache?.keep(head, generation, readAt);
  if (!isPrivate(head)) home.sharedHeads?.put(head, readAt);
  return head;
}

/** The bytes of a document, plain or coded; null when they were collected, since a newer version has long replaced them. */
export async function documentBody(home: Home, head: DocumentHead, coding: Coding | null): Promise<Uint8Array | null> {
  const blob = coding === null ? head.blob : head.codings[coding]?.blob;
  if (blob === undefined) return null;
  const kept = home.documentCache?.body(head, coding);
  if (kept) return kept;
  const bytes = await home.blobs.get(blob);
  if (bytes) home.documentCache?.keepBody(head, coding, bytes);
  return bytes;
}

/** Statements that store heads and retire the bodies that they replace, for the batch that commits them. */
export function documentStatements(home: Home, written: DocumentHead[], retired: DocumentHead[]): Statement[] {
  return [
    ...forRows(
      home.db,
      `INSERT INTO documents (${COLUMNS})
       SELECT value ->> 'address', value ->> 'feed', value ->> 'format', value ->> 'version', value ->> 'blob',
              value ->> 'size', value -> 'codings', value ->> 'coded', value ->> 'content_type',
              value ->> 'last_modified', value ->> 'immutable', value ->> 'gone'
       FROM json_each(?1) WHERE true
       ON CONFLICT (address) DO UPDATE SET version = excluded.version, blob = excluded.blob, size = excluded.size,
         codings = excluded.codings, coded = excluded.coded, content_type = excluded.content_type,
         last_modified = excluded.last_modified, immutable = excluded.immutable, gone = excluded.gone`,
      written,
    ),
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO retired_blobs (hash, body, since)
       SELECT value ->> 'hash', value ->> 'body', ?2 FROM json_each(?1)`,
      retired.flatMap(({ blob, codings }) => [
        { hash: blob, body: blob },
        ...Object.values(codings).map((coded) => ({ hash: coded.blob, body: blob })),
      ]),
      home.now(),
    ),
  ];
}

/** A head with those of its bodies that were asked for. */
interface KeptDocument {
  head: DocumentHead;
  bodies: Map<Coding | null, Uint8Array>;
  /** When the database was asked for the head, in epoch milliseconds, and whether somebody asks it again. */
  readAt: number;
  isAsked: boolean;
}

/** Heads that processes near each other hand on, so that one of them asks the database for all. */
export interface SharedHeads {
  /** The head that one of them read last, and when, in epoch milliseconds; null when there is none. */
  get(address: string): Promise<{ head: DocumentHead; readAt: number } | null>;
  /** Hands on what was read at `readAt`, while the answer goes its way. */
  put(head: DocumentHead, readAt: number): void;
}

/** How long a head is given out without asking: until `freshMs` by all, until `lastMs` by those who do not ask anew. */
export interface HeadLifetime {
  freshMs: number;
  lastMs: number;
  now: () => number;
}

/**
 * Documents in memory, replaced at commit. Where one process makes every commit that is all; one of many processes gives
 * a head out for a lifetime, in which a thousand readers cost one question a second.
 */
export class DocumentCache {
  /** Rises with each commit, so that a read begun before it is not kept after it. */
  generation = 0;
  readonly #documents = new Map<string, KeptDocument>();
  readonly #maxBytes: number;
  readonly #lifetime: HeadLifetime | null;
  #bytes = 0;
  /** When this process committed last: what others read before that is older. */
  #replacedAt = 0;

  constructor({ maxBytes = 64_000_000, lifetime = null }: { maxBytes?: number; lifetime?: HeadLifetime | null } = {}) {
    this.#maxBytes = maxBytes;
    this.#lifetime = lifetime;
  }

  /** Whether others commit without this process hearing of it. */
  get isOneOfMany(): boolean {
    return this.#lifetime !== null;
  }

  head(address: string): DocumentHead | undefined {
    const kept = this.#documents.get(address);
    if (!kept || this.#lifetime === null) return kept?.head;
    const { freshMs, lastMs, now } = this.#lifetime;
    const age = now() - kept.readAt;
    if (age < freshMs || (age < lastMs && kept.isAsked)) return kept.head;
    kept.isAsked = true;
    return undefined;
  }

  /** Whether a head that another process read at `readAt` may be given out here, as one that was read here then. */
  takes(readAt: number): boolean {
    if (this.#lifetime === null) return false;
    const age = this.#lifetime.now() - readAt;
    return age >= 0 && age < this.#lifetime.freshMs && readAt > this.#replacedAt;
  }

  body(head: DocumentHead, coding: Coding | null): Uint8Array | undefined {
    const kept = this.#documents.get(head.address);
    return kept?.head.blob === head.blob ? kept.bodies.get(coding) : undefined;
  }

  /** @param readAt when the database was asked for it, in epoch milliseconds; what is older than what is kept is not kept */
  keep(head: DocumentHead, generation: number, readAt = 0): void {
    if (generation !== this.generation) return;
    const kept = this.#documents.get(head.address);
    if (kept && readAt < kept.readAt) return;
    if (kept && isSame(kept.head, head)) {
      kept.readAt = readAt;
      kept.isAsked = false;
      return;
    }
    this.drop(head.address);
    this.#documents.set(head.address, { head, bodies: new Map(), readAt, isAsked: false });
    this.#bytes += HEAD_BYTES;
    this.#trim();
  }

  keepBody(head: DocumentHead, coding: Coding | null, bytes: Uint8Array): void {
    const kept = this.#documents.get(head.address);
    if (kept?.head.blob !== head.blob || kept.bodies.has(coding) || bytes.byteLength > this.#maxBytes) return;
    kept.bodies.set(coding, bytes);
    this.#bytes += bytes.byteLength;
    this.#trim();
  }

  /** Forgets everything: another state has taken the place of the one that it was read from. */
  clear(): void {
    this.#committed();
    this.#documents.clear();
    this.#bytes = 0;
  }

  /** Forgets documents that a commit replaced. */
  replaced(addresses: string[]): void {
    this.#committed();
    for (const address of addresses) this.drop(address);
  }

  #committed(): void {
    this.generation++;
    this.#replacedAt = this.#lifetime?.now() ?? 0;
  }

  private drop(address: string): void {
    const kept = this.#documents.get(address);
    if (!kept) return;
    this.#documents.delete(address);
    this.#bytes -= HEAD_BYTES;
    for (const body of kept.bodies.values()) this.#bytes -= body.byteLength;
  }

  /** The first that came goes first. */
  #trim(): void {
    for (const [address] of this.#documents) {
      if (this.#bytes <= this.#maxBytes) break;
      this.drop(address);
    }
  }
}

const isSame = (one: DocumentHead, other: DocumentHead) => JSON.stringify(one) === JSON.stringify(other);

/** What a head may take in memory, roughly. */
const HEAD_BYTES = 2_000;

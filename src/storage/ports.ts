/**
 * What the core asks of the home it runs in. The shapes are those of the Workers bindings, so that Cloudflare can give
 * them nearly as they are; Node answers with SQLite and the file system.
 */

/** A value that can be bound to a statement or come back from one. BLOBs are always `Uint8Array`, in both homes. */
export type SqlValue = string | number | null | Uint8Array;

/** A row as the database returns it. */
export type Row = Record<string, SqlValue>;

/** What a statement did. `changes` counts the rows written. */
export interface SqlResult<T = Row> {
  results: T[];
  changes: number;
}

/** A prepared statement, as in D1: `bind` gives a new one, the rest run it. */
export interface Statement {
  bind(...values: (SqlValue | boolean | undefined)[]): Statement;
  all<T = Row>(): Promise<T[]>;
  first<T = Row>(): Promise<T | null>;
  run(): Promise<{ changes: number }>;
}

/**
 * D1's shape. A batch is one transaction: all of it, or an error and nothing of it. At most 100 parameters a
 * statement and 2 MB a row.
 */
export interface Database {
  prepare(sql: string): Statement;
  batch<T = Row>(statements: Statement[]): Promise<SqlResult<T>[]>;
}

/** Nothing can be written now, and nothing was: the disk is full, or another program holds the database. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable';
}

/** Immutable bodies by the hash of their content. */
export interface Blobs {
  /** Writing the same hash twice is harmless. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  get(hash: string): Promise<Uint8Array | null>;
  has(hash: string): Promise<boolean>;
  delete(hashes: string[]): Promise<void>;
  /** Hashes in order, a page at a time. */
  list(options?: { cursor?: string; limit?: number }): Promise<{ hashes: string[]; cursor: string | null }>;
}

/** What stands between a commit and those who fetch. */
export interface Freshness {
  /**
   * Resolves when nobody who fetches this document, from anywhere, gets a version before this one, which is committed: caches
   * were purged, or what they may still hold has lapsed. Nobody is told of the version before.
   */
  settle(address: string, version: number): Promise<void>;
}

/** A message only wakes the consumer: a `type` and what is needed to find the row that holds the work. */
export interface Message {
  type: string;
  [key: string]: string | number | boolean | null;
}

/** At least once, in no order; what a home may lose, the outbox sends again. */
export interface Queue {
  send(message: Message, options?: { delaySeconds?: number }): Promise<void>;
  /** Any number: the port splits it as its home wants. */
  sendBatch(messages: Message[], options?: { delaySeconds?: number }): Promise<void>;
}

/** A message as the consumer gets it. */
export interface Delivered {
  readonly id: string;
  readonly body: Message;
  /** From 1. */
  readonly attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
}

/** A file of the content folder or bucket. */
export interface SourceFile {
  /** Below the folder, separated by `/`. */
  path: string;
  /** Opaque; differs when the bytes may have changed. */
  tag: string;
  /** Bytes. */
  size: number;
}

/** Where article files are. */
export interface ArticleSource {
  /** Files in the order of their path's code points, a page at a time. Throws {@link SourceUnavailable} when there is no folder. */
  list(options?: {
    cursor?: string | undefined;
    limit?: number;
  }): Promise<{ files: SourceFile[]; cursor: string | null }>;
  /** One file's entry without its bytes; null when it is gone. */
  head(path: string): Promise<SourceFile | null>;
  get(path: string): Promise<{ file: SourceFile; bytes: Uint8Array } | null>;
  put(path: string, bytes: Uint8Array): Promise<SourceFile>;
  /**
   * Puts only where the file still has that tag, or with null where there is still none; nobody else's write comes
   * between. Gives null, and has written nothing, where it is another one.
   */
  putIf(path: string, bytes: Uint8Array, tag: string | null): Promise<SourceFile | null>;
  delete(path: string): Promise<boolean>;
}

/** The folder or bucket cannot be reached: nothing is concluded from what is not seen. */
export class SourceUnavailable extends Error {
  override name = 'SourceUnavailable';
}

/** One outbound request through the guard. Redirects are never followed. */
export interface OutboundRequest {
  url: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  /** Milliseconds until the answer's head and the read part of its body are there. */
  timeoutMs: number;
  /** Bytes of the answer's body that are read; the rest is dropped. 0 waits for its head alone. Default 4,096. */
  maxBytes?: number;
}

/** What came back. `truncated` when there was more than `maxBytes`. */
export interface OutboundResponse {
  status: number;
  headers: Headers;
  body: Uint8Array;
  truncated: boolean;
}

/** Why an outbound request got no answer. `refused` is the guard's word and is final. */
export type OutboundFailure = 'refused' | 'timeout' | 'dns' | 'connection' | 'tls' | 'protocol';

/** Thrown by {@link Outbound}; the message names the host, never a secret or a query. */
export class OutboundError extends Error {
  override name = 'OutboundError';
  readonly reason: OutboundFailure;
  constructor(reason: OutboundFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The one way out. */
export type Outbound = (request: OutboundRequest) => Promise<OutboundResponse>;

/** What is downloaded as it comes. `close` ends it, also before it was read to its end. */
export interface Download {
  status: number;
  headers: Headers;
  body: ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

/**
 * The way out for what is too large to be held: the same guard as {@link Outbound}, and a body that is read by whoever
 * asked. Redirects are never followed. Throws {@link OutboundError}, also from the body.
 */
export type Downloader = (request: Pick<OutboundRequest, 'url' | 'headers' | 'timeoutMs'>) => Promise<Download>;

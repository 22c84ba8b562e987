import type { Config, HmacMethod } from './config/schema.ts';
import type { Coding } from './storage/codings.ts';
import type { DocumentCache, SharedHeads } from './storage/documents.ts';
import type { Fetches } from './storage/fetches.ts';
import type { ArticleSource, Blobs, Database, Downloader, Freshness, Outbound, Queue } from './storage/ports.ts';
import type { Rates } from './storage/rates.ts';
import type { RenderedCache } from './storage/rendered.ts';

/** What a line of the log says: an event's name and plain facts. Never a secret. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/**
 * Everything the core needs from where it runs: Node (`node/home.ts`) and Cloudflare (`cloudflare/home.ts`) each make
 * one. The core imports no runtime of its own.
 */
export interface Home {
  readonly name: 'node' | 'workers';
  readonly config: Config;
  /** Public address of this server, without a slash at the end. */
  readonly url: string;
  readonly adminToken: string;
  readonly db: Database;
  readonly blobs: Blobs;
  readonly queue: Queue;
  readonly source: ArticleSource;
  readonly request: Outbound;
  /** The way out for what is too large to be held. */
  readonly download: Downloader;
  /** CIDRs that outbound requests may reach though private. */
  readonly allowPrivate: string[];
  /** CIDRs of proxies whose word for the client's address counts. */
  readonly trustProxy: string[];
  /** The address that a request came from, as the home itself knows it; null when it does not. `env` is Hono's. */
  readonly peerAddress: (request: Request, env: unknown) => string | null;
  /** How often somebody came. */
  readonly rates: Rates;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** SHA-256 in lower-case hex, at once: the hash of every id, blob and fragment. */
  readonly sha256: (data: string | Uint8Array) => string;
  /** The HMAC of some bytes in lower-case hex, at once. */
  readonly hmac: (method: HmacMethod, secret: string, bytes: Uint8Array) => string;
  /**
   * Told that {@link hmac} will be asked for so many HMACs of one body. Where there is another thread it makes what it can
   * meanwhile; what comes is the same, as long as those bytes do not change.
   *
   * @returns to be called when no more of them are asked for
   */
  readonly hmacsAhead: (method: HmacMethod, secrets: string[], bytes: Uint8Array) => () => void;
  /** A body in a content coding, made off the main thread where there is another. */
  readonly compress: (coding: Coding, bytes: Uint8Array) => Promise<Uint8Array>;
  /** The text of a page of the documentation by its path, `hub.md`; null when there is none. */
  readonly docs: (path: string) => Promise<string | null>;
  readonly log: Log;
  /** Steps of a regeneration that one invocation may do: a Worker's are bounded, a process has no bound. */
  readonly stepsPerInvocation: number;
  /** What has to pass before somebody is told of a version. */
  readonly freshness: Freshness;
  /** Documents kept in memory: for good where this process makes every commit, else for a lifetime. */
  readonly documentCache: DocumentCache | null;
  /** What processes near this one have read of documents; null where there is no other. */
  readonly sharedHeads: SharedHeads | null;
  /** Pages and lists that were made already. */
  readonly renderedCache: RenderedCache;
  /** Counts who fetches what. */
  readonly fetches: Fetches;
  /** Told when a regeneration has ended: what becomes due next may be sooner. */
  readonly onRunEnd: () => void;
  /** Lets work outlive the answer that started it (`ctx.waitUntil`); on Node the process waits for it before it ends. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What wrangler.toml binds, and the variables and secrets beside it. */
export interface Env {
  DB: D1Database;
  CONTENT: R2Bucket;
  BLOBS: R2Bucket;
  QUEUE: Queue<unknown>;
  /** The documentation's files. */
  DOCS?: Fetcher;
  /** Public address, without a slash at the end. */
  TIDINGS_URL: string;
  /** A secret. */
  TIDINGS_ADMIN_TOKEN?: string;
  /** `json` or `silent`. */
  TIDINGS_LOG?: string;
  /** Comma-separated CIDRs that outbound requests may reach though private. */
  TIDINGS_ALLOW_PRIVATE?: string;
  /** Comma-separated CIDRs of proxies before Cloudflare whose word for the client's address counts. */
  TIDINGS_TRUST_PROXY?: string;
  /** `strict`: fail where Cloudflare would and workerd does not. */
  TIDINGS_LIMITS?: string;
}

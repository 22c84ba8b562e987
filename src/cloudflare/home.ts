import { createHash, createHmac } from 'node:crypto';
import { type Config, resolveConfig } from '../config/config.ts';
import type { Home } from '../home.ts';
import { createLog } from '../log.ts';
import { parseCidrs } from '../push/guard.ts';
import { DocumentCache } from '../storage/documents.ts';
import { Fetches } from '../storage/fetches.ts';
import { createDatabaseRates } from '../storage/rates.ts';
import { RenderedCache } from '../storage/rendered.ts';
import { createBlobs } from './blobs.ts';
import { compress } from './compress.ts';
import { createDatabase } from './database.ts';
import { readDocs } from './docs.ts';
import type { Env } from './env.ts';
import { createFreshness, HEAD_LIFETIME } from './freshness.ts';
import { createGate } from './gate.ts';
import { createSharedHeads } from './heads.ts';
import { withLimits } from './limits.ts';
import { createQueue } from './queue.ts';
import { createDownload, createRequest } from './request.ts';
import { createBucketSource } from './source.ts';

/** A step reads up to 100 files and makes a hundred queries; an invocation may do 1,000 of each. */
const STEPS = 4;
/** Of the 128 MB that an isolate may have, those for documents. */
const CACHE_BYTES = 16_000_000;

let resolved: Config | null = null;

/** Of the isolate: the database tells each request whether what is kept is still right. */
const renderedCache = new RenderedCache();
const fetches = new Fetches(Date.now);
/** Another isolate commits without this one hearing of it, so heads have a lifetime, which {@link freshness} waits out. */
const documentCache = new DocumentCache({ maxBytes: CACHE_BYTES, lifetime: { ...HEAD_LIFETIME, now: Date.now } });
const freshness = createFreshness(Date.now);

/** What the core needs, from the bindings of one invocation. The configuration is checked once for each isolate. */
export function createCloudflareHome(bindings: Env, ctx: ExecutionContext, input: unknown): Home {
  const strict = bindings.TIDINGS_LIMITS === 'strict';
  const { env, fetch: send } = strict ? withLimits(bindings) : { env: bindings, fetch };
  const url = env.TIDINGS_URL.replace(/\/+$/, '');
  resolved ??= resolveConfig(input, url);
  const gate = createGate();
  const allowPrivate = parseCidrs(env.TIDINGS_ALLOW_PRIVATE ?? '');
  const log = createLog(env.TIDINGS_LOG === 'silent' ? 'silent' : 'json', (line, level) => console[level](line));
  const db = createDatabase(env.DB);
  const waitUntil = (work: Promise<unknown>) =>
    ctx.waitUntil(
      work.catch((error: unknown) => {
        log.error('background work failed', { error: error instanceof Error ? error.message : String(error) });
      }),
    );
  return {
    name: 'workers',
    config: resolved,
    url,
    adminToken: env.TIDINGS_ADMIN_TOKEN ?? '',
    db,
    blobs: createBlobs(env.BLOBS, gate),
    queue: createQueue(env.QUEUE, gate),
    source: createBucketSource(env.CONTENT, gate),
    request: createRequest({ gate, homeUrl: url, allowPrivate, fetch: send }),
    download: createDownload({ gate, homeUrl: url, allowPrivate, fetch: send }),
    allowPrivate,
    trustProxy: parseCidrs(env.TIDINGS_TRUST_PROXY ?? ''),
    // Cloudflare writes it over whatever the client sent.
    peerAddress: (request) => request.headers.get('cf-connecting-ip'),
    rates: createDatabaseRates(db, Date.now),
    now: Date.now,
    sha256: (data) => createHash('sha256').update(data).digest('hex'),
    hmac: (method, secret, bytes) => createHmac(method, secret).update(bytes).digest('hex'),
    hmacsAhead: () => () => {},
    compress,
    docs: (path) => readDocs(env.DOCS, path),
    log,
    stepsPerInvocation: STEPS,
    freshness,
    documentCache,
    sharedHeads: createSharedHeads({ cache: caches.default, url, gate, waitUntil }),
    renderedCache,
    fetches,
    onRunEnd: () => {},
    waitUntil,
  };
}

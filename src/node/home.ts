import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import type { Home, Log } from '../home.ts';
import { DocumentCache } from '../storage/documents.ts';
import { Fetches, writeFetches } from '../storage/fetches.ts';
import { createMemoryRates } from '../storage/rates.ts';
import { RenderedCache } from '../storage/rendered.ts';
import { compress } from './compress.ts';
import { readDocs } from './docs.ts';
import { createFileSource } from './files.ts';
import { boundHeap } from './heap.ts';
import { createOutbound } from './outbound.ts';
import { createQueue, type NodeQueue } from './queue.ts';
import { createSigner } from './signing.ts';
import { openStore } from './store.ts';

export interface NodeHome extends Home {
  readonly queue: NodeQueue;
  /** Called when a regeneration has ended. */
  readonly runEnded: Set<() => void>;
  /** Waits for what outlived its answer, then closes the database. */
  close(): Promise<void>;
}

/** What the core needs, from a data folder and a content folder. Own the data folder first (`own.ts`). */
export function createNodeHome(options: {
  dataFolder: string;
  contentFolder: string;
  config: Config;
  adminToken: string;
  allowPrivate: string[];
  trustProxy?: string[];
  log: Log;
  now?: () => number;
}): NodeHome {
  const { config, log, adminToken, allowPrivate, trustProxy = [], now = Date.now } = options;
  boundHeap();
  const { db, blobs, close } = openStore(options.dataFolder);
  const fetches = new Fetches(now);
  const pending = new Set<Promise<unknown>>();
  const runEnded = new Set<() => void>();
  const request = createOutbound({ allowPrivate });
  const signer = createSigner(log);
  return {
    name: 'node',
    config,
    url: config.url,
    adminToken,
    db,
    blobs,
    queue: createQueue(db, { now, log }),
    source: createFileSource(options.contentFolder, {
      onSkipped: ({ path, reason }) => log.warn('passed over', { path, reason }),
    }),
    request,
    download: request.download,
    allowPrivate,
    trustProxy,
    peerAddress: (_, env) =>
      (env as { incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? null,
    rates: createMemoryRates(now),
    now,
    sha256: (data) => hash('sha256', data, 'hex'),
    hmac: signer.hmac,
    hmacsAhead: signer.hmacsAhead,
    compress,
    docs: readDocs,
    log,
    stepsPerInvocation: Number.POSITIVE_INFINITY,
    // The cache is replaced at the commit itself.
    freshness: { settle: async () => {} },
    documentCache: new DocumentCache(),
    sharedHeads: null,
    renderedCache: new RenderedCache(),
    fetches,
    runEnded,
    onRunEnd() {
      for (const listener of runEnded) listener();
    },
    waitUntil(work) {
      const settled = work.catch((error: unknown) => {
        log.error('background work failed', { error: error instanceof Error ? error.message : String(error) });
      });
      pending.add(settled);
      void settled.finally(() => pending.delete(settled));
    },
    async close() {
      await Promise.all(pending);
      await writeFetches({ db, fetches, log });
      await request.close();
      await signer.close();
      close();
    },
  };
}

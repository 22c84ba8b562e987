import { createHmac } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { HmacMethod } from '../config/schema.ts';
import type { Home, Log } from '../home.ts';

/** Bytes to be hashed from which the thread is worth a message: 1 to 2 ms of the main thread. */
const WORTH_BYTES = 1_500_000;
/** Bytes that are hashed in the time in which an HMAC begins and ends. */
const FIXED_BYTES = 12_000;
/** Batches that wait in the thread. Where it has no time, more would be signed here before it comes to them. */
const MOST_BATCHES = 8;
/** Bytes of an HMAC. */
const SIZES: Record<HmacMethod, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
/** States of an HMAC in shared memory, as signing-thread.js has them. */
const FREE = 0;
const BEGUN = 1;
const MADE = 2;

/** What the thread was told of. */
interface Batch {
  method: HmacMethod;
  states: Int32Array;
  hmacs: Buffer;
}

/** One HMAC of a batch. */
interface Place {
  batch: Batch;
  at: number;
}

/** A body that is being signed ahead. */
interface Known {
  /** Its bytes where the thread sees them. */
  copy: Uint8Array<SharedArrayBuffer>;
  /** By the secret. */
  places: Map<string, Place>;
}

export interface Signer extends Pick<Home, 'hmac' | 'hmacsAhead'> {
  close(): Promise<void>;
}

/**
 * Signs at once, and takes what a thread has made before where it was told ahead. The thread begins when there is much
 * to sign, keeps no process alive, and when it dies all is signed at once.
 */
export function createSigner(log: Log): Signer {
  const known = new WeakMap<Uint8Array, Known>();
  const ended = new Int32Array(new SharedArrayBuffer(4));
  let told = 0;
  // On one core it would take its time from this one.
  let thread: Worker | null | undefined = availableParallelism() > 1 ? undefined : null;

  function start(): Worker {
    const worker = new Worker(new URL('./signing-thread.js', import.meta.url), { env: {}, execArgv: [] });
    worker.unref();
    worker.on('error', (error) => log.error('signing thread failed', { error: String(error) }));
    worker.on('exit', () => {
      thread = null;
    });
    return worker;
  }

  function tell(to: Worker, method: HmacMethod, secrets: string[], bytes: Uint8Array): () => void {
    const { copy, places } = known.get(bytes) ?? { copy: shared(bytes), places: new Map<string, Place>() };
    known.set(bytes, { copy, places });
    const states = new Int32Array(new SharedArrayBuffer(secrets.length * Int32Array.BYTES_PER_ELEMENT));
    const hmacs = Buffer.from(new SharedArrayBuffer(secrets.length * SIZES[method]));
    const batch = { method, states, hmacs };
    for (const [at, secret] of secrets.entries()) places.set(secret, { batch, at });
    to.postMessage({ method, secrets, bytes: copy, states, hmacs, ended });
    told += 1;
    return () => {
      for (const secret of secrets) places.delete(secret);
      if (places.size === 0) known.delete(bytes);
    };
  }

  return {
    hmac(method, secret, bytes) {
      const { batch, at = 0 } = known.get(bytes)?.places.get(secret) ?? {};
      if (batch?.method === method && Atomics.compareExchange(batch.states, at, FREE, BEGUN) === MADE) {
        const size = SIZES[method];
        return batch.hmacs.toString('hex', at * size, (at + 1) * size);
      }
      return createHmac(method, secret).update(bytes).digest('hex');
    },
    hmacsAhead(method, secrets, bytes) {
      const places = known.get(bytes)?.places;
      const fresh = [...new Set(secrets)].filter((secret) => !places?.has(secret));
      const waiting = told - Atomics.load(ended, 0);
      if (fresh.length * (FIXED_BYTES + bytes.byteLength) < WORTH_BYTES || waiting >= MOST_BATCHES) return () => {};
      if (thread === undefined) thread = start();
      return thread === null ? () => {} : tell(thread, method, fresh, bytes);
    },
    async close() {
      await thread?.terminate();
    },
  };
}

function shared(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}

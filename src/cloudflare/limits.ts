import { boundBytes, MAX_PARAMETERS, MAX_ROW_BYTES } from '../storage/bind.ts';
import { MAX_MESSAGE_BYTES } from '../storage/messages.ts';
import type { SqlValue } from '../storage/ports.ts';
import type { Env } from './env.ts';
import { MAX_CONNECTIONS } from './gate.ts';

/** Of one invocation. */
const MAX_QUERIES = 1000;
const MAX_SUBREQUESTS = 1000;
const MAX_SQL_BYTES = 100_000;
const MAX_BATCH = 100;
const MAX_BATCH_BYTES = 256_000;

/** Cloudflare would not have done this, though workerd does. */
export class LimitExceeded extends Error {
  override name = 'LimitExceeded';
}

export interface Limited<E> {
  env: E;
  /** To be used in place of the global one. */
  fetch: typeof fetch;
  /** What was exceeded so far, also where the code caught the error. */
  violations(): string[];
  /** What was used so far. */
  used(): Used;
}

/** What an invocation uses of what it may. */
export interface Used {
  queries: number;
  fetches: number;
  /** On R2 and Queues. */
  operations: number;
  /** Objects that were read from R2, or asked for. */
  reads: number;
}

/**
 * The bindings of one invocation, failing where Cloudflare would and local workerd does not, so that the suites find it
 * first. Each violation is thrown as {@link LimitExceeded}, kept, and logged as a line `limit-exceeded`.
 *
 * @see https://developers.cloudflare.com/d1/platform/limits/
 * @see https://developers.cloudflare.com/queues/platform/limits/
 * @see https://developers.cloudflare.com/workers/platform/limits/
 */
export function withLimits<E extends Env>(env: E): Limited<E> {
  const found: string[] = [];
  let open = 0;
  let queries = 0;
  let fetches = 0;
  let operations = 0;
  let reads = 0;

  function check(count: number, most: number, what: string): void {
    if (count <= most) return;
    const violation = `${what}: ${count}, where Cloudflare allows ${most}`;
    found.push(violation);
    console.error(JSON.stringify({ event: 'limit-exceeded', violation }));
    throw new LimitExceeded(violation);
  }

  /** Counts a connection until its answer begins. */
  async function connected<T>(work: () => Promise<T>): Promise<T> {
    open++;
    try {
      check(open, MAX_CONNECTIONS, 'connections open at once');
      return await work();
    } finally {
      open--;
    }
  }

  const raw = new WeakMap<object, D1PreparedStatement>();

  function statement(inner: D1PreparedStatement): D1PreparedStatement {
    const outer = intercept(inner, (method, args, call) => {
      if (method === 'bind') {
        check(args.length, MAX_PARAMETERS, 'parameters of a statement');
        check(boundBytes(args as SqlValue[]), MAX_ROW_BYTES, 'bytes of a row');
        return statement(call() as D1PreparedStatement);
      }
      check(++queries, MAX_QUERIES, 'queries of an invocation');
      return call();
    });
    raw.set(outer, inner);
    return outer;
  }

  const database = intercept(env.DB, (method, args, call) => {
    if (method === 'prepare') {
      check(encodedBytes(args[0]), MAX_SQL_BYTES, 'bytes of a statement');
      return statement(call() as D1PreparedStatement);
    }
    if (method === 'batch') {
      const list = args[0] as D1PreparedStatement[];
      queries += list.length;
      check(queries, MAX_QUERIES, 'queries of an invocation');
      return env.DB.batch(list.map((item) => raw.get(item) ?? item));
    }
    if (method === 'exec') check(++queries, MAX_QUERIES, 'queries of an invocation');
    return call();
  });

  function operation(call: () => unknown): Promise<unknown> {
    return connected(async () => {
      check(++operations, MAX_SUBREQUESTS, 'operations on R2 and Queues');
      return call();
    });
  }

  const bucket = (inner: R2Bucket) =>
    intercept(inner, (method, _args, call) => {
      if (method === 'get' || method === 'head') reads++;
      return operation(call);
    });

  const queue = intercept(env.QUEUE, (method, args, call) =>
    operation(() => {
      const bodies =
        method === 'sendBatch'
          ? [...(args[0] as Iterable<MessageSendRequest>)].map(({ body }) => body)
          : method === 'send'
            ? [args[0]]
            : [];
      const sizes = bodies.map((body) => encodedBytes(JSON.stringify(body)));
      for (const size of sizes) check(size, MAX_MESSAGE_BYTES, 'bytes of a message');
      check(sizes.length, MAX_BATCH, 'messages of a batch');
      check(
        sizes.reduce((sum, size) => sum + size, 0),
        MAX_BATCH_BYTES,
        'bytes of a batch',
      );
      return call();
    }),
  );

  const limitedFetch: typeof fetch = (input, init) =>
    connected(async () => {
      check(++fetches, MAX_SUBREQUESTS, 'fetches of an invocation');
      return fetch(input, init);
    });

  return {
    env: { ...env, DB: database, CONTENT: bucket(env.CONTENT), BLOBS: bucket(env.BLOBS), QUEUE: queue },
    fetch: limitedFetch,
    violations: () => [...found],
    used: () => ({ queries, fetches, operations, reads }),
  };
}

/** A binding whose every call goes through `around`. */
function intercept<T extends object>(
  inner: T,
  around: (method: string, args: unknown[], call: () => unknown) => unknown,
): T {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => around(String(name), args, () => Reflect.apply(value, target, args) as unknown);
    },
  });
}

const encoder = new TextEncoder();

function encodedBytes(text: unknown): number {
  return encoder.encode(String(text)).byteLength;
}

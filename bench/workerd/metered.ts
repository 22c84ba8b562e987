import type { Env } from '../../src/cloudflare/env.ts';
import { withLimits } from '../../src/cloudflare/limits.ts';
import worker from '../../src/cloudflare/worker.ts';

interface MeteredEnv extends Env {
  /** The benchmark, which is told of each invocation's begin and end. */
  METER: Fetcher;
}

let last = 0;

/**
 * One invocation of the Worker, whose bindings count: it ends when all that it left to `waitUntil` has ended, and then
 * the benchmark is told what it used.
 */
async function metered<T>(
  name: string,
  env: MeteredEnv,
  ctx: ExecutionContext,
  invoke: (env: Env, ctx: ExecutionContext) => T | Promise<T>,
): Promise<T> {
  const id = ++last;
  const { env: limited, used, violations } = withLimits<Env>(env);
  const left: Promise<unknown>[] = [];
  const own = new Proxy(ctx, {
    get: (target, key) =>
      key === 'waitUntil'
        ? (work: Promise<unknown>) => {
            left.push(work);
          }
        : Reflect.get(target, key),
  });
  const tell = (event: object) => env.METER.fetch('http://meter/', { method: 'POST', body: JSON.stringify(event) });
  await tell({ id, name, type: 'begin' });
  const settle = async () => {
    for (let work = left.shift(); work; work = left.shift()) await work.catch(() => {});
    await tell({ id, name, type: 'end', used: used(), violations: violations() });
  };
  try {
    return await invoke(limited, own);
  } finally {
    ctx.waitUntil(settle());
  }
}

export default {
  fetch: (request, env, ctx) =>
    metered(`${request.method} ${new URL(request.url).pathname}`, env, ctx, (...own) => worker.fetch(request, ...own)),
  scheduled: (controller, env, ctx) => metered('cron', env, ctx, (...own) => worker.scheduled(controller, ...own)),
  queue: (batch, env, ctx) => metered('queue', env, ctx, (...own) => worker.queue(batch, ...own)),
} satisfies ExportedHandler<MeteredEnv, unknown>;

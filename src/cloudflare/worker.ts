import input from 'tidings-config';
import { createApp } from '../http/app.ts';
import { writeFetches } from '../storage/fetches.ts';
import { asCoded, withClientCodings } from './codings.ts';
import type { Env } from './env.ts';
import { createCloudflareHome } from './home.ts';
import { deliveredFrom } from './queue.ts';

/** The cron line of wrangler.toml that only does what is due; every other one is the regeneration. */
const HOUSEKEEPING = '* * * * *';

/** Milliseconds after its instant at which a tick is one that was missed. */
const LATE_MS = 90_000;

const isLate = (now: number, { scheduledTime }: ScheduledController) => now - scheduledTime > LATE_MS;

export default {
  async fetch(request, env, ctx) {
    const home = createCloudflareHome(env, ctx, input);
    const answer = await createApp(home).fetch(withClientCodings(request), env, ctx);
    // Each isolate counts for itself, and may be gone at any time.
    if (home.fetches.isDue()) home.waitUntil(writeFetches(home));
    return asCoded(answer);
  },
  async scheduled(controller, env, ctx) {
    const { housekeep, regenerate } = await import('../schedule.ts');
    const home = createCloudflareHome(env, ctx, input);
    if (controller.cron === HOUSEKEEPING) await housekeep(home);
    else await regenerate(home, controller.scheduledTime, isLate(home.now(), controller) ? 'missed' : 'schedule');
  },
  async queue(batch, env, ctx) {
    const { consumeMessages } = await import('../schedule.ts');
    const { isBucketEvent, takeBucketEvents } = await import('./events.ts');
    const home = createCloudflareHome(env, ctx, input);
    const events = batch.messages.filter(({ body }) => isBucketEvent(body));
    if (events.length > 0) await takeBucketEvents(home, events);
    await consumeMessages(home, deliveredFrom(batch.messages.filter(({ body }) => !isBucketEvent(body))));
  },
} satisfies ExportedHandler<Env, unknown>;

/** The Worker that the suites run in: it hands queue batches to the test that waits for them. */

type Consume = (batch: MessageBatch<unknown>, env: Cloudflare.Env, ctx: ExecutionContext) => Promise<void>;

let consume: Consume | null = null;

/** Gives every batch from now on to `handler`; null to leave messages on the queue. */
export function consumeWith(handler: Consume | null): void {
  consume = handler;
}

export default {
  fetch: () => new Response('The suites ask for nothing here.', { status: 404 }),
  async queue(batch, env, ctx) {
    if (consume) await consume(batch, env, ctx);
    else batch.retryAll({ delaySeconds: 1 });
  },
} satisfies ExportedHandler<Cloudflare.Env, unknown>;

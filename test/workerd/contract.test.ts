import { env } from 'cloudflare:workers';
import { createBlobs } from '../../src/cloudflare/blobs.ts';
import { createDatabase } from '../../src/cloudflare/database.ts';
import { createGate } from '../../src/cloudflare/gate.ts';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { withLimits } from '../../src/cloudflare/limits.ts';
import { createQueue, deliveredFrom } from '../../src/cloudflare/queue.ts';
import { createRequest } from '../../src/cloudflare/request.ts';
import { createBucketSource } from '../../src/cloudflare/source.ts';
import { blobsContract } from '../contract/blobs.ts';
import { databaseContract } from '../contract/database.ts';
import { outboundContract } from '../contract/outbound.ts';
import { queueContract } from '../contract/queue.ts';
import { signingContract } from '../contract/signing.ts';
import { sourceContract } from '../contract/source.ts';
import { consumeWith } from './main.ts';

/** Bindings as one invocation has them. */
const bindings = () => ({ ...withLimits(env), gate: createGate() });

async function emptied(bucket: R2Bucket): Promise<void> {
  const { objects } = await bucket.list();
  if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
}

databaseContract(() => createDatabase(bindings().env.DB));
blobsContract(async () => {
  await emptied(env.BLOBS);
  const { env: limited, gate } = bindings();
  return createBlobs(limited.BLOBS, gate);
});
sourceContract(async () => {
  await emptied(env.CONTENT);
  const { env: limited, gate } = bindings();
  return createBucketSource(limited.CONTENT, gate);
});
outboundContract((allowPrivate) => {
  const { fetch, gate } = bindings();
  return createRequest({ fetch, gate, allowPrivate, homeUrl: 'https://tidings.example' });
});
queueContract(() => {
  const { env: limited, gate } = bindings();
  return {
    queue: createQueue(limited.QUEUE, gate),
    consume: (handler) => consumeWith((batch) => handler(deliveredFrom(batch.messages))),
    stop: async () => consumeWith(null),
  };
});
signingContract(() => {
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {} } as unknown as ExecutionContext;
  return createCloudflareHome(env, ctx, {});
});

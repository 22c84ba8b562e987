import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { HEAD_LIFETIME } from '../../src/cloudflare/freshness.ts';
import worker from '../../src/cloudflare/worker.ts';
import { consumeWith } from './main.ts';

/** "Within seconds", where suites share the machine. */
const SECONDS = 10;

const article = (title: string) => `---\ntitle: ${title}\ndate: 2026-10-01T09:00:00Z\n---\n\nAbout ${title}.\n`;

/**
 * A message of the documented shape. workerd here raises no event, so the suites write to the bucket and send what R2
 * would have sent.
 *
 * @see https://developers.cloudflare.com/r2/buckets/event-notifications/#message-format
 */
function event(action: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' | 'DeleteObject', key: string) {
  const isDeletion = action === 'DeleteObject';
  return {
    account: '3f4b7e3dcab231cbfdaa90a6a28bd548',
    action,
    bucket: 'tidings-content',
    object: { key, ...(isDeletion ? {} : { size: 65_536, eTag: 'c846ff7a18f28c2e262116d6e8719ef0' }) },
    eventTime: '2026-11-22T19:36:44.379Z',
    ...(action === 'CopyObject' ? { copySource: { bucket: 'tidings-content', object: 'other.md' } } : {}),
  };
}

describe('events of the content bucket', () => {
  beforeAll(async () => {
    consumeWith((batch, bindings, ctx) => worker.queue(batch, bindings, ctx));
    // The first regeneration looks at everything, since nothing was made with this configuration yet.
    const ctx = createExecutionContext();
    await worker.scheduled(createScheduledController({ cron: '*/5 * * * *' }), env, ctx);
    await waitOnExecutionContext(ctx);
  });
  afterAll(() => consumeWith(null));

  async function send(...bodies: unknown[]) {
    const messages = bodies.map((body, at) => ({ id: String(at), timestamp: new Date(), attempts: 1, body }));
    const batch = createMessageBatch('tidings-content', messages);
    const ctx = createExecutionContext();
    await worker.queue(batch, env, ctx);
    return getQueueResult(batch, ctx);
  }

  /** What a reader gets once no isolate gives out an older head. */
  async function titles(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, HEAD_LIFETIME.lastMs));
    return titlesNow();
  }

  async function titlesNow(): Promise<string[]> {
    const ctx = createExecutionContext();
    const response = await worker.fetch(new Request(`${env.TIDINGS_URL}/feed.json`), env, ctx);
    const feed = (await response.json()) as { items?: { title: string }[] };
    await waitOnExecutionContext(ctx);
    return (feed.items ?? []).map(({ title }) => title).sort();
  }

  test('a written object is in the feeds, without a listing of the bucket', async () => {
    await env.CONTENT.put('one.md', article('One'));
    await env.CONTENT.put('two.md', article('Two'));
    const list = vi.spyOn(env.CONTENT, 'list');
    const { explicitAcks } = await send(event('PutObject', 'one.md'), event('CompleteMultipartUpload', 'two.md'));
    expect(explicitAcks).toEqual(['0', '1']);
    expect(await titles()).toEqual(['One', 'Two']);
    expect(list).not.toHaveBeenCalled();
    list.mockRestore();
  });

  test('an event that comes twice, late or for nothing changes nothing', async () => {
    const before = await titles();
    await send(event('PutObject', 'one.md'), event('PutObject', 'one.md'), event('DeleteObject', 'two.md'));
    await send(event('PutObject', 'never.md'), event('PutObject', '.hidden/x.md'), event('CopyObject', 'picture.png'));
    expect(await titles()).toEqual(before);
  });

  test('a deleted object is missed, and its run is told of as one by an event', async () => {
    await env.CONTENT.put('three.md', article('Three'));
    await env.CONTENT.delete('one.md');
    await send(event('DeleteObject', 'one.md'), event('PutObject', 'three.md'));
    expect(await titles()).toContain('Three');
    const row = await env.DB.prepare("SELECT missing_since FROM files WHERE path = 'one.md'").first();
    expect(row).toMatchObject({ missing_since: expect.any(Number) });
    const run = await env.DB.prepare('SELECT "trigger", request FROM runs ORDER BY started_at DESC LIMIT 1').first();
    expect(run).toMatchObject({ trigger: 'event', request: expect.stringContaining('one.md') });
  });

  test('within seconds of the message on a queue the object is in the feed', async () => {
    await env.CONTENT.put('four.md', article('Four'));
    const sent = Date.now();
    await env.QUEUE.send(event('PutObject', 'four.md'), { contentType: 'json' });
    await vi.waitFor(async () => expect(await titlesNow()).toContain('Four'), {
      timeout: SECONDS * 1000,
      interval: 50,
    });
    console.log(`in the feed ${Date.now() - sent} ms after the event`);
  });

  test('what is no event of R2 is left to the other consumer', async () => {
    const { explicitAcks } = await send(event('PutObject', 'one.md'), { type: 'sweep' }, { type: 'unknown' });
    expect(explicitAcks.sort()).toEqual(['0', '1', '2']);
  });
});

import type { Home } from '../../src/home.ts';
import { hubRoutes } from '../../src/http/hub.ts';
import { announceDocuments, wakeFanOuts } from '../../src/push/announce.ts';
import { consume } from '../../src/push/consumer.ts';
import type { Delivered } from '../../src/storage/ports.ts';

export const RSS = '/rss.xml';

/** Commits a document as a regeneration does: body, then head and announcement in one batch. Gives its version. */
export async function commitDocument(home: Home, text: string, address = RSS): Promise<number> {
  const bytes = new TextEncoder().encode(text);
  const blob = home.sha256(bytes);
  await home.blobs.put(blob, bytes);
  const old = await home.db.prepare('SELECT version FROM documents WHERE address = ?').bind(address).first();
  const version = Number(old?.version ?? 0) + 1;
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO documents (address, feed, format, version, blob, size, content_type, last_modified)
         VALUES (?, '', 'rss', ?, ?, ?, 'application/rss+xml; charset=utf-8', '2026-01-01T00:00:00.000Z')
         ON CONFLICT (address) DO UPDATE SET version = excluded.version, blob = excluded.blob, size = excluded.size`,
      )
      .bind(address, version, blob, bytes.byteLength),
    ...announceDocuments(home, [{ address, version }]),
  ]);
  return version;
}

/** The same, and wakes the fan-out. */
export async function publishDocument(home: Home, text: string, address = RSS): Promise<number> {
  const version = await commitDocument(home, text, address);
  await wakeFanOuts(home, [address]);
  return version;
}

/** Sends the hub a form. */
export async function post(
  home: Home,
  fields: Record<string, string> | string,
): Promise<{ status: number; text: string }> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await hubRoutes(home).request('/', { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

export function subscription(callback: string, more: Record<string, string> = {}): Record<string, string> {
  return { 'hub.mode': 'subscribe', 'hub.topic': `http://tidings.test${RSS}`, 'hub.callback': callback, ...more };
}

/** A queue that consumes in its own process: Node's, without its types, since workerd's suite reads this file too. */
interface Consumable {
  consume(
    handler: (batch: Delivered[]) => Promise<void>,
    options: { batchSize: number; concurrency: number },
  ): { stop(): Promise<void> };
}

/** Starts the consumer on the home's queue; the function that comes back stops it. */
export function work(home: Home & { queue: Home['queue'] & Consumable }): () => Promise<void> {
  const consumer = home.queue.consume((batch) => consume(home, batch), { batchSize: 1, concurrency: 64 });
  return () => consumer.stop();
}

/** Subscriptions that are there without having been verified, numbered callbacks `/1`, `/2`, … of a sink. */
export async function insertSubscriptions(home: Home, url: string, count: number, secret: string | null = null) {
  const now = home.now();
  await home.db
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, secret, lease_seconds, lease_until,
         created_at, verified_at)
       SELECT 'websub', ?, ?, ? || '/' || i, ?, ?, 86400, ?, ?, ? FROM n`,
    )
    .bind(count, RSS, `http://tidings.test${RSS}`, url, url, secret, now + 86_400_000, now, now)
    .run();
}

/** Waits until something is so, looking every few milliseconds; throws after `ms`. */
export async function until(what: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`Not so after ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Whether nothing is left to do. */
export async function isIdle(home: Home): Promise<boolean> {
  return (await home.db.prepare('SELECT 1 FROM outbox').first()) === null;
}

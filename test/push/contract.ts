import { describe, expect, inject, test } from 'vitest';
import type { Home } from '../../src/home.ts';
import { listSubscriptions, purgeExpired, removeSubscription, subscribe } from '../../src/hub/subscriptions.ts';
import { consume } from '../../src/push/consumer.ts';
import { remember, throughBreaker } from '../../src/push/hosts.ts';
import { nextDue, releaseClaims, sweep } from '../../src/push/outbox.ts';
import { tidy } from '../../src/push/tidy.ts';
import type { Message } from '../../src/storage/ports.ts';
import { commitDocument, insertSubscriptions, isIdle, post, publishDocument, subscription } from './engine.ts';

/** A home whose queue only remembers the messages that are due, so that the suite hands them to the consumer itself. */
export type WithoutQueue = Omit<Home, 'queue'>;

/** What the hub and the push engine do in every home, on its own database. `make` gives a home with an empty one. */
export function pushContract(make: () => Promise<WithoutQueue>): void {
  describe('push', () => {
    const { http } = inject('servers');

    async function start() {
      const messages: Message[] = [];
      const queue = {
        send: async (message: Message, { delaySeconds = 0 } = {}) =>
          void (delaySeconds === 0 && messages.push(message)),
        sendBatch: async (more: Message[], { delaySeconds = 0 } = {}) =>
          void (delaySeconds === 0 && messages.push(...more)),
      };
      const outliving: Promise<unknown>[] = [];
      // What the clock is set to differ by, in milliseconds.
      const clock = { ahead: 0 };
      const home: Home = {
        ...(await make()),
        queue,
        now: () => Date.now() + clock.ahead,
        waitUntil: (work) => void outliving.push(work),
      };
      /** Hands over all messages, those that come of them too. */
      const drain = async () => {
        while (messages.length > 0 || outliving.length > 0) {
          await Promise.all(outliving.splice(0));
          const batch = messages.splice(0, 10).map((body, index) => ({
            id: String(index),
            body,
            attempts: 1,
            ack: () => {},
            retry: () => {},
          }));
          await consume(home, batch);
        }
      };
      return { home, messages, drain, clock };
    }

    test('a fan-out tells everyone, and keeps the exceptions', async () => {
      const { home, messages, drain } = await start();
      await insertSubscriptions(home, `${http}/hit`, 230, 'secret');
      await insertSubscriptions(home, `${http}/status`, 2);
      const odd = home.db.prepare('UPDATE subscriptions SET callback = ? WHERE callback = ?');
      await odd.bind(`${http}/status/503`, `${http}/status/1`).run();
      await odd.bind(`${http}/status/410`, `${http}/status/2`).run();
      await commitDocument(home, 'news');
      expect(messages).toEqual([]);
      await home.db.prepare('UPDATE outbox SET wake_at = 0').run();
      expect(await sweep(home)).toBe(1);
      await drain();
      const all = await listSubscriptions(home, { limit: 300 });
      expect(all.filter(({ delivered }) => delivered === 1)).toHaveLength(230);
      expect(all.filter(({ exception }) => exception !== null)).toMatchObject([
        { callback: `${http}/status/503`, exception: { reason: 'failed', failures: 1, status: 503 } },
      ]);
      expect(await nextDue(home)).toBeGreaterThan(home.now() + 20_000);
      expect(messages).toEqual([]);
      const lines = await home.db.prepare('SELECT outcome, delivered FROM delivery_log ORDER BY id').all();
      expect(
        lines
          .filter(({ outcome }) => outcome === 'slice')
          .map(({ delivered }) => delivered)
          .toSorted(),
      ).toEqual([100, 100, 30]);
      expect(lines.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['gone', 'failed']));
      await tidy(home);
      expect(await home.db.prepare('SELECT count(*) AS n FROM delivery_log').first()).toEqual({ n: lines.length });
    });

    test('a clock that is set back or forwards delays no change, and nobody is told twice', async () => {
      const { home, drain, clock } = await start();
      await insertSubscriptions(home, `${http}/hit`, 30);
      const hour = 3_600_000;
      const delivered = async () => {
        const row = await home.db.prepare('SELECT sum(delivered) AS n FROM delivery_log').first<{ n: number | null }>();
        return row?.n ?? 0;
      };
      for (const [change, ahead] of [0, -hour, 2 * hour].entries()) {
        clock.ahead = ahead;
        const version = await publishDocument(home, `at ${ahead}`);
        await drain();
        // A pass begins no sooner than a moment after the one before.
        for (let turn = 0; turn < 50 && !(await isIdle(home)); turn++) {
          await new Promise((later) => setTimeout(later, 100));
          await home.db.prepare('UPDATE outbox SET wake_at = 0').run();
          await sweep(home);
          await drain();
        }
        expect(await isIdle(home), `${ahead}`).toBe(true);
        expect(await delivered(), `${ahead}`).toBe(30 * (change + 1));
        const all = await listSubscriptions(home, { limit: 200 });
        expect(all.every((one) => one.delivered === version)).toBe(true);
      }
      clock.ahead = 25 * hour;
      await publishDocument(home, 'after the leases');
      await drain();
      expect(await delivered()).toBe(30 * 3);
    }, 40_000);

    test('a refused verification leaves nothing; a confirmed one is served, listed, and ends', async () => {
      const { home, drain } = await start();
      await commitDocument(home, 'news');
      expect((await post(home, subscription(`${http}/status/404`))).status).toBe(202);
      await drain();
      expect(await isIdle(home)).toBe(true);
      expect(await listSubscriptions(home)).toEqual([]);

      const confirmed = {
        seq: 1,
        pair: 'x',
        mode: 'subscribe',
        topic: '/rss.xml',
        asked_topic: 'http://tidings.test/rss.xml',
        callback: `${http}/hit`,
        origin: http,
        secret: null,
        lease_seconds: 600,
        attempts: 0,
        initial: 1,
        delta: null,
        partner_key: null,
      } as const;
      const asking = { id: 0, type: 'verify', ref: 'x', payload: '{}', attempts: 1, asked: 1, claimedUntil: 0 };
      const { wanted, hasEnded } = await subscribe(home, confirmed, home.now(), asking);
      expect(wanted).toHaveLength(1);
      expect(hasEnded).toBe(false);
      await home.queue.sendBatch(wanted.map(({ type, ref }) => ({ type: 'outbox', work: type, ref })));
      await drain();
      const [row] = await listSubscriptions(home, { topic: '/rss.xml' });
      expect(row).toMatchObject({ delivered: 1, signed: false, exception: null });
      expect(await removeSubscription(home, row?.id ?? 0)).toBe(true);
      await drain();
      expect(await isIdle(home)).toBe(true);

      await subscribe(home, confirmed, home.now() - 600_000, asking);
      expect(await purgeExpired(home)).toBe(1);
      await releaseClaims(home);
    });

    test('a breaker opens for an origin that fails, and holds back who waits there', async () => {
      const { home } = await start();
      const origin = 'http://dead.test';
      await insertSubscriptions(home, origin, 3);
      await home.db
        .prepare("INSERT INTO deliveries (subscription, reason, since) SELECT id, 'slow', 0 FROM subscriptions")
        .run();
      await home.db
        .prepare("INSERT INTO outbox (type, ref, due_at, created_at) SELECT 'deliver', id, 0, 0 FROM subscriptions")
        .run();
      await home.db.batch(remember(home, [{ origin, tried: 30, failed: 25 }]));
      expect(await throughBreaker(home, origin, async () => 'tried')).toBeGreaterThan(home.now() + 50_000);
      expect(await nextDue(home)).toBeGreaterThan(home.now() + 50_000);
    });
  });
}

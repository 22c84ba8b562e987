import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Delivered, Message, Queue } from '../../src/storage/ports.ts';

/** A queue and a way to consume it; `stop` ends the consumer. */
export interface QueueUnderTest {
  queue: Queue;
  consume(handler: (batch: Delivered[]) => Promise<void>): void;
  stop(): Promise<void>;
}

/** What every home's queue does. `make` gives an empty one. */
export function queueContract(make: () => QueueUnderTest | Promise<QueueUnderTest>): void {
  describe('queue', () => {
    let tested: QueueUnderTest;
    let seen: { body: Message; attempts: number; at: number }[];

    beforeEach(async () => {
      tested = await make();
      seen = [];
    });
    afterEach(() => tested.stop());

    /** Consumes with a decision for each message, noting what comes. */
    function consume(decide: (message: Delivered) => void) {
      tested.consume(async (batch) => {
        for (const message of batch) {
          seen.push({ body: message.body, attempts: message.attempts, at: Date.now() });
          decide(message);
        }
      });
    }
    const arrived = (count: number) =>
      vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(count), { timeout: 5000, interval: 10 });
    const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    test('delivers a message as it was sent, at once, and not again once acked', async () => {
      consume((message) => message.ack());
      const body = { type: 'outbox', ref: '속보', n: 1, yes: true, none: null };
      const sent = Date.now();
      await tested.queue.send(body);
      await arrived(1);
      await quiet(200);
      expect(seen).toEqual([{ body, attempts: 1, at: expect.any(Number) }]);
      expect((seen[0]?.at ?? 0) - sent).toBeLessThan(1000);
    });

    test('delivers what was sent before there was a consumer', async () => {
      await tested.queue.send({ type: 'early' });
      consume((message) => message.ack());
      await arrived(1);
      expect(seen[0]?.body).toEqual({ type: 'early' });
    });

    test('takes a handler that returns as an ack of the rest', async () => {
      consume(() => {});
      await tested.queue.send({ type: 'a' });
      await arrived(1);
      await quiet(300);
      expect(seen).toHaveLength(1);
    });

    test('delivers again what is retried, and counts the attempts', async () => {
      consume((message) => (message.attempts < 3 ? message.retry() : message.ack()));
      await tested.queue.send({ type: 'a' });
      await arrived(3);
      await quiet(200);
      expect(seen.map(({ attempts }) => attempts)).toEqual([1, 2, 3]);
    });

    test('waits as long as a retry or a sender says', async () => {
      consume((message) => {
        if (message.attempts === 1 && message.body.type === 'retried') message.retry({ delaySeconds: 1 });
        else message.ack();
      });
      const start = Date.now();
      await tested.queue.send({ type: 'delayed' }, { delaySeconds: 1 });
      await tested.queue.send({ type: 'retried' });
      await arrived(3);
      const waits = new Map(seen.map(({ body, attempts, at }) => [`${body.type} ${attempts}`, at - start]));
      expect(waits.get('retried 1')).toBeLessThan(900);
      expect(waits.get('delayed 1')).toBeGreaterThanOrEqual(950);
      expect(waits.get('retried 2')).toBeGreaterThanOrEqual(950);
    });

    test('delivers again all that a handler which throws did not ack', async () => {
      consume((message) => {
        if (message.body.type === 'good') return message.ack();
        if (message.attempts === 1) throw new Error('the handler of this test fails once');
        message.ack();
      });
      await tested.queue.send({ type: 'bad' });
      await arrived(2);
      await tested.queue.send({ type: 'good' });
      await arrived(3);
      await quiet(200);
      expect(seen.map(({ body, attempts }) => `${body.type} ${attempts}`)).toEqual(['bad 1', 'bad 2', 'good 1']);
    });

    test('delivers each of a great many', async () => {
      consume((message) => message.ack());
      await tested.queue.sendBatch(Array.from({ length: 250 }, (_, n) => ({ type: 'many', n })));
      await tested.queue.sendBatch([]);
      await arrived(250);
      expect(new Set(seen.map(({ body }) => body.n)).size).toBe(250);
    });

    test('splits what is too large to be sent at once', async () => {
      consume((message) => message.ack());
      const text = 'é'.repeat(30_000);
      await tested.queue.sendBatch(Array.from({ length: 12 }, (_, n) => ({ type: 'large', n, text })));
      await arrived(12);
      expect(new Set(seen.map(({ body }) => body.n)).size).toBe(12);
    });

    test('refuses a message that Queues would refuse', async () => {
      const message = { type: 'huge', text: 'x'.repeat(128_000) };
      await expect(tested.queue.send(message)).rejects.toThrow(RangeError);
      await expect(tested.queue.sendBatch([{ type: 'small' }, message])).rejects.toThrow(RangeError);
    });
  });
}

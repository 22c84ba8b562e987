import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Log } from '../../src/home.ts';
import { createQueue } from '../../src/node/queue.ts';
import { openDatabase } from '../../src/node/sqlite.ts';
import type { Delivered } from '../../src/storage/ports.ts';

const base = mkdtempSync(join(tmpdir(), 'tidings-queue-'));
afterAll(() => rmSync(base, { recursive: true }));
const open = () => openDatabase(join(mkdtempSync(join(base, 'x')), 'tidings.sqlite'));
const until = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 });
const jobs = (db: ReturnType<typeof open>) => db.execute('SELECT * FROM jobs').results;

describe('the queue of Node', () => {
  test('gives back at once what a process that died had claimed', async () => {
    const db = open();
    const first = createQueue(db, { now: Date.now });
    await first.send({ type: 'a' });
    let claimed = false;
    // A handler that never ends is what a killed process leaves behind.
    first.consume(() => new Promise(() => (claimed = true)));
    await until(() => expect(claimed).toBe(true));
    expect(jobs(db)[0]).toMatchObject({ attempts: 1 });

    const seen: number[] = [];
    const second = createQueue(db, { now: Date.now }).consume(async ([message]) => {
      seen.push(message?.attempts ?? 0);
    });
    await until(() => expect(seen).toEqual([2]));
    await second.stop();
    expect(jobs(db)).toEqual([]);
  });

  test('gives a message to another handler when its time is over', async () => {
    const db = open();
    const queue = createQueue(db, { now: Date.now });
    const seen: number[] = [];
    const consumer = queue.consume(
      async ([message]) => {
        seen.push(message?.attempts ?? 0);
        if (message?.attempts === 1) await new Promise((resolve) => setTimeout(resolve, 400));
      },
      { visibilitySeconds: 0.1 },
    );
    await queue.send({ type: 'a' });
    await until(() => expect(seen).toEqual([1, 2]));
    await consumer.stop();
    expect(jobs(db)).toEqual([]);
  });

  test('runs as many handlers as it may and gives each as many messages as it takes', async () => {
    const queue = createQueue(open(), { now: Date.now });
    let running = 0;
    let most = 0;
    let done = 0;
    const sizes = new Set<number>();
    await queue.sendBatch(Array.from({ length: 60 }, () => ({ type: 'a' })));
    const consumer = queue.consume(
      async (batch) => {
        most = Math.max(most, ++running);
        sizes.add(batch.length);
        await new Promise((resolve) => setTimeout(resolve, 10));
        running--;
        done += batch.length;
      },
      { batchSize: 5, concurrency: 3 },
    );
    await until(() => expect(done).toBe(60));
    await consumer.stop();
    expect(most).toBe(3);
    expect([...sizes]).toEqual([5]);
  });

  test('stops when its handlers have ended, and leaves the rest for the next time', async () => {
    const db = open();
    const queue = createQueue(db, { now: Date.now });
    await queue.sendBatch([{ type: 'a' }, { type: 'b' }]);
    let ended = false;
    let started = false;
    const consumer = queue.consume(
      async () => {
        started = true;
        await new Promise((resolve) => setTimeout(resolve, 100));
        ended = true;
      },
      { batchSize: 1, concurrency: 1 },
    );
    await until(() => expect(started).toBe(true));
    await consumer.stop();
    expect(ended).toBe(true);
    await queue.send({ type: 'c' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(jobs(db).map(({ body }) => body)).toEqual(['{"type":"b"}', '{"type":"c"}']);
  });

  test('drops a message that fails for ever, and says so', async () => {
    const db = open();
    const lines: string[] = [];
    const note = (event: string) => void lines.push(event);
    const log: Log = { info: note, warn: note, error: note };
    const queue = createQueue(db, { now: Date.now, log });
    let tries = 0;
    const consumer = queue.consume(async (batch: Delivered[]) => {
      tries++;
      for (const message of batch) message.retry();
    });
    await queue.send({ type: 'poison' });
    await until(() => expect(jobs(db)).toEqual([]));
    await consumer.stop();
    expect(tries).toBe(100);
    expect(lines).toEqual(['queue message dropped']);
  });

  test('goes on when it cannot write down what became of its messages', async () => {
    const db = open();
    const lines: string[] = [];
    const note = (event: string) => void lines.push(event);
    const queue = createQueue(db, { now: Date.now, log: { info: note, warn: note, error: note } });
    db.exec("CREATE TRIGGER full BEFORE DELETE ON jobs BEGIN SELECT RAISE(ABORT, 'database is full'); END");
    const seen: string[] = [];
    const consumer = queue.consume(async ([message]) => void seen.push(message?.body.type ?? ''), {
      visibilitySeconds: 0.2,
    });
    await queue.send({ type: 'a' });
    await until(() => expect(lines).toEqual(['queue messages unsettled']));
    db.exec('DROP TRIGGER full');
    await until(() => expect(jobs(db)).toEqual([]));
    await consumer.stop();
    expect(seen).toEqual(['a', 'a']);
  });

  test('waits longer after each failure, by the clock it is given', async () => {
    const db = open();
    let clock = 1_000_000;
    const queue = createQueue(db, { now: () => clock });
    let failures = 0;
    const consumer = queue.consume(async () => {
      failures++;
      throw new Error('this handler always fails');
    });
    await queue.send({ type: 'a' });
    const waits: number[] = [];
    for (let n = 1; n <= 5; n++) {
      await until(() => expect(failures).toBe(n));
      await until(() => expect(jobs(db)[0]).toMatchObject({ claimed_until: 0 }));
      const due = Number(jobs(db)[0]?.due_at);
      waits.push((due - clock) / 1000);
      clock = due;
      await queue.send({ type: 'wakes' }, { delaySeconds: 86_400 });
    }
    await consumer.stop();
    expect(waits).toEqual([1, 2, 4, 8, 16]);
  });
});

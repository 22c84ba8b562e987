import { env } from 'cloudflare:workers';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createGate } from '../../src/cloudflare/gate.ts';
import { LimitExceeded, type Limited, withLimits } from '../../src/cloudflare/limits.ts';
import { consumeWith } from './main.ts';

describe('what fails here because Cloudflare would refuse it', () => {
  let limited: Limited<typeof env>;
  let logged: string[];
  beforeEach(() => {
    limited = withLimits(env);
    consumeWith(async (batch) => batch.ackAll());
    logged = [];
    vi.spyOn(console, 'error').mockImplementation((line: unknown) => void logged.push(String(line)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => consumeWith(null));

  /** One violation was thrown, kept and logged. */
  function expectViolation(part: string) {
    expect(limited.violations()).toEqual([expect.stringContaining(part)]);
    expect(logged).toEqual([expect.stringContaining('"limit-exceeded"')]);
    expect(logged[0]).toContain(part);
  }

  const settle = async (work: (() => Promise<unknown>)[]) => {
    const results = await Promise.allSettled(work.map((begin) => begin()));
    return results.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown);
  };

  test('more than six connections at once, of whatever kind', async () => {
    const slow = `${inject('servers').http}/slow-hit`;
    const send = () => limited.fetch(slow).then((response) => response.text());
    expect(await settle([send, send, send, send, send, send])).toEqual([]);
    expect(limited.violations()).toEqual([]);
    const list = () => limited.env.CONTENT.list();
    const put = () => limited.env.BLOBS.put('a', 'a');
    const failures = await settle([send, send, send, send, list, put, () => limited.env.QUEUE.send({ type: 'a' })]);
    expect(failures).toEqual([expect.any(LimitExceeded)]);
    expectViolation('connections open at once: 7');
  });

  test('and six at once are all there ever are behind the gate', async () => {
    const gate = createGate();
    const slow = `${inject('servers').http}/slow-hit`;
    const work = Array.from({ length: 20 }, () => () => gate(async () => (await limited.fetch(slow)).text()));
    expect(await settle(work)).toEqual([]);
    expect(limited.violations()).toEqual([]);
  });

  test('more than 100 parameters', () => {
    const statement = limited.env.DB.prepare('SELECT 1');
    expect(() => statement.bind(...Array.from({ length: 101 }, () => 1))).toThrow(LimitExceeded);
    expectViolation('parameters of a statement: 101');
  });

  test('a row over 2 MB', () => {
    const statement = limited.env.DB.prepare('SELECT ?, ?');
    statement.bind('é'.repeat(900_000), 'x'.repeat(200_000));
    expect(limited.violations()).toEqual([]);
    expect(() => statement.bind('é'.repeat(900_000), 'x'.repeat(200_001))).toThrow(LimitExceeded);
    expectViolation('bytes of a row: 2000001');
  });

  test('a statement over 100 KB', () => {
    expect(() => limited.env.DB.prepare(`SELECT '${'x'.repeat(100_000)}'`)).toThrow(LimitExceeded);
    expectViolation('bytes of a statement');
  });

  test('more than 1,000 queries, each of a batch counted', async () => {
    const one = () => limited.env.DB.prepare('SELECT 1 AS one');
    await limited.env.DB.batch(Array.from({ length: 998 }, () => one().bind()));
    expect(await one().first()).toEqual({ one: 1 });
    expect(await one().first('one')).toBe(1);
    await expect(async () => one().all()).rejects.toThrow(LimitExceeded);
    expectViolation('queries of an invocation: 1001');
  });

  test('a batch that would be the 1,001st query', async () => {
    const list = Array.from({ length: 1001 }, () => limited.env.DB.prepare('SELECT 1'));
    await expect(async () => limited.env.DB.batch(list)).rejects.toThrow(LimitExceeded);
    expectViolation('queries of an invocation: 1001');
  });

  test('a message over 128 KB', async () => {
    await limited.env.QUEUE.send({ text: 'x'.repeat(127_900) });
    await expect(limited.env.QUEUE.send({ text: 'x'.repeat(128_000) })).rejects.toThrow(LimitExceeded);
    expectViolation('bytes of a message');
  });

  test('a batch over 100 messages', async () => {
    const batch = Array.from({ length: 101 }, () => ({ body: { type: 'a' } }));
    await limited.env.QUEUE.sendBatch(batch.slice(0, 100));
    await expect(limited.env.QUEUE.sendBatch(batch)).rejects.toThrow(LimitExceeded);
    expectViolation('messages of a batch: 101');
  });

  test('a batch over 256 KB', async () => {
    const batch = Array.from({ length: 3 }, () => ({ body: 'x'.repeat(90_000) }));
    await limited.env.QUEUE.sendBatch(batch.slice(0, 2));
    await expect(limited.env.QUEUE.sendBatch(batch)).rejects.toThrow(LimitExceeded);
    expectViolation('bytes of a batch: 270006');
  });

  test('more than 1,000 operations on R2 and Queues', async () => {
    for (let n = 0; n < 1000; n++) await limited.env.BLOBS.head('a');
    await expect(limited.env.BLOBS.head('a')).rejects.toThrow(LimitExceeded);
    expectViolation('operations on R2 and Queues: 1001');
  });

  test('more than 1,000 fetches', async () => {
    const send = async () => (await limited.fetch(`${inject('servers').http}/status/204`)).text();
    for (let n = 0; n < 200; n++) await Promise.all(Array.from({ length: 5 }, send));
    expect(limited.violations()).toEqual([]);
    await expect(send()).rejects.toThrow(LimitExceeded);
    expectViolation('fetches of an invocation: 1001');
  });

  test('keeps a violation that the code swallowed', async () => {
    await limited.env.QUEUE.send('x'.repeat(130_000)).catch(() => {});
    expectViolation('bytes of a message');
  });
});

describe('the gate', () => {
  test('lets the next one in when work ends, also when it fails, in order', async () => {
    const gate = createGate(2);
    const begun: number[] = [];
    let open = 0;
    let most = 0;
    const work = Array.from({ length: 10 }, (_, n) =>
      gate(async () => {
        begun.push(n);
        most = Math.max(most, ++open);
        await scheduler.wait(5);
        open--;
        if (n % 3 === 0) throw new Error(`work ${n} fails`);
        return n;
      }),
    );
    const results = await Promise.allSettled(work);
    expect(results.map((one) => (one.status === 'fulfilled' ? one.value : null))).toEqual([
      null,
      1,
      2,
      null,
      4,
      5,
      null,
      7,
      8,
      null,
    ]);
    expect(most).toBe(2);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

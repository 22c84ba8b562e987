import { describe, expect, test } from 'vitest';
import { nextAttempt, retryAfterMs } from '../../src/push/retry.ts';

const failure = {
  failures: 1,
  schedule: [30, 120, 600, 3600, 21_600, 86_400],
  retryAfterMs: null,
  forbidden: false,
  now: 1_000_000,
  leaseUntil: Number.MAX_SAFE_INTEGER,
  random: 0.5,
};
const waits = (failures: number, more = {}) => (nextAttempt({ ...failure, failures, ...more }) ?? 0) - failure.now;

describe('the wait before the next attempt', () => {
  test('follows the schedule, whose last wait repeats', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 40].map((failures) => waits(failures) / 1000)).toEqual([
      30, 120, 600, 3600, 21_600, 86_400, 86_400, 86_400,
    ]);
  });

  test('varies by a fifth to either side', () => {
    expect(waits(1, { random: 0 })).toBe(24_000);
    expect(waits(1, { random: 1 })).toBe(36_000);
  });

  test('is what the receiver asked for when that is longer', () => {
    expect(waits(1, { retryAfterMs: 90_000 })).toBe(90_000);
    expect(waits(2, { retryAfterMs: 90_000 })).toBe(120_000);
  });

  test('is the longest one for an address that the guard forbids', () => {
    expect(waits(1, { forbidden: true })).toBe(86_400_000);
  });

  test('is none when the lease ends before', () => {
    expect(nextAttempt({ ...failure, leaseUntil: failure.now + 30_000 })).toBeNull();
    expect(nextAttempt({ ...failure, leaseUntil: failure.now + 30_001 })).toBe(failure.now + 30_000);
  });
});

test('Retry-After is read as seconds and as a date', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(retryAfterMs('120', now)).toBe(120_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  for (const mistake of ['31536000', '9'.repeat(40), 'Fri, 31 Dec 9999 23:59:59 GMT'])
    expect(retryAfterMs(mistake, now)).toBe(7 * 86_400_000);
  expect(retryAfterMs('soon', now)).toBeNull();
  expect(retryAfterMs(null, now)).toBeNull();
});

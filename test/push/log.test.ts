import { expect, test } from 'vitest';
import { trimLog } from '../../src/push/log.ts';
import { makeHome } from '../home.ts';

test('the delivery log is kept for as many days as the configuration says', async () => {
  const now = Date.UTC(2026, 0, 10);
  const home = makeHome({ now: () => now, config: { hub: { logDays: 2 } } });
  for (const days of [0, 1, 2, 3])
    await home.db
      .prepare("INSERT INTO delivery_log (at, topic, version, outcome, ms) VALUES (?, '/rss.xml', ?, 'slice', 1)")
      .bind(now - days * 86_400_000 - (days === 2 ? 1 : 0), days)
      .run();
  expect(await trimLog(home)).toBe(2);
  expect(await home.db.prepare('SELECT version FROM delivery_log ORDER BY id').all()).toMatchObject([
    { version: 0 },
    { version: 1 },
  ]);
  await home.close();
});

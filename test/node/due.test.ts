import { expect, test } from 'vitest';
import { startDueTimer } from '../../src/node/due.ts';
import { makeHome } from '../home.ts';
import { insertSubscriptions, until } from '../push/engine.ts';

test('without a cron line too, subscriptions go when their lease has ended', async () => {
  let ahead = 0;
  const home = makeHome({ now: () => Date.now() + ahead });
  const timer = startDueTimer(home);
  await insertSubscriptions(home, 'http://reader.example', 3);
  ahead = 2 * 86_400_000;
  // Something to wake up for.
  await home.db.prepare("INSERT INTO outbox (type, ref, due_at, wake_at, created_at) VALUES ('x', 'x', 0, 0, 0)").run();
  timer.nudge();
  await until(async () => (await home.db.prepare('SELECT 1 FROM subscriptions').first()) === null);
  await timer.stop();
  expect(await home.db.prepare('SELECT count(*) AS n FROM subscriptions').first()).toEqual({ n: 0 });
  await home.close();
});

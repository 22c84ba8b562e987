import { afterAll, expect, test } from 'vitest';
import { article, HOME, ownerOf, type Running, sleep, start, until } from './process.ts';

let tidings: Running | undefined;
afterAll(() => tidings?.end(), 30_000);

interface ListedRun {
  trigger: string;
  state: string;
  tick: number | null;
}
const runs = async () => (await tidings?.api<{ runs: ListedRun[] }>('GET', '/api/runs?limit=500'))?.runs ?? [];

test('regenerates on the cron line, each tick once, and makes up for what it missed', {
  timeout: 240_000,
}, async () => {
  tidings = await start({
    files: { 'one.md': article('One') },
    env: { TIDINGS_SCHEDULE: '*/2 * * * * *' },
  });
  const ticks = await until(
    async () => {
      const scheduled = (await runs()).filter((run) => run.trigger === 'schedule' && run.state === 'done');
      return scheduled.length >= 3 ? scheduled.map((run) => run.tick ?? 0) : null;
    },
    20_000,
    'three ticks',
  );
  expect(new Set(ticks).size).toBe(ticks.length);
  for (const tick of ticks) expect(tick % 2000).toBe(0);

  expect(await tidings.stop()).toBe(0);
  const stopped = Date.now();
  await sleep(4_500);
  await tidings.restart();
  const missed = await until(
    async () => (await runs()).find((run) => (run.tick ?? 0) > stopped && run.state === 'done'),
    20_000,
    'a run for what was missed',
  );
  expect(missed.tick).toBeGreaterThan(stopped);
  // The Worker calls a tick missed that comes ninety seconds late; Node sees its own clock.
  if (HOME === 'node') expect((await runs()).some((run) => run.trigger === 'missed')).toBe(true);
});

test('SIGTERM ends it within ten seconds, with status 0; a second process on its data says so and ends', {
  timeout: 120_000,
}, async () => {
  if (!tidings) throw new Error('it runs since the test before');
  const { pid } = ownerOf(tidings);
  await expect(start({ files: {}, env: { TIDINGS_DATA: `${tidings.folder}/data` } })).rejects.toThrow(String(pid));
  const asked = Date.now();
  expect(await tidings.stop()).toBe(0);
  expect(Date.now() - asked).toBeLessThan(10_000);
  await expect(tidings.get('/healthz')).rejects.toThrow();
});

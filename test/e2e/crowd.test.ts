import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sink, startSink } from '../push/sink.ts';
import { article, type Running, start, until } from './process.ts';

/** Left out unless it is asked for, with `TIDINGS_TEST_SUBSCRIBERS=10000`. */
const SUBSCRIBERS = Number(process.env.TIDINGS_TEST_SUBSCRIBERS ?? 0);
/** Milliseconds for each, on a machine that does other things too. */
const PATIENCE_MS = 60_000 + SUBSCRIBERS * 120;
const AT_ONCE = 16;

describe.skipIf(SUBSCRIBERS === 0)('a crowd', () => {
  let tidings: Running;
  let sink: Sink;
  beforeAll(async () => {
    sink = await startSink();
    tidings = await start({ files: { 'news.md': article('News 0') }, startMs: 110_000 });
  }, 120_000);
  afterAll(async () => {
    await tidings.end();
    await sink.close();
  }, 30_000);

  test(
    `${SUBSCRIBERS} subscribers are each asked, and each told once of a change`,
    async () => {
      let next = 0;
      const subscriber = async () => {
        while (next < SUBSCRIBERS) {
          const body = new URLSearchParams({
            'hub.mode': 'subscribe',
            'hub.topic': `${tidings.url}/atom.xml`,
            'hub.callback': `${sink.url}/${next++}`,
            'hub.secret': 'secret',
            'hub.initial': 'none',
          });
          expect((await tidings.get('/hub', { method: 'POST', body })).status).toBe(202);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, subscriber));
      const count = async () =>
        Number(/tidings_subscriptions\S* (\d+)/.exec(await (await tidings.get('/metrics')).text())?.[1]);
      await until(async () => (await count()) === SUBSCRIBERS, PATIENCE_MS, 'all are verified');

      const began = Date.now();
      tidings.write('news.md', article('News 1'));
      const told = () => sink.deliveries().filter(({ body }) => body.includes('News 1'));
      await until(async () => told().length >= SUBSCRIBERS, PATIENCE_MS, 'all are told');
      const took = Date.now() - began;
      const times = new Map<string, number>();
      for (const { path } of told()) times.set(path, (times.get(path) ?? 0) + 1);
      expect(times.size).toBe(SUBSCRIBERS);
      const twice = [...times.values()].filter((n) => n > 1).length;
      console.log(`${SUBSCRIBERS} were told within ${took} ms of the change, ${twice} of them twice.`);
      // Only a slice whose consumer died is told again, and none died.
      expect(twice).toBe(0);
    },
    2 * PATIENCE_MS,
  );
});

import { expect, test } from 'vitest';
import { Lane, lanes } from '../../src/push/lanes.ts';
import { inTurn } from '../../src/push/turns.ts';
import { makeHome } from '../home.ts';

const turn = () => new Promise((done) => setImmediate(done));

test('a lane runs no more than its width, and of one origin no more than its share', async () => {
  const lane = new Lane({ width: 3, share: 2 });
  const running: string[] = [];
  const ends: (() => void)[] = [];
  const works = ['a', 'a', 'a', 'a', 'b', 'c'].map((origin) =>
    lane.run(origin, async () => {
      running.push(origin);
      await new Promise<void>((end) => ends.push(end));
    }),
  );
  await turn();
  expect(running).toEqual(['a', 'a', 'b']);
  ends.shift()?.();
  await turn();
  expect(running).toEqual(['a', 'a', 'b', 'c']);
  while (ends.length > 0) {
    ends.shift()?.();
    await turn();
  }
  await Promise.all(works);
  expect(running.toSorted()).toEqual(['a', 'a', 'a', 'a', 'b', 'c']);
});

test.each([
  [{}, 64],
  [{ atOnce: 10 }, 10],
])('both lanes of a home together open so many requests to one origin: %j', async (hub, most) => {
  const home = makeHome({ config: { hub } });
  const { fast, slow } = lanes(home);
  let running = 0;
  let end = () => {};
  const ended = new Promise<void>((done) => (end = done));
  const works = Array.from({ length: 200 }, (_, index) =>
    (index % 2 ? fast : slow).run('http://one.test', async () => {
      running += 1;
      await ended;
    }),
  );
  // Those that hang make room for others, not for their own origin.
  await new Promise((later) => setTimeout(later, 500));
  expect(running).toBe(most);
  end();
  await Promise.all(works);
  await home.close();
});

test('who takes long makes room for other origins, and still counts for its own', async () => {
  const lane = new Lane({ width: 1, share: 1, patienceMs: 10, stragglers: 1 });
  let end = () => {};
  let hasLeft = false;
  const hung = lane.run(
    'a',
    () => new Promise<void>((done) => (end = done)),
    () => (hasLeft = true),
  );
  const order: string[] = [];
  const same = lane.run('a', async () => order.push('a'));
  await lane.run('b', async () => order.push('b'));
  expect(hasLeft).toBe(true);
  expect(order).toEqual(['b']);
  end();
  await Promise.all([hung, same]);
  expect(order).toEqual(['b', 'a']);
});

test('a work that throws leaves its place to the next', async () => {
  const lane = new Lane({ width: 1 });
  await expect(lane.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(lane.run('a', async () => 1)).resolves.toBe(1);
});

test('inTurn does everything, so many at a time', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await inTurn([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    done.push(item);
    running -= 1;
  });
  expect(most).toBe(3);
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

import { afterEach, describe, expect, it } from 'vitest';
import { republish } from '../../src/republish.ts';
import { releaseLocks } from '../../src/storage/locks.ts';
import type { Statement } from '../../src/storage/ports.ts';
import type { TestHome } from '../home.ts';
import { article, bodyOf, type Newsroom, openNewsroom } from './newsroom.ts';

/** Where a process dies: nothing that it does from then on has any effect. */
interface Death {
  /** The number of the call, from 1, that has no effect any more; it is the same as dying after the one before. */
  at: number;
  calls: number;
}

/** A home that dies, or with `once` fails one call and lives on. */
function mortal(home: TestHome, death: Death, once = false): TestHome {
  let puts = 0;
  const call = async <T>(counts: boolean, work: () => Promise<T>): Promise<T> => {
    if (counts) death.calls++;
    const isNow = counts && death.calls === death.at;
    if (isNow || (!once && death.calls >= death.at)) throw new Error('died');
    return work();
  };
  const statement = (of: Statement, sql: string): Statement => {
    const counts = /^\s*(INSERT|UPDATE|DELETE)/.test(sql);
    const mine: Statement = {
      bind: (...values) => statement(of.bind(...values), sql),
      all: <T>() => call(counts, () => of.all<T>()),
      first: <T>() => call(counts, () => of.first<T>()),
      run: () => call(counts, () => of.run()),
    };
    originals.set(mine, of);
    return mine;
  };
  const originals = new WeakMap<Statement, Statement>();
  return {
    ...home,
    db: {
      prepare: (sql) => statement(home.db.prepare(sql), sql),
      batch: <T>(list: Statement[]) => call(true, () => home.db.batch<T>(list.map((one) => originals.get(one) ?? one))),
    },
    // Bodies come before the batch that shows them: where it dies among many of them is the same.
    blobs: { ...home.blobs, put: (hash, bytes) => call(puts++ % 20 === 0, () => home.blobs.put(hash, bytes)) },
    source: { ...home.source, get: (path) => call(true, () => home.source.get(path)) },
  };
}

function first({ write }: Newsroom): void {
  for (const name of ['a', 'b', 'c', 'd']) write(`${name}.md`, article(name.toUpperCase()));
  write('authors.yml', 'kim: { name: Kim Haneul }\n');
  write('f.md', article('F', { author: 'kim' }));
}

function second({ write, move }: Newsroom): void {
  write('a.md', article('A', {}, bodyOf('edited')));
  move('b.md', 'z.md');
  write('c.md', article('C', { draft: true }));
  write('new.md', article('New', { permalink: '/new/' }));
  write('authors.yml', 'kim: { name: Kim Sora }\n');
}

/** The address goes to the first of two; where only the other can be read, to that one. */
function withTwin(room: Newsroom): void {
  second(room);
  room.write('twin.md', article('Twin', { permalink: '/new/' }));
}

/** Everything of an installation that must be the same whatever happened on the way. */
async function state(room: Newsroom) {
  const all = (sql: string) => room.home.db.prepare(sql).all();
  return {
    documents: await room.documents(),
    events: (await room.events()).toSorted(),
    ledger: await all('SELECT id, path, title, updated, withdrawn FROM ledger ORDER BY id'),
    files: await all(
      'SELECT path, hash, state, article, problems, due_at, missing_since, withdraw FROM files ORDER BY path',
    ),
    memberships: await all('SELECT * FROM memberships ORDER BY feed, sort, article'),
    open: await all("SELECT id FROM runs WHERE state IN ('queued', 'running')"),
    unbuilt: await all('SELECT key FROM feeds WHERE built < wanted'),
    // Who subscribes is told of the version that is there.
    untold: await all(
      'SELECT d.address FROM documents AS d LEFT JOIN fanouts AS f ON f.topic = d.address WHERE f.wanted IS NOT d.version',
    ),
  };
}

let twin: Newsroom;
let room: Newsroom;
afterEach(async () => {
  await twin.close();
  await room.close();
});

/** Lets a scenario die at each of its calls and go on from there; gives how many calls there are. */
async function everywhere(change: (room: Newsroom) => void, prepared: boolean, once: boolean): Promise<number> {
  const prepare = async (one: Newsroom) => {
    if (prepared) {
      first(one);
      await one.run();
    }
    change(one);
  };
  twin = openNewsroom();
  await prepare(twin);
  await twin.run();
  await twin.run();
  const expected = await state(twin);
  for (let at = 1; ; at++) {
    const death: Death = { at: Number.POSITIVE_INFINITY, calls: 0 };
    room = openNewsroom({ wrap: (home) => mortal(home, death, once) });
    await prepare(room);
    Object.assign(death, { at, calls: 0 });
    const [outcome] = await Promise.allSettled([room.run()]);
    const { calls } = death;
    room = await room.reopen({ wrap: (home) => home });
    await releaseLocks(room.home);
    await room.run();
    if (outcome.status === 'fulfilled') await room.run();
    const found = await state(room);
    for (const [what, value] of Object.entries(found))
      expect(value, `${what}, at call ${at}`).toEqual(expected[what as keyof typeof expected]);
    if (calls < at) return calls;
    await room.close();
  }
}

describe('a process that dies', () => {
  it('at any write of the first regeneration loses and doubles nothing', async () => {
    expect(await everywhere(first, false, false)).toBeGreaterThan(12);
  }, 240_000);

  it('at any write of a change loses and doubles nothing', async () => {
    expect(await everywhere(withTwin, true, false)).toBeGreaterThan(12);
  }, 240_000);
});

it('a store that fails at any call of a change loses and doubles nothing', async () => {
  expect(await everywhere(second, true, true)).toBeGreaterThan(12);
}, 240_000);

it('an interrupted run ends without being asked for another run', async () => {
  twin = openNewsroom();
  first(twin);
  await twin.run();
  const death: Death = { at: 8, calls: 0 };
  room = openNewsroom({ wrap: (home) => mortal(home, death) });
  first(room);
  await expect(room.run()).rejects.toThrow('died');
  room = await room.reopen({ wrap: (home) => home });
  await releaseLocks(room.home);
  await republish(room.home);
  expect(await room.documents()).toEqual(await twin.documents());
});

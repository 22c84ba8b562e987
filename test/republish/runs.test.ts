import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { REPUBLISH, republish } from '../../src/republish.ts';
import { consumeMessages, missedTick, REGENERATION, regenerate } from '../../src/schedule.ts';
import { acquireLock } from '../../src/storage/locks.ts';
import { findRun, lastTick, listRuns, nextOpenRun, pruneRuns, requestRun } from '../../src/storage/runs.ts';
import type { TestHome } from '../home.ts';
import { article, MINUTE, type Newsroom, openNewsroom, START, writeArticles } from './newsroom.ts';

let room: Newsroom;
let lists: number;
let gets: number;

/** Counts how often the folder is listed and files are read. */
function counting(home: TestHome): TestHome {
  const { source } = home;
  return {
    ...home,
    source: {
      ...source,
      list: (options) => {
        if (!options?.cursor) lists++;
        return source.list(options);
      },
      get: (path) => {
        gets++;
        return source.get(path);
      },
    },
  };
}

beforeEach(() => {
  lists = 0;
  gets = 0;
  room = openNewsroom({ wrap: counting });
});
afterEach(() => room.close());

const authorization = { authorization: 'Bearer test-token' };

describe('runs that are wanted at once', () => {
  it('are fifty, of which one works and all end', async () => {
    writeArticles(room, 12);
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        await requestRun(room.home, { trigger: 'api' });
        await republish(room.home);
      }),
    );
    const runs = await listRuns(room.home, 100);
    expect(runs.map((run) => run.state)).toEqual(Array.from({ length: 50 }, () => 'done'));
    expect(await room.events()).toHaveLength(12);
    expect(lists).toBeLessThan(5);
    expect(gets).toBe(12);
    const sum = (pick: (report: (typeof runs)[number]['report']) => number) =>
      runs.reduce((all, run) => all + pick(run.report), 0);
    expect(sum((report) => report.events.published)).toBe(12);
    expect(sum((report) => report.articles.added)).toBe(12);
    for (const { report, id } of runs)
      expect(report).toMatchObject({ id, error: null, held: null, articles: { seen: 12, accepted: 12, rejected: 0 } });
  });

  it('are told of paths, each its own', async () => {
    writeArticles(room, 4);
    await room.run();
    for (let n = 0; n < 10; n++) room.write(`b${n}.md`, article(`B${n}`));
    lists = 0;
    const ids = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const id = await requestRun(room.home, { trigger: 'watch', paths: [`b${n}.md`] });
        await republish(room.home);
        return id;
      }),
    );
    expect(lists).toBe(0);
    for (const id of ids) {
      expect(await findRun(room.home, id ?? '')).toMatchObject({
        state: 'done',
        report: { articles: { seen: 1, added: 1 }, events: { published: 1 } },
      });
    }
    expect((await room.titles()).filter((title) => title.startsWith('B'))).toHaveLength(10);
  });

  it('answer every caller of the interface', async () => {
    writeArticles(room, 6);
    const app = createApp(room.home);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.request('/api/runs', { method: 'POST', headers: authorization })),
    );
    const reports = (await Promise.all(answers.map((answer) => answer.json()))) as {
      id: string;
      events: { published: number };
    }[];
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(new Set(reports.map((report) => report.id)).size).toBe(8);
    expect(reports.reduce((all, report) => all + report.events.published, 0)).toBe(6);
  });

  it('take the acceptance of those that they end with them', async () => {
    writeArticles(room, 8);
    await room.run();
    room.remove('news');
    room.remove('notes');
    await requestRun(room.home, { trigger: 'api' });
    await requestRun(room.home, { trigger: 'cli', acceptWithdrawals: true });
    await republish(room.home);
    expect(await room.titles()).toEqual([]);
    expect((await listRuns(room.home, 2)).map((run) => run.report.held)).toEqual([null, null]);
  });

  it('look at the whole folder when told of more paths than a row can hold', async () => {
    writeArticles(room, 3);
    const paths = Array.from({ length: 30_000 }, (_, n) => `a/very/long/path/that/was/uploaded/${n}.md`);
    expect(await room.run([...paths, 'news/a0001.md'])).toMatchObject({ articles: { seen: 3, added: 3 } });
  });
});

describe('a tick of the schedule', () => {
  it('happens once, whoever asks', async () => {
    writeArticles(room, 3);
    await Promise.all([START, START, START].map((tick) => regenerate(room.home, tick)));
    await regenerate(room.home, START, 'missed');
    expect(await listRuns(room.home, 10)).toHaveLength(1);
    await regenerate(room.home, START + 5 * MINUTE);
    expect((await listRuns(room.home, 10)).map((run) => run.tick).toSorted()).toEqual([START, START + 5 * MINUTE]);
    expect(await lastTick(room.home, REGENERATION)).toBe(START + 5 * MINUTE);
  });

  it('is missing when the last that has a run is older', async () => {
    expect(await missedTick(room.home, START)).toBeNull();
    await regenerate(room.home, START);
    expect(await missedTick(room.home, START)).toBeNull();
    expect(await missedTick(room.home, START + MINUTE)).toBe(START + MINUTE);
    expect(await missedTick(room.home, null)).toBeNull();
  });

  it('keeps the newest two thousand runs', async () => {
    const { db } = room.home;
    await db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
         INSERT INTO runs (id, trigger, state, request, started_at) SELECT 'old' || i, 'api', 'done', '{}', i FROM n`,
      )
      .run();
    await db
      .prepare("INSERT INTO runs (id, trigger, state, request, started_at) VALUES ('open', 'api', 'queued', '{}', 0)")
      .run();
    await pruneRuns(room.home);
    const left = await db
      .prepare('SELECT COUNT(*) AS n, MIN(started_at) AS oldest FROM runs WHERE state = ?')
      .bind('done')
      .first();
    expect(left).toEqual({ n: 2000, oldest: 101 });
    expect((await nextOpenRun(room.home))?.id).toBe('open');
  });
});

describe('a run in steps', () => {
  it('goes on by a message in the next invocation, and ends the same', async () => {
    writeArticles(room, 30);
    await room.run();
    const bounded = openNewsroom({ stepsPerInvocation: 1 });
    writeArticles(bounded, 30);
    const id = await requestRun(bounded.home, { trigger: 'api' });
    await republish(bounded.home);
    expect(await findRun(bounded.home, id ?? '')).toMatchObject({ state: 'running' });
    let invocations = 0;
    const consumer = bounded.home.queue.consume(async (batch) => {
      for (const message of batch) expect(message.body).toEqual({ type: REPUBLISH });
      invocations++;
      await consumeMessages(bounded.home, batch);
    });
    await expect.poll(async () => (await findRun(bounded.home, id ?? ''))?.state, { timeout: 10_000 }).toBe('done');
    await consumer.stop();
    expect(invocations).toBeGreaterThanOrEqual(3);
    expect(await bounded.documents()).toEqual(await room.documents());
    expect((await findRun(bounded.home, id ?? ''))?.report).toMatchObject({
      articles: { seen: 30, added: 30, accepted: 30 },
      events: { published: 30 },
      documents: { written: Object.keys(await room.documents()).length },
    });
    await bounded.close();
  });

  it('holds no lock when it sends the message, so that whoever gets it can go on', async () => {
    const locked: boolean[] = [];
    const bounded = openNewsroom({
      stepsPerInvocation: 1,
      wrap: (home) => ({
        ...home,
        queue: {
          ...home.queue,
          send: async () => {
            const lock = await acquireLock(home, REPUBLISH);
            locked.push(lock === null);
            await lock?.release();
          },
        },
      }),
    });
    writeArticles(bounded, 3);
    await requestRun(bounded.home, { trigger: 'api' });
    for (let n = 0; n < 3; n++) await republish(bounded.home);
    expect(locked).toEqual([false, false, false]);
    await bounded.close();
  });

  it('is finished before another one begins', async () => {
    writeArticles(room, 250);
    room = await room.reopen({ stepsPerInvocation: 1 });
    const first = await requestRun(room.home, { trigger: 'api' });
    await republish(room.home);
    for (let n = 0; n < 20; n++) await requestRun(room.home, { trigger: 'api' });
    for (let n = 0; n < 3; n++) {
      await republish(room.home);
      expect((await nextOpenRun(room.home))?.id).toBe(first);
    }
  });

  it('is not held up by a holder that ended and could not say so', async () => {
    let isLocked = true;
    const { db } = room.home;
    const home = {
      ...room.home,
      db: {
        ...db,
        prepare: (sql: string) => {
          if (isLocked && sql.startsWith('DELETE FROM locks')) throw new Error('Another program holds the database.');
          return db.prepare(sql);
        },
      },
    };
    const lock = await acquireLock(home, 'work');
    await expect(lock?.release()).rejects.toThrow('Another program');
    expect(await acquireLock(room.home, 'work')).toBeNull();
    isLocked = false;
    const next = await acquireLock(home, 'work');
    expect(next).not.toBeNull();
    expect(await acquireLock(home, 'work')).toBeNull();
    await next?.release();
  });

  it('that lost its lock to another cannot commit', async () => {
    const lock = await acquireLock(room.home, 'work');
    if (!lock) throw new Error('nobody else has it');
    const { db } = room.home;
    const write = () => lock.db.batch([db.prepare("INSERT INTO settings (name, value) VALUES ('mine', '1')")]);
    expect(await acquireLock(room.home, 'work')).toBeNull();
    expect(await lock.renew()).toBe(true);
    room.clock.now += 2 * MINUTE;
    const other = await acquireLock(room.home, 'work');
    expect(other).not.toBeNull();
    await expect(write()).rejects.toThrow();
    expect(await lock.renew()).toBe(false);
    expect(await db.prepare("SELECT 1 FROM settings WHERE name = 'mine'").first()).toBeNull();
    await lock.release();
    expect(await acquireLock(room.home, 'work')).toBeNull();
    const [result] = await (other?.db.batch([db.prepare('SELECT 1 AS one')]) ?? []);
    expect(result?.results).toEqual([{ one: 1 }]);
  });

  it('leaves the work to who took it for dead', async () => {
    writeArticles(room, 3);
    let stolen = false;
    const slow: TestHome = {
      ...room.home,
      source: {
        ...room.home.source,
        list: async (options) => {
          if (!stolen) {
            stolen = true;
            room.clock.now += 2 * MINUTE;
            await republish(room.home);
          }
          return room.home.source.list(options);
        },
      },
    };
    const id = await requestRun(room.home, { trigger: 'api' });
    await republish(slow);
    expect(await findRun(room.home, id ?? '')).toMatchObject({ state: 'done', report: { events: { published: 3 } } });
    expect(await room.events()).toHaveLength(3);
  });
});

describe('one feed that cannot be made', () => {
  it('stops no other, is said, and is made by the next run', async () => {
    let broken = true;
    await room.close();
    room = openNewsroom({
      config: { feeds: { defined: [{ path: '/special', title: 'Special' }] } },
      wrap: (home) => ({
        ...home,
        blobs: {
          ...home.blobs,
          put: async (hash, bytes) => {
            if (broken && new TextDecoder().decode(bytes).includes('/special/')) throw new Error('no more paper');
            await home.blobs.put(hash, bytes);
          },
        },
      }),
    });
    writeArticles(room, 6);
    const report = await room.run();
    expect(report.error).toContain('/special: no more paper');
    expect(report.events.published).toBe(6);
    expect(await room.titles()).toHaveLength(6);
    expect(await room.titles('/tag/t1/feed.json')).not.toHaveLength(0);
    expect(await room.get('/special/feed.json')).toBeNull();
    broken = false;
    expect(await room.run(['news/a0001.md'])).toMatchObject({ error: null, documents: { written: 3 } });
    expect(await room.titles('/special/feed.json')).toHaveLength(6);
  });
});

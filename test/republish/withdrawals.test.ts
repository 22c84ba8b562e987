import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { duePaths, nextDue } from '../../src/ledger/scan.ts';
import { housekeep } from '../../src/schedule.ts';
import { listRuns } from '../../src/storage/runs.ts';
import { readSetting } from '../../src/storage/settings.ts';
import { article, bodyOf, MINUTE, type Newsroom, openNewsroom, START, writeArticles } from './newsroom.ts';

let room: Newsroom;
beforeEach(() => {
  room = openNewsroom();
});
afterEach(() => room.close());

/** How often an article's words stand in any document. */
async function shown(words: string): Promise<number> {
  return Object.values(await room.documents()).filter((text) => text.includes(words)).length;
}

describe('a missing file', () => {
  beforeEach(async () => {
    room.write('gone.md', article('Gone', { tags: ['x'], categories: ['News'] }));
    room.write('stays.md', article('Stays', { tags: ['x'] }));
    await room.run();
    room.remove('gone.md');
  });

  it('is only missing for one run, and withdrawn from all feeds by the second', async () => {
    expect((await room.run()).events.withdrawn).toBe(0);
    expect(await shown('Gone')).toBeGreaterThan(3);
    const report = await room.run();
    expect(report).toMatchObject({ events: { withdrawn: 1 }, articles: { seen: 1, removed: 1 }, held: null });
    expect(await shown('Gone')).toBe(0);
    expect(await room.events()).toEqual(['published Gone', 'published Stays', 'withdrawn Gone']);
    expect(await room.file('gone.md')).toBeUndefined();
    expect((await room.run()).events.withdrawn).toBe(0);
  });

  it('is withdrawn after ten minutes when no run comes by', async () => {
    await room.run(['gone.md']);
    expect(await nextDue(room.home)).toBe(START + 10 * MINUTE);
    room.clock.now += 10 * MINUTE - 1;
    await housekeep(room.home);
    expect(await shown('Gone')).toBeGreaterThan(3);
    room.clock.now += 1;
    await housekeep(room.home);
    expect(await shown('Gone')).toBe(0);
    expect(await nextDue(room.home)).toBeNull();
  });

  it('is as it was when it is back in time', async () => {
    const before = await room.documents();
    const versions = await room.versions();
    await room.run(['gone.md']);
    room.write('gone.md', article('Gone', { tags: ['x'], categories: ['News'] }));
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.documents()).toEqual(before);
    expect(await room.versions()).toEqual(versions);
    expect(await nextDue(room.home)).toBeNull();
    expect(await room.events()).toHaveLength(2);
  });
});

describe('an article that its file withholds', () => {
  it('is withdrawn at once as a draft, and comes back without being news', async () => {
    room.write('a.md', article('A'));
    await room.run();
    room.write('a.md', article('A', { draft: true }));
    const report = await room.run();
    expect(report).toMatchObject({ events: { withdrawn: 1 }, articles: { withheld: 1, accepted: 0, changed: 1 } });
    expect(await shown('A has to say')).toBe(0);
    room.write('a.md', article('A'));
    await room.run();
    expect(await room.events()).toEqual(['published A', 'withdrawn A', 'updated A']);
    expect(await shown('A has to say')).toBeGreaterThan(0);
  });

  it('appears by itself at its time and is taken back at the end of its time', async () => {
    room.write('a.md', article('A', { date: '2026-05-01 09:10', expires: '2026-05-01 09:20' }));
    const report = await room.run();
    expect(report).toMatchObject({ articles: { withheld: 1 }, events: { published: 0 } });
    expect(await shown('A has to say')).toBe(0);
    expect(await nextDue(room.home)).toBe(START + 10 * MINUTE);
    room.clock.now = START + 10 * MINUTE - 1;
    expect(await duePaths(room.home, room.clock.now)).toEqual([]);
    room.clock.now++;
    await housekeep(room.home);
    expect(await shown('A has to say')).toBeGreaterThan(0);
    expect(await nextDue(room.home)).toBe(START + 20 * MINUTE);
    room.clock.now = START + 20 * MINUTE;
    await housekeep(room.home);
    expect(await shown('A has to say')).toBe(0);
    expect(await room.events()).toEqual(['published A', 'withdrawn A']);
    expect(await nextDue(room.home)).toBeNull();
  });

  it('is withdrawn when its date is moved into the future, and published again then', async () => {
    room.write('a.md', article('A'));
    await room.run();
    room.write('a.md', article('A', { date: '2026-05-02' }));
    await room.run();
    expect(await shown('A has to say')).toBe(0);
    room.clock.now = Date.UTC(2026, 4, 2);
    await housekeep(room.home);
    expect(await shown('A has to say')).toBeGreaterThan(0);
    expect(await room.events()).toEqual(['published A', 'withdrawn A', 'updated A']);
  });
});

describe('an article whose file cannot be read any more', () => {
  it('stays as it last was, which is said, and is an update when mended', async () => {
    room.write('a.md', article('A'));
    await room.run();
    const before = await room.documents();
    room.write('a.md', '---\ntitle: "A\ndate: [\n---\nBroken\n');
    const report = await room.run();
    expect(report.articles).toMatchObject({ rejected: 1, accepted: 0, seen: 1 });
    expect(await room.documents()).toEqual(before);
    const codes = (await room.file('a.md'))?.problems.map((problem) => problem.code);
    expect(codes).toContain('last-good-kept');
    room.clock.now += MINUTE;
    room.write('a.md', article('A', {}, bodyOf('mended')));
    await room.run();
    expect(await room.events()).toEqual(['published A', 'updated A']);
    expect(await room.file('a.md')).toMatchObject({ state: 'accepted', problems: [] });
  });

  it('is withdrawn when the broken file is deleted', async () => {
    room.write('a.md', article('A'));
    room.write('b.md', article('B'));
    await room.run();
    room.write('a.md', '---\ntitle: "A\ndate: [\n---\nBroken\n');
    await room.run();
    room.remove('a.md');
    await room.run();
    await room.run();
    expect(await shown('A has to say')).toBe(0);
  });

  it('is tried again by the next run when its bytes could not be had', async () => {
    await room.close();
    let broken = false;
    room = openNewsroom({
      wrap: (home) => ({
        ...home,
        source: {
          ...home.source,
          get: (path) => (broken && path === 'a.md' ? Promise.reject(new Error('EIO')) : home.source.get(path)),
        },
      }),
    });
    room.write('a.md', article('A'));
    room.write('b.md', article('B'));
    await room.run();
    broken = true;
    room.write('a.md', article('A', {}, bodyOf('second')));
    room.write('b.md', article('B', {}, bodyOf('third')));
    expect(await room.run()).toMatchObject({ error: null, articles: { rejected: 1, accepted: 1 } });
    expect(await shown('third has to say')).toBeGreaterThan(0);
    expect(await shown('A has to say')).toBeGreaterThan(0);
    expect((await room.file('a.md'))?.problems[0]).toMatchObject({ code: 'unreadable' });
    broken = false;
    await room.run();
    expect(await shown('second has to say')).toBeGreaterThan(0);
    expect(await room.file('a.md')).toMatchObject({ state: 'accepted', problems: [] });
  });
});

describe('many withdrawals at once', () => {
  beforeEach(async () => {
    writeArticles(room, 30);
    await room.run();
  });

  it.each([
    ['six of thirty', 6, true],
    ['five of thirty', 5, false],
  ])('%s are held: %3$s', async (_, count, held) => {
    for (let n = 1; n <= count; n++) room.remove(`${n % 2 ? 'news' : 'notes'}/a000${n}.md`);
    await room.run();
    const report = await room.run();
    expect(report.held !== null).toBe(held);
    expect(report.events.withdrawn).toBe(held ? 0 : count);
  });

  it('are not held up to one in twenty', async () => {
    for (let n = 31; n <= 200; n++) room.write(`more/b${n}.md`, article(`More ${n}`));
    await room.run();
    for (let n = 31; n <= 40; n++) room.remove(`more/b${n}.md`);
    await room.run();
    expect(await room.run()).toMatchObject({ held: null, events: { withdrawn: 10 } });
  });

  it('are held when they come of drafts, and the additions of that run go through', async () => {
    for (let n = 1; n <= 9; n++) room.write(`${n % 2 ? 'news' : 'notes'}/a000${n}.md`, article('D', { draft: true }));
    room.write('new.md', article('Brand new'));
    const report = await room.run();
    expect(report.held).toMatchObject({ reason: 'many-withdrawals', withdrawals: 9 });
    expect(report.held?.articles[0]).toEqual({ path: 'news/a0001.md', title: 'Article 1', reason: 'draft' });
    expect(report.held?.message).toContain('--accept-withdrawals');
    expect(report.events).toEqual({ published: 1, updated: 0, withdrawn: 0 });
    expect(await shown('Brand new')).toBeGreaterThan(0);
    expect(await shown('Article 9')).toBeGreaterThan(0);
    expect(JSON.parse((await readSetting(room.home, 'held')) ?? 'null')).toEqual(report.held);
    expect((await room.run()).held).toEqual(report.held);
    const accepted = await room.run(undefined, { acceptWithdrawals: true });
    expect(accepted).toMatchObject({ held: null, events: { withdrawn: 9 } });
    expect(await shown('Article 9')).toBe(0);
    expect(await readSetting(room.home, 'held')).toBe('null');
  });

  it('are held when the folder is emptied, from the first run on, however often it is looked at', async () => {
    const before = await room.documents();
    room.remove('news');
    room.remove('notes');
    for (let n = 0; n < 4; n++) {
      room.clock.now += 10 * MINUTE;
      await housekeep(room.home);
      expect((await room.run()).held).toMatchObject({ reason: 'folder-empty', withdrawals: 30 });
    }
    expect(await room.documents()).toEqual(before);
    expect(await room.events()).toHaveLength(30);
    const refused = await room.home.db.prepare("SELECT 1 FROM events WHERE type = 'withdrawn'").all();
    expect(refused).toEqual([]);
    writeArticles(room, 30);
    expect(await room.run()).toMatchObject({ held: null, events: { published: 0, updated: 0, withdrawn: 0 } });
    expect(await room.documents()).toEqual(before);
  });

  it('are let go by one run that accepts them', async () => {
    room.remove('news');
    room.remove('notes');
    const app = createApp(room.home);
    const answer = await app.request('/api/runs', {
      method: 'POST',
      headers: { authorization: 'Bearer test-token' },
      body: JSON.stringify({ acceptWithdrawals: true }),
    });
    expect(await answer.json()).toMatchObject({ held: null, events: { withdrawn: 30 }, articles: { removed: 30 } });
    expect(await room.titles()).toEqual([]);
  });

  it('are held for the last article of a small folder too', async () => {
    await room.close();
    room = openNewsroom();
    room.write('only.md', article('Only'));
    await room.run();
    room.remove('only.md');
    await room.run();
    expect((await room.run()).held).toMatchObject({ reason: 'folder-empty', withdrawals: 1 });
    expect(await room.titles()).toEqual(['Only']);
  });
});

describe('a folder that is not there', () => {
  it('fails the run and says why, serves everything, and goes on when it is back', async () => {
    writeArticles(room, 8);
    room.write('later.md', article('Later', { date: '2026-05-01 09:05' }));
    await room.run();
    const before = await room.documents();
    const { folder } = room.home;
    renameSync(join(folder, 'content'), join(folder, 'away'));
    const report = await room.run();
    expect(report).toMatchObject({ held: { reason: 'source-unavailable' }, events: { withdrawn: 0 } });
    expect(report.error).toContain('TIDINGS_CONTENT');
    expect(Math.min(...Object.values(report.articles))).toBeGreaterThanOrEqual(0);
    expect(JSON.parse((await readSetting(room.home, 'held')) ?? 'null')).toMatchObject({
      reason: 'source-unavailable',
    });
    expect(await room.documents()).toEqual(before);

    // What comes due meanwhile is tried once a minute and not at every turn.
    room.clock.now = START + 5 * MINUTE;
    for (let n = 0; n < 5; n++) await housekeep(room.home);
    expect((await listRuns(room.home, 100)).filter((run) => run.trigger === 'due')).toHaveLength(1);
    expect(await nextDue(room.home)).toBe(room.clock.now + MINUTE);

    renameSync(join(folder, 'away'), join(folder, 'content'));
    room.clock.now += MINUTE;
    await housekeep(room.home);
    expect(await shown('Later has to say')).toBeGreaterThan(0);
    expect(await room.run()).toMatchObject({ held: null, error: null, articles: { seen: 9, accepted: 9 } });
    expect(await readSetting(room.home, 'held')).toBe('null');
  });
});

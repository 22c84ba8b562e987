import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { nextDue } from '../../src/ledger/scan.ts';
import { housekeep } from '../../src/schedule.ts';
import { article, MINUTE, type Newsroom, openNewsroom, START, writeArticles } from './newsroom.ts';

let room: Newsroom;
beforeEach(() => {
  room = openNewsroom();
});
afterEach(() => room.close());

async function shown(words: string): Promise<number> {
  return Object.values(await room.documents()).filter((text) => text.includes(words)).length;
}

/** What the interface answers the publisher. */
async function ask(method: string, path: string, body?: object) {
  const init = { method, headers: { authorization: 'Bearer test-token' }, ...(body && { body: JSON.stringify(body) }) };
  const answer = await createApp(room.home).request(path, init);
  return { status: answer.status, body: await answer.json() };
}

const history = async (of: string) => (await ask('GET', `/api/ledger?${new URLSearchParams({ article: of })}`)).body;

describe('an article that the publisher takes back by command', () => {
  beforeEach(async () => {
    room.write('a.md', article('A'));
    room.write('b.md', article('B'));
    await room.run();
  });

  it('leaves every document though its file is there, stays away, and comes back as an update with its id', async () => {
    const [, id] = await room.ids();
    const { status, body } = await ask('POST', '/api/withdrawals', { article: 'a.md', reason: 'Not ours' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      state: 'withdrawn',
      withdrawn: { reason: 'withdrawn' },
      retraction: { kind: 'withdraw', reason: 'Not ours' },
      problems: [{ code: 'withdrawn', message: expect.stringContaining('tidings articles restore') }],
    });
    expect(await shown('A has to say')).toBe(0);
    expect(await room.get('/atom.xml')).toContain('at:deleted-entry');
    room.write('a.md', article('A', { tags: ['more'] }));
    await room.run();
    expect(await shown('A has to say')).toBe(0);
    expect((await ask('GET', '/api/withdrawals')).body.withdrawals).toMatchObject([{ article: id, title: 'A' }]);

    room.clock.now += MINUTE;
    expect((await ask('POST', '/api/restorations', { article: id })).body).toMatchObject({
      state: 'published',
      updated: new Date(START + MINUTE).toISOString(),
      retraction: null,
      events: [{ type: 'updated', because: ['restored'] }, { type: 'withdrawn' }, { type: 'published' }],
    });
    expect(await room.ids()).toContain(id);
    expect(await room.events()).toEqual(['published A', 'published B', 'withdrawn A', 'updated A']);
    expect((await ask('POST', '/api/restorations', { article: id })).status).toBe(409);
    expect(await nextDue(room.home)).toBeNull();
  });

  it('may be killed, also when it is withdrawn already, and is no quiet withdrawal then', async () => {
    await ask('POST', '/api/withdrawals', { article: 'a.md', reason: 'Not ours' });
    const { body } = await ask('POST', '/api/kills', { article: 'a.md', reason: 'Libel' });
    expect(body).toMatchObject({ withdrawn: { reason: 'killed' }, retraction: { kind: 'kill', reason: 'Libel' } });
    expect(await room.events()).toEqual(['published A', 'published B', 'withdrawn A', 'withdrawn A']);
    expect((await ask('POST', '/api/withdrawals', { article: 'a.md', reason: 'Oh' })).status).toBe(409);
    expect((await ask('POST', '/api/kills', { article: 'a.md' })).status).toBe(400);
    expect((await ask('POST', '/api/kills', { article: 'c.md', reason: 'x' })).status).toBe(404);
  });

  it('stays away when its file was moved meanwhile', async () => {
    await ask('POST', '/api/withdrawals', { article: 'a.md', reason: 'Not ours' });
    room.move('a.md', 'moved.md');
    await room.run();
    await room.run();
    expect(await shown('A has to say')).toBe(0);
    expect(await room.file('moved.md')).toMatchObject({ state: 'withheld' });
  });

  it('goes at once though a run that withdraws many is held', async () => {
    writeArticles(room, 30);
    await room.run();
    for (let n = 1; n <= 20; n++) room.remove(`${n % 2 ? 'news' : 'notes'}/a${String(n).padStart(4, '0')}.md`);
    expect((await room.run()).held).not.toBeNull();
    await ask('POST', '/api/kills', { article: 'b.md', reason: 'Libel' });
    expect(await shown('B has to say')).toBe(0);
    expect((await room.events()).filter((event) => event.startsWith('withdrawn'))).toEqual(['withdrawn B']);
  });
});

describe('what counts as an update', () => {
  it('is a title, a body, a correction, a picture without rights, and no tag', async () => {
    const picture = { url: 'https://img.test/a.jpg', expires: '2026-05-01 09:30' };
    const body = '![Alt](https://img.test/a.jpg)\n\nA said this.\n';
    room.write('a.md', article('A', { image: picture }, body));
    await room.run();
    expect(await shown('https://img.test/a.jpg')).toBeGreaterThan(2);
    expect(await nextDue(room.home)).toBe(START + 30 * MINUTE);
    room.write('a.md', article('A', { image: picture, tags: ['x'] }, body));
    await room.run();
    room.write('a.md', article('AA', { image: picture }, `${body}And that.\n`));
    await room.run();
    const correction = { note: 'It was <b>that</b> & no other', date: '2026-05-01' };
    room.write('a.md', article('AA', { image: picture, correction }, `${body}And that.\n`));
    await room.run();
    expect(await history('a.md')).toMatchObject({
      corrections: [{ note: 'It was that & no other', date: '2026-05-01T00:00:00.000Z' }],
      image: { expires: new Date(START + 30 * MINUTE).toISOString() },
    });
    for (const address of ['/rss.xml', '/atom.xml', '/feed.json'])
      expect((await room.get(address))?.replaceAll('&amp;', '&')).toContain('It was that &');
    expect((await room.get('/feed.json')) ?? '').toContain('"_corrections":[{"note":"It was that & no other"');

    room.clock.now = START + 30 * MINUTE;
    await housekeep(room.home);
    expect(await shown('https://img.test/a.jpg')).toBe(0);
    expect(await shown('And that.')).toBeGreaterThan(2);
    const { events, updated, significant } = await history('a.md');
    expect(events.map(({ because }: { because: string[] }) => because)).toEqual([
      ['picture'],
      ['correction'],
      ['title', 'body'],
      [],
    ]);
    expect(updated).toBe(new Date(START + 30 * MINUTE).toISOString());
    expect(Object.keys(significant)).toContain('correction');
  });

  it('leaves a picture out whose rights cannot be read, and says so', async () => {
    room.write('a.md', article('A', { image: 'https://img.test/a.jpg', image_expires: 'soon' }));
    await room.run();
    expect(await shown('https://img.test/a.jpg')).toBe(0);
    expect((await room.file('a.md'))?.problems).toMatchObject([{ code: 'date-invalid', line: 5 }]);
  });
});

describe('a tombstone', () => {
  it('leaves by the clock', async () => {
    room.write('a.md', article('A'));
    room.write('b.md', article('B'));
    await room.run();
    await ask('POST', '/api/withdrawals', { article: 'a.md', reason: 'Not ours' });
    room.clock.now += 29 * 86_400_000;
    await housekeep(room.home);
    expect(await room.get('/atom.xml')).toContain('at:deleted-entry');
    room.clock.now += 86_400_000;
    await housekeep(room.home);
    expect(await room.get('/atom.xml')).not.toContain('at:deleted-entry');
  });
});

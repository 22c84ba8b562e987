import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { article, bodyOf, MINUTE, type Newsroom, openNewsroom, writeArticles } from './newsroom.ts';

let room: Newsroom;
afterEach(() => room.close());

/** A newsroom with one published article, `posts/old.md`. */
async function withOne(text = article('One'), config: ConfigInput = {}): Promise<string> {
  room = openNewsroom({ config });
  room.write('posts/old.md', text);
  room.write('posts/other.md', article('Other', { date: '2026-03-01 08:00' }));
  await room.run();
  return (await room.ids())[0] ?? '';
}

describe('an article keeps its id for life', () => {
  it.each([
    ['title', article('Another title', {}, bodyOf('One'))],
    ['slug', article('One', { slug: 'changed' })],
    ['permalink', article('One', { permalink: '/somewhere/else/' })],
    ['date', article('One', { date: '2026-04-20 10:00' })],
    ['body', article('One', {}, bodyOf('something new'))],
    ['everything', article('All new', { date: '2026-04-21', slug: 'new' }, bodyOf('all new'))],
  ])('when its %s is edited', async (_, text) => {
    const id = await withOne();
    room.write('posts/old.md', text);
    await room.run();
    expect(await room.ids()).toHaveLength(2);
    expect(await room.ids()).toContain(id);
    expect((await room.events()).filter((event) => event.startsWith('published'))).toHaveLength(2);
  });

  const moves = ['posts/new.md', 'a/first.md', 'z/last.md'];
  it.each(moves)('when it moves to %s and the whole folder is looked at', async (to) => {
    const id = await withOne();
    room.move('posts/old.md', to);
    await room.run();
    expect(await room.ids()).toHaveLength(2);
    expect(await room.ids()).toContain(id);
    expect((await room.files()).map((file) => file.path)).toEqual([to, 'posts/other.md'].sort());
    expect(await room.events()).toHaveLength(2);
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.ids()).toContain(id);
  });

  it.each(moves)('when the deletion is told first, then that it is now %s', async (to) => {
    const id = await withOne();
    room.move('posts/old.md', to);
    await room.run(['posts/old.md']);
    expect(await room.ids()).toContain(id);
    await room.run([to]);
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.ids()).toEqual([id, expect.any(String)]);
    expect(await room.events()).toHaveLength(2);
  });

  it.each(moves)('when it is told first that it is now %s, then the deletion', async (to) => {
    const id = await withOne();
    room.move('posts/old.md', to);
    await room.run([to]);
    await room.run(['posts/old.md']);
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.ids()).toEqual([id, expect.any(String)]);
    expect(await room.events()).toHaveLength(2);
  });

  it('when both are told at once, in either order', async () => {
    const id = await withOne();
    room.move('posts/old.md', 'a.md');
    await room.run(['posts/old.md', 'a.md']);
    room.move('a.md', 'z.md');
    await room.run(['z.md', 'a.md', 'z.md']);
    expect(await room.ids()).toContain(id);
    expect(await room.events()).toHaveLength(2);
  });

  it('when it moves and changes its title, its body staying', async () => {
    const id = await withOne();
    room.move('posts/old.md', 'posts/new.md');
    room.write('posts/new.md', article('Renamed', {}, bodyOf('One')));
    await room.run();
    expect(await room.ids()).toContain(id);
    expect(await room.events()).toEqual(['published Renamed', 'published Other', 'updated Renamed'].toSorted(byEvent));
  });

  it('when it moves and changes its body, date and title staying', async () => {
    const id = await withOne();
    room.move('posts/old.md', 'posts/new.md');
    room.write('posts/new.md', article('One', {}, bodyOf('rewritten')));
    await room.run();
    expect(await room.ids()).toContain(id);
    expect((await room.events()).filter((event) => event.startsWith('updated'))).toEqual(['updated One']);
  });

  it('when it moves and everything in it changes but the id that it names', async () => {
    const id = await withOne(article('One', { guid: 'my-own-id' }));
    expect(id).toBe('my-own-id');
    room.remove('posts/old.md');
    room.write('x/y.md', article('All new', { date: '2026-04-21', guid: 'my-own-id' }, bodyOf('all new')));
    await room.run();
    expect(await room.ids()).toContain('my-own-id');
    expect(await room.ids()).toHaveLength(2);
  });

  it('when it comes back after it was withdrawn', async () => {
    const id = await withOne();
    room.remove('posts/old.md');
    await room.run();
    await room.run();
    expect(await room.ids()).not.toContain(id);
    room.write('elsewhere.md', article('One'));
    await room.run();
    expect(await room.ids()).toContain(id);
    const events = await room.events();
    expect(events.slice(2)).toEqual(['withdrawn One', 'updated One']);
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.events()).toEqual(events);
  });

  it('when it was a draft meanwhile and moved in the same step', async () => {
    const id = await withOne();
    room.write('posts/old.md', article('One', { draft: true }));
    await room.run();
    room.remove('posts/old.md');
    room.write('a/one.md', article('One'));
    await room.run(['a/one.md']);
    for (let n = 0; n < 4; n++) await room.run();
    expect(await room.ids()).toContain(id);
    expect((await room.events()).slice(2)).toEqual(['withdrawn One', 'updated One']);
  });

  it('when the site moves to another domain, or makes addresses in another way', async () => {
    room = openNewsroom({ config: { site: { url: 'https://old.example', permalink: '/:title/' } } });
    writeArticles(room, 30);
    await room.run();
    const ids = await room.ids();
    const events = await room.events();
    const updated = await room.home.db.prepare('SELECT id, updated FROM ledger ORDER BY id').all();
    for (const site of [
      { url: 'https://new.example', permalink: '/:title/' },
      { url: 'https://new.example', permalink: '/:year/:month/:title' },
    ]) {
      room = await room.reopen({ config: { site } });
      room.clock.now += MINUTE;
      const report = await room.run(['news/a0001.md']);
      expect(report.events).toEqual({ published: 0, updated: 0, withdrawn: 0 });
      expect(report.documents.written).toBeGreaterThan(0);
      expect(await room.ids()).toEqual(ids);
      expect(await room.events()).toEqual(events);
      expect(await room.get('/feed.json')).toContain('https://new.example/');
      expect(await room.get('/feed.json')).not.toContain('https://old.example/2026');
      expect(await room.home.db.prepare('SELECT id, updated FROM ledger ORDER BY id').all()).toEqual(updated);
    }
  });

  it('when addresses exchange owners through a new pattern', async () => {
    const files = (write: Newsroom['write']) => {
      write('one.md', article('One', { a: 'x', b: 'y' }));
      write('three.md', article('Three', { a: 'z', b: 'x' }));
      write('two.md', article('Two', { a: 'y', b: 'z' }));
    };
    const config = (key: string): ConfigInput => ({ site: { url: 'https://s.example', permalink: `/:${key}/` } });
    room = openNewsroom({ config: config('a') });
    files(room.write);
    await room.run();
    const titles = await room.titles();
    const ids = await room.ids();
    expect(ids).toHaveLength(3);
    room = await room.reopen({ config: config('b') });
    await room.run();
    expect(await room.ids()).toEqual(ids);
    expect(await room.titles()).toEqual(titles);
    expect((await room.files()).map((file) => file.state)).toEqual(['accepted', 'accepted', 'accepted']);
  });
});

const byEvent = (a: string, b: string) => Number(a.startsWith('updated')) - Number(b.startsWith('updated'));

describe('files that exchange their names', () => {
  const idOf = async (title: string) => (await room.ids())[(await room.titles()).indexOf(title)];

  it('keep the ids of their articles', async () => {
    room = openNewsroom();
    room.write('a.md', article('A'));
    room.write('b.md', article('B'));
    await room.run();
    const [a, b] = [await idOf('A'), await idOf('B')];
    room.move('a.md', 'tmp');
    room.move('b.md', 'a.md');
    room.move('tmp', 'b.md');
    await room.run();
    expect([await idOf('A'), await idOf('B')]).toEqual([a, b]);
    expect(await room.ids()).toHaveLength(2);
    expect(await room.events()).toHaveLength(2);
    expect((await room.files()).map((file) => file.state)).toEqual(['accepted', 'accepted']);
  });

  it.each(['up', 'down'])('keep them when numbered parts move %s', async (way) => {
    room = openNewsroom();
    for (const n of [2, 3, 4, 5]) room.write(`part-${n}.md`, article(`Part ${n}`));
    await room.run();
    const before = await Promise.all([2, 3, 4, 5].map((n) => idOf(`Part ${n}`)));
    for (const n of way === 'up' ? [5, 4, 3, 2] : [2, 3, 4, 5])
      room.move(`part-${n}.md`, `part-${way === 'up' ? n + 1 : n - 1}.md`);
    await room.run();
    expect(await Promise.all([2, 3, 4, 5].map((n) => idOf(`Part ${n}`)))).toEqual(before);
    expect(await room.events()).toHaveLength(4);
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.ids()).toHaveLength(4);
  });

  it('leave nobody behind when one file is moved over another', async () => {
    room = openNewsroom();
    room.write('a.md', article('A'));
    room.write('b.md', article('B'));
    await room.run();
    room.move('b.md', 'a.md');
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.titles()).toEqual(['B']);
    const orphans = 'SELECT id FROM articles WHERE id NOT IN (SELECT article FROM files WHERE article IS NOT NULL)';
    expect(await room.home.db.prepare(orphans).all()).toEqual([]);
  });
});

describe('what cannot be known is not guessed', () => {
  it('publishes a renamed and rewritten file as new, notes it, and believes the id that the note asks for', async () => {
    const id = await withOne();
    room.clock.now += MINUTE;
    room.remove('posts/old.md');
    room.write('posts/new.md', article('One', { date: '2026-04-02' }, bodyOf('rewritten')));
    await room.run();
    const note = (await room.file('posts/new.md'))?.problems.find((problem) => problem.code === 'resembles-missing');
    expect(note?.mend).toBe(`guid: ${JSON.stringify(id)}`);
    expect(note?.message).toContain('posts/old.md');
    await room.run();
    expect((await room.events()).slice(2)).toEqual(['published One', 'withdrawn One']);
    expect((await room.file('posts/new.md'))?.problems).toHaveLength(1);

    room.write('posts/new.md', article('One', { date: '2026-04-02', guid: id }, bodyOf('rewritten')));
    await room.run();
    expect(await room.ids()).toEqual([id, expect.any(String)]);
    for (let n = 0; n < 3; n++) await room.run();
    expect(await room.ids()).toEqual([id, expect.any(String)]);
    expect(await room.titles('/category/none/feed.json')).toEqual([]);
  });

  it('gives no article the id of another', async () => {
    room = openNewsroom({ config: { ids: () => 'same' } });
    for (const name of ['a', 'b', 'c']) room.write(`${name}.md`, article(name));
    await room.run();
    room.write('d.md', article('d'));
    await room.run();
    room.remove('b.md');
    await room.run();
    await room.run();
    room.write('e.md', article('e'));
    await room.run();
    expect((await room.ids()).toSorted()).toEqual(['same', 'same-3', 'same-4', 'same-5']);
    expect((await room.titles()).toSorted()).toEqual(['a', 'c', 'd', 'e']);
  });

  it('says so when two files name one id', async () => {
    room = openNewsroom();
    room.write('a.md', article('A', { guid: 'x' }));
    room.write('b.md', article('B', { guid: 'x' }));
    await room.run();
    expect((await room.ids()).toSorted()).toEqual(['x', 'x-2']);
    expect((await room.file('b.md'))?.problems.map((problem) => problem.code)).toEqual(['id-duplicate']);
  });

  it('rejects only the article for which the configured function fails', async () => {
    room = openNewsroom({
      config: {
        ids: (one) => {
          if (one.title === 'Bad') throw new Error('no number');
          return one.title === 'Empty' ? '' : `id:${one.title}`;
        },
      },
    });
    for (const name of ['Bad', 'Empty', 'Good']) room.write(`${name}.md`, article(name));
    const report = await room.run();
    expect(await room.ids()).toEqual(['id:Good']);
    expect(report.articles).toMatchObject({ seen: 3, accepted: 1, rejected: 2 });
    expect((await room.file('Bad.md'))?.problems[0]).toMatchObject({ code: 'id-invalid' });
  });

  it('takes short bodies for no proof', async () => {
    room = openNewsroom();
    room.write('a.md', article('A', {}, 'Short.\n'));
    await room.run();
    room.remove('a.md');
    room.write('b.md', article('B', { date: '2026-04-05' }, 'Short.\n'));
    await room.run();
    expect(await room.ids()).toHaveLength(2);
  });
});

it('a second home with the same articles and ledger makes the same bytes', async () => {
  room = openNewsroom({ config: { site: { url: 'https://s.example', permalink: '/:title/' } } });
  writeArticles(room, 25);
  await room.run();
  room.clock.now += 5 * MINUTE;
  room.write('news/a0003.md', article('Changed', { date: '2026-01-01 03:00', tags: ['t9'] }));
  room.move('notes/a0004.md', 'moved.md');
  await room.run();
  const second = openNewsroom({ config: { site: { url: 'https://s.example', permalink: '/:title/' } } });
  second.clock.now = room.clock.now + 60 * MINUTE;
  for (const { path } of await room.files()) {
    const got = await room.home.source.get(path);
    second.write(path, new TextDecoder().decode(got?.bytes));
  }
  const ledger = await room.home.db.prepare('SELECT * FROM ledger').all<Record<string, string>>();
  for (const row of ledger) {
    const columns = Object.keys(row);
    await second.home.db
      .prepare(`INSERT INTO ledger (${columns}) VALUES (${columns.map(() => '?')})`)
      .bind(...Object.values(row))
      .run();
  }
  const report = await second.run();
  expect(report.events).toEqual({ published: 0, updated: 0, withdrawn: 0 });
  const expected = await room.documents();
  // A feed that lost its last article has an empty document where it once stood.
  expect(Object.keys(expected).length).toBeGreaterThan(15);
  expect(await second.documents()).toEqual(expected);
  await second.close();
});

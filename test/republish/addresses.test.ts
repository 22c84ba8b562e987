import { afterEach, beforeEach, expect, it } from 'vitest';
import { article, bodyOf, type Newsroom, openNewsroom, START } from './newsroom.ts';

let room: Newsroom;
beforeEach(() => {
  room = openNewsroom({ config: { site: { url: 'https://s.example', permalink: '/:title/' } } });
});
afterEach(() => room.close());

const at = (title: string, permalink: string) => article(title, { permalink });
const codes = async (path: string) => (await room.file(path))?.problems.map((problem) => problem.code);
const states = async () => Object.fromEntries((await room.files()).map((file) => [file.path, file.state]));

it('the one that is published keeps an address, and the other comes in when it is free', async () => {
  room.write('z.md', at('First', '/same/'));
  await room.run();
  room.write('a.md', at('Second', '/same/'));
  expect(await room.run()).toMatchObject({
    articles: { added: 1, accepted: 1, rejected: 1 },
    events: { published: 0 },
  });
  expect(await room.titles()).toEqual(['First']);
  expect(await codes('a.md')).toEqual(['url-duplicate']);
  expect((await room.file('a.md'))?.problems[0]?.message).toContain('z.md');
  room.write('z.md', at('First', '/other/'));
  const report = await room.run();
  expect(report).toMatchObject({ articles: { seen: 2, accepted: 2, rejected: 0 }, events: { published: 1 } });
  expect((await room.titles()).toSorted()).toEqual(['First', 'Second']);
});

it('among new files the lower path gets it, in whatever order they are told', async () => {
  room.write('a.md', at('A', '/same/'));
  room.write('b.md', at('B', '/same/'));
  const report = await room.run(['b.md', 'a.md']);
  expect(report.articles).toMatchObject({ seen: 2, added: 2, accepted: 1, rejected: 1 });
  expect(await room.titles()).toEqual(['A']);
});

it('a name goes before the same name with more behind it, also where pages of the listing part them', async () => {
  for (let n = 0; n < 199; n++) room.write(`a${String(n).padStart(3, '0')}.md`, article(`Filler ${n}`));
  room.write('story-twin.md', at('Twin', '/story/'));
  room.write('story.md', at('Story', '/story/'));
  const report = await room.run();
  expect(report).toMatchObject({ articles: { seen: 201, rejected: 1 }, events: { published: 200 } });
  expect(await codes('story-twin.md')).toEqual(['url-duplicate']);
  expect(await states()).toMatchObject({ 'story.md': 'accepted' });
  expect((await room.events()).filter((event) => event.includes('Twin'))).toEqual([]);
});

it('an address is free for the same run that withdraws who had it', async () => {
  room.write('a.md', at('A', '/same/'));
  await room.run();
  room.write('b.md', at('B', '/same/'));
  await room.run();
  room.write('a.md', article('A', { permalink: '/same/', draft: true }));
  const report = await room.run();
  expect(report).toMatchObject({ events: { withdrawn: 1, published: 1 } });
  expect(await room.titles()).toEqual(['B']);
});

it('a row of files may each move up to the address before', async () => {
  const slots = ['/1/', '/2/', '/3/', '/4/'];
  for (const [n, slot] of slots.entries()) room.write(`${n}.md`, at(`Article ${n}`, slot));
  await room.run();
  for (let n = 1; n < 4; n++) {
    room.write(`${n}.md`, at(`Article ${n}`, slots[n - 1] ?? ''));
    // Each is told by itself, the last one first.
  }
  room.write('0.md', at('Article 0', '/0/'));
  for (const n of [3, 2, 1, 0]) await room.run([`${n}.md`]);
  expect(new Set(Object.values(await states()))).toEqual(new Set(['accepted']));
  expect(await room.events()).toHaveLength(4);
  expect(await room.get('/rss.xml')).not.toContain('https://s.example/4/');
});

it.each([['one run'], ['two runs']])('two files may exchange their addresses in %s', async (how) => {
  room.write('a.md', at('A', '/a/'));
  room.write('b.md', at('B', '/b/'));
  await room.run();
  room.write('a.md', at('A', '/b/'));
  if (how === 'two runs') await room.run();
  room.write('b.md', at('B', '/a/'));
  await room.run(how === 'two runs' ? ['b.md'] : undefined);
  expect(await states()).toEqual({ 'a.md': 'accepted', 'b.md': 'accepted' });
  const rows = await room.home.db.prepare('SELECT path, url FROM articles ORDER BY path').all();
  expect(rows).toEqual([
    { path: 'a.md', url: 'https://s.example/b/' },
    { path: 'b.md', url: 'https://s.example/a/' },
  ]);
  expect(await room.events()).toHaveLength(2);
});

it('a published article that wants another one’s address stays where it was, and this is said', async () => {
  room.write('a.md', at('A', '/a/'));
  room.write('b.md', at('B', '/b/'));
  await room.run();
  const before = await room.documents();
  room.write('a.md', at('A', '/b/'));
  await room.run();
  expect(await codes('a.md')).toEqual(['url-duplicate', 'last-good-kept']);
  expect(await room.documents()).toEqual(before);
  const stored = await room.home.db.prepare('SELECT * FROM files').all();
  for (let n = 0; n < 3; n++) await room.run();
  expect(await room.home.db.prepare('SELECT * FROM files').all()).toEqual(stored);
  room.write('a.md', at('A', '/a/'));
  await room.run();
  expect(await codes('a.md')).toEqual([]);
  expect(await room.documents()).toEqual(before);
});

it('a file that was copied and then lost its original takes its place without being news', async () => {
  room.write('old/a.md', at('A', '/a/'));
  await room.run();
  const ids = await room.ids();
  room.write('new/a.md', at('A', '/a/'));
  await room.run(['new/a.md']);
  expect(await codes('new/a.md')).toEqual(['url-duplicate']);
  room.remove('old/a.md');
  await room.run(['old/a.md']);
  expect(await states()).toEqual({ 'new/a.md': 'accepted' });
  for (let n = 0; n < 3; n++) await room.run();
  expect(await room.ids()).toEqual(ids);
  expect(await room.events()).toEqual(['published A']);
});

it('a published article that moved to a path where its address is taken stays as it was', async () => {
  room.write('a.md', at('A', '/a/'));
  room.write('b.md', at('B', '/b/'));
  await room.run();
  room.remove('a.md');
  room.write('c.md', article('A', { permalink: '/b/' }, bodyOf('A')));
  for (let n = 0; n < 4; n++) await room.run();
  expect(await states()).toEqual({ 'b.md': 'accepted', 'c.md': 'rejected' });
  expect(await codes('c.md')).toEqual(['url-duplicate', 'last-good-kept']);
  expect((await room.titles()).toSorted()).toEqual(['A', 'B']);
  room.write('b.md', at('B', '/elsewhere/'));
  room.clock.now = START + 1000;
  await room.run();
  expect(await states()).toEqual({ 'b.md': 'accepted', 'c.md': 'accepted' });
  expect(await room.events()).toHaveLength(2);
});

import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { FILE_NAMES, FORMATS } from '../../src/feeds/entry.ts';
import { type Newsroom, openNewsroom } from '../republish/newsroom.ts';
import { faultsOf } from './grammar.ts';

const rooms: Newsroom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

function open(config: ConfigInput = {}): Newsroom {
  const site = { title: 'The Paper', url: 'https://paper.example', permalink: '/:slug/' };
  const room = openNewsroom({ config: { ...config, site: { ...site, ...config.site } } });
  rooms.push(room);
  return room;
}

const article = (day: number, extra = '', body = `Text of day ${day}.`) =>
  `---\ntitle: Day ${day}\ndate: 2026-03-${String(day).padStart(2, '0')}\n${extra}---\n${body}\n`;

const items = async (room: Newsroom, path = '') =>
  (JSON.parse((await room.get(`${path}/feed.json`)) ?? '{}') as { items: Record<string, string>[] }).items;

describe('the bytes of a feed', () => {
  it('are never more than its limit: a huge text is cut to its summary, then the oldest entries are left out', async () => {
    const room = open({ feeds: { maxBytes: 50_000 } });
    for (let day = 1; day <= 15; day++) room.write(`${day}.md`, article(day, '', `Words of ${day}. `.repeat(400)));
    room.write('huge.md', article(16, 'summary: In a "nutshell" <&>.\n', 'Many words. '.repeat(20_000)));
    await room.run();
    for (const format of FORMATS) {
      const text = (await room.get(`/${FILE_NAMES[format]}`)) ?? '';
      expect(new TextEncoder().encode(text).byteLength).toBeLessThanOrEqual(50_000);
      expect(faultsOf(text, format)).toEqual([]);
    }
    const [huge, ...others] = await items(room);
    expect(huge).toMatchObject({
      title: 'Day 16',
      content_html: '<p>In a "nutshell" &lt;&amp;&gt;.</p>\n<p><a href="https://paper.example/huge/">Day 16</a></p>',
    });
    expect(others.length).toBeGreaterThan(3);
    expect(others.map(({ title }) => title)).toEqual(others.map((_, at) => `Day ${15 - at}`));
    for (const { content_html } of others) expect(content_html).toContain('Words of');
    // What was left out is in the archive.
    expect(await room.get('/atom.xml')).toContain('rel="prev-archive"');
  });

  it('leave everything as it is where they suffice', async () => {
    const room = open();
    room.write('long.md', article(1, '', 'Many words. '.repeat(20_000)));
    await room.run();
    expect((await items(room))[0]?.content_html?.length).toBeGreaterThan(200_000);
  });
});

it('an article may ask to be shown by its summary alone', async () => {
  const room = open();
  room.write('1.md', article(1, 'feed: excerpt\nsummary: The short of it.\n'));
  room.write('2.md', article(2, 'feed: { excerpt_only: true }\nsummary: Jekyll has it so.\n'));
  room.write('3.md', article(3));
  await room.run();
  const [whole, jekyll, short] = await items(room);
  expect(whole).toMatchObject({ content_html: expect.stringContaining('Text of day 3.') });
  expect(jekyll).toMatchObject({ content_text: 'Jekyll has it so.' });
  expect(short).toMatchObject({ content_text: 'The short of it.' });
  expect(await room.get('/rss.xml')).not.toContain('Text of day 1.');
});

it('a defined feed may go by the last update', async () => {
  const room = open({ feeds: { defined: [{ path: '/recent', title: 'Recent', order: 'updated', limit: 2 }] } });
  for (let day = 1; day <= 4; day++) room.write(`${day}.md`, article(day));
  await room.run();
  expect(await room.titles('/recent/feed.json')).toEqual(['Day 4', 'Day 3']);
  room.clock.now += 60_000;
  room.write('1.md', article(1, '', 'Corrected.'));
  await room.run();
  expect(await room.titles('/recent/feed.json')).toEqual(['Day 1', 'Day 4']);
  expect(await room.titles()).toEqual(['Day 4', 'Day 3', 'Day 2', 'Day 1']);
});

describe('tags and folders', () => {
  it('have feeds from two articles on, and thousands of them cost few queries', async () => {
    const room = open();
    const tags = Array.from({ length: 2000 }, (_, at) => `t${at}`).join(', ');
    room.write('one/1.md', article(1, `tags: [${tags}, both]\n`));
    room.write('two/2.md', article(2, 'tags: [both]\n'));
    room.write('two/3.md', article(3));
    await room.run();
    expect(await room.titles('/tag/both/feed.json')).toEqual(['Day 2', 'Day 1']);
    expect(await room.titles('/folder/two/feed.json')).toEqual(['Day 3', 'Day 2']);
    expect(await room.get('/folder/one/feed.json')).toBeNull();
    expect(await room.get('/tag/t7/feed.json')).toBeNull();
    const waiting = await room.home.db.prepare('SELECT COUNT(*) AS n FROM feeds WHERE built < wanted').first();
    expect(waiting).toEqual({ n: 0 });
  });

  it('may have them from the first on', async () => {
    const room = open({ feeds: { tagMinimum: 1 } });
    room.write('one/1.md', article(1, 'tags: [alone]\n'));
    await room.run();
    expect(await room.titles('/tag/alone/feed.json')).toEqual(['Day 1']);
    expect(await room.titles('/folder/one/feed.json')).toEqual(['Day 1']);
  });
});

describe('an entry that was taken back', () => {
  const tombstones = async (room: Newsroom, path = '') =>
    [...((await room.get(`${path}/atom.xml`)) ?? '').matchAll(/<at:deleted-entry ref="([^"]+)"/g)].map(
      (match) => match[1],
    );

  it('leaves every feed in which it stood and stands as a tombstone there, for thirty days', async () => {
    const room = open();
    for (let day = 1; day <= 3; day++) room.write(`${day}.md`, article(day, 'categories: [Town]\n'));
    room.write('4.md', article(4, 'guid: not an iri\n'));
    await room.run();
    const [id] = (await room.ids('/category/town/feed.json')).slice(-1);
    room.write('1.md', article(1, 'draft: true\ncategories: [Town]\n'));
    room.write('4.md', article(4, 'draft: true\nguid: not an iri\n'));
    await room.run();
    expect(await tombstones(room, '/category/town')).toEqual([id]);
    expect((await tombstones(room)).sort()).toEqual([id, 'tag:paper.example,2026:not%20an%20iri'].sort());
    expect(faultsOf((await room.get('/atom.xml')) ?? '', 'atom')).toEqual([]);
    expect(await room.get('/rss.xml')).not.toContain('at:');
    room.clock.now += 31 * 86_400_000;
    room.write('5.md', article(5, 'categories: [Town]\n'));
    await room.run();
    expect(await tombstones(room)).toEqual([]);
  });

  it('has none when it comes back', async () => {
    const room = open();
    for (let day = 1; day <= 2; day++) room.write(`${day}.md`, article(day));
    await room.run();
    room.write('1.md', article(1, 'draft: true\n'));
    await room.run();
    expect(await tombstones(room)).toHaveLength(1);
    room.write('1.md', article(1));
    await room.run();
    expect(await tombstones(room)).toEqual([]);
    expect(await room.titles()).toEqual(['Day 2', 'Day 1']);
  });
});

it('a site that moves to another domain keeps the ids of its feeds and entries', async () => {
  const room = open();
  room.write('1.md', article(1, 'guid: not an iri\n'));
  await room.run();
  const ids = (text: string | null) => [...(text ?? '').matchAll(/<id>([^<]+)<\/id>/g)].map((match) => match[1]);
  const before = ids(await room.get('/atom.xml'));
  expect(before).toEqual(['tag:paper.example,2026:feed', 'tag:paper.example,2026:not%20an%20iri']);
  const config = { site: { title: 'The Paper', url: 'https://elsewhere.example', permalink: '/:slug/' } };
  const moved = await room.reopen({ config });
  rooms.splice(0, 1, moved);
  await moved.run();
  const after = (await moved.get('/atom.xml')) ?? '';
  expect(after).toContain('https://elsewhere.example/');
  expect(ids(after)).toEqual(before);
});

import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { duePaths, nextDue } from '../../src/ledger/scan.ts';
import {
  article,
  bodyOf,
  failing,
  MINUTE,
  type Newsroom,
  type NewsroomOptions,
  openNewsroom,
  START,
  writeArticles,
} from './newsroom.ts';

let room: Newsroom;
afterEach(() => room.close());

function open(config: ConfigInput = {}, options: NewsroomOptions = {}): Newsroom {
  room = openNewsroom({ config, ...options });
  return room;
}

const updatedOf = async (title: string) =>
  (await room.home.db.prepare('SELECT updated FROM ledger WHERE title = ?').bind(title).first<{ updated: string }>())
    ?.updated;

describe('a run', () => {
  it('publishes a folder at first and says what it found', async () => {
    open();
    writeArticles(room, 12);
    room.write('draft.md', article('Draft', { draft: true }));
    room.write('broken.md', '---\ntitle: [\n---\n');
    const report = await room.run();
    expect(report).toMatchObject({
      trigger: 'api',
      startedAt: new Date(START).toISOString(),
      articles: { seen: 14, added: 14, changed: 0, removed: 0, accepted: 12, withheld: 1, rejected: 1 },
      events: { published: 12, updated: 0, withdrawn: 0 },
      held: null,
      error: null,
    });
    const documents = await room.documents();
    expect(report.documents.written).toBe(Object.keys(documents).length);
    expect(Object.keys(documents)).toContain('/tag/t1/atom.xml');
    expect(Object.keys(documents)).toContain('/lang/en/feed.json');
    expect(await room.titles()).toEqual(Array.from({ length: 12 }, (_, n) => `Article ${12 - n}`));
  });

  it('that finds nothing changed writes nothing', async () => {
    let puts = 0;
    open(
      {},
      {
        wrap: (home) => ({
          ...home,
          blobs: failing(home.blobs, 'put', () => ++puts < 0),
        }),
      },
    );
    writeArticles(room, 12);
    room.write('broken.md', '---\ntitle: [\n---\n');
    room.write('twin.md', article('Twin', { permalink: '/x/' }));
    room.write('twin2.md', article('Twin 2', { permalink: '/x/' }));
    await room.run();
    const kept = async () =>
      Promise.all(
        [
          'files',
          'ledger',
          'articles',
          'feeds',
          'documents',
          'memberships',
          'fragments',
          'events',
          'bodies',
          'settings',
        ].map((table) => room.home.db.prepare(`SELECT * FROM ${table}`).all()),
      );
    const before = await kept();
    puts = 0;
    room.clock.now += 3 * MINUTE;
    const report = await room.run();
    expect(report).toMatchObject({
      documents: { written: 0 },
      articles: { added: 0, changed: 0, accepted: 13, rejected: 2 },
    });
    await room.run(['news/a0001.md']);
    expect(await kept()).toEqual(before);
    expect(puts).toBe(0);
  });

  it('writes nothing but the new mark of a file that was only touched', async () => {
    open();
    room.write('a.md', article('A'));
    await room.run();
    const versions = await room.versions();
    room.write('a.md', article('A'));
    expect(await room.run()).toMatchObject({ articles: { changed: 0, accepted: 1 }, documents: { written: 0 } });
    expect(await room.versions()).toEqual(versions);
  });

  it('that was told of paths speaks of these alone', async () => {
    open();
    writeArticles(room, 10);
    await room.run();
    room.write('news/a0001.md', article('Changed', { date: '2026-01-01 01:00' }));
    room.write('new.md', article('New'));
    room.write('d.md', article('D', { draft: true }));
    room.remove('notes/a0002.md');
    const paths = ['news/a0001.md', 'new.md', 'd.md', 'notes/a0002.md', 'news/a0003.md', 'nothing.md', '../out.md'];
    expect(await room.run(paths)).toMatchObject({
      articles: { seen: 4, added: 2, changed: 1, removed: 0, accepted: 3, withheld: 1, rejected: 0 },
      events: { published: 1, updated: 1, withdrawn: 0 },
    });
  });
});

describe('updated', () => {
  const edits: [string, string, boolean][] = [
    ['the title', article('A!', { tags: ['x'] }, bodyOf('A')), true],
    ['the body', article('A', { tags: ['x'] }, bodyOf('B')), true],
    ['the tags', article('A', { tags: ['y'] }), false],
    ['the summary', article('A', { tags: ['x'], description: 'Short' }), false],
    ['the address', article('A', { tags: ['x'], permalink: '/there/' }), false],
    ['an older updated', article('A', { tags: ['x'], updated: '2026-03-01' }), false],
  ];
  it.each(edits)('follows %s', async (_, text, moves) => {
    open();
    room.write('a.md', article('A', { tags: ['x'] }));
    await room.run();
    const before = await room.documents();
    room.clock.now = START + 90_500;
    room.write('a.md', text);
    const report = await room.run();
    const updated = moves ? new Date(START + 90_000).toISOString() : '2026-04-01T09:00:00.000Z';
    expect(await updatedOf(moves && text.includes('A!') ? 'A!' : 'A')).toBe(updated);
    expect(report.events.updated).toBe(Number(moves));
    if (!text.includes('2026-03-01')) expect(await room.documents()).not.toEqual(before);
  });

  it('is never later than now: an update to come counts when its time does', async () => {
    open();
    room.write('a.md', article('A', { updated: new Date(START + 10 * MINUTE).toISOString() }));
    await room.run();
    expect((await room.file('a.md'))?.problems).toMatchObject([{ code: 'updated-future', line: 4 }]);
    expect(await updatedOf('A')).toBe('2026-04-01T09:00:00.000Z');
    for (const address of ['/atom.xml', '/rss.xml', '/feed.json'])
      expect(await room.get(address)).not.toMatch(/2026-05-01T09:10|01 May 2026 09:10/);
    expect(await nextDue(room.home)).toBe(START + 10 * MINUTE);
    room.clock.now = START + 10 * MINUTE;
    expect(await room.run(await duePaths(room.home, room.clock.now))).toMatchObject({ events: { updated: 1 } });
    expect(await updatedOf('A')).toBe('2026-05-01T09:10:00.000Z');
    expect((await room.file('a.md'))?.problems).toEqual([]);
  });

  it('is what the file says, where that is newer than what was known', async () => {
    open();
    room.write('a.md', article('A'));
    await room.run();
    room.write('a.md', article('A', { updated: '2026-04-20 12:00' }));
    expect(await room.run()).toMatchObject({ events: { updated: 1 } });
    expect(await updatedOf('A')).toBe('2026-04-20T12:00:00.000Z');
    room.write('a.md', article('A', { updated: '2026-04-20 12:00', tags: ['new'] }));
    expect(await room.run()).toMatchObject({ events: { updated: 0 } });
    expect(await updatedOf('A')).toBe('2026-04-20T12:00:00.000Z');
  });
});

describe('a changed configuration', () => {
  it('moves no article, and changes documents where they show it', async () => {
    open({ site: { title: 'Old name' } });
    writeArticles(room, 10);
    await room.run();
    const ledger = await room.home.db.prepare('SELECT * FROM ledger').all();
    room = await room.reopen({ config: { site: { title: 'New name' } } });
    room.clock.now += MINUTE;
    const report = await room.run(['news/a0001.md']);
    expect(report).toMatchObject({ articles: { seen: 10 }, events: { published: 0, updated: 0, withdrawn: 0 } });
    for (const text of Object.values(await room.documents())) {
      expect(text).toContain('New name');
      expect(text).not.toContain('Old name');
    }
    expect(await room.home.db.prepare('SELECT * FROM ledger').all()).toEqual(ledger);
    expect(await room.run()).toMatchObject({ documents: { written: 0 } });
  });

  it('makes the feeds that it defines, and none that it defines no more', async () => {
    open();
    writeArticles(room, 10);
    await room.run();
    const one = { path: '/only-news', title: 'Only news', where: { category: 'News' } };
    room = await room.reopen({ config: { feeds: { defined: [one] } } });
    await room.run();
    expect(await room.titles('/only-news/feed.json')).toEqual([9, 7, 5, 3, 1].map((n) => `Article ${n}`));
    room = await room.reopen({ config: { feeds: { defined: [{ ...one, where: { category: 'Notes' }, limit: 2 }] } } });
    await room.run();
    expect(await room.titles('/only-news/feed.json')).toEqual(['Article 10', 'Article 8']);
    room = await room.reopen({ config: {} });
    await room.run();
    const left = await room.home.db.prepare("SELECT key FROM feeds WHERE kind = 'defined'").all();
    expect(left).toEqual([]);
    expect(await room.titles()).toHaveLength(10);
  });

  it('that leaves files out is no reason to withdraw many of them unasked', async () => {
    open();
    writeArticles(room, 20);
    await room.run();
    room = await room.reopen({ config: { content: { exclude: ['notes/**'] } } });
    await room.run();
    expect(await room.run()).toMatchObject({ held: { withdrawals: 10 }, events: { withdrawn: 0 } });
    expect(await room.titles()).toHaveLength(20);
  });

  it('is read whole though the run that found it was interrupted after each step', async () => {
    open({ site: { title: 'Old name' } });
    writeArticles(room, 10);
    await room.run();
    room = await room.reopen({ config: { site: { language: 'ko' } }, stepsPerInvocation: 1 });
    await room.run(['news/a0001.md']);
    for (let n = 0; n < 20; n++) await room.run(['news/a0001.md']);
    expect(await room.titles('/lang/ko/feed.json')).toHaveLength(10);
    expect(await room.titles('/lang/en/feed.json')).toHaveLength(0);
  });

  it('that comes while a run is interrupted lets it begin anew', async () => {
    open({ site: { title: 'Old name' } });
    writeArticles(room, 10);
    room = await room.reopen({ stepsPerInvocation: 2 });
    await room.run();
    room = await room.reopen({ config: { site: { title: 'New name' } }, stepsPerInvocation: 100 });
    await room.run();
    const texts = Object.values(await room.documents());
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) expect(text).toContain('New name');
    expect(await room.events()).toHaveLength(10);
  });
});

describe('authors', () => {
  const kim = (name: string) => `kim:\n  name: ${name}\n  url: https://kim.example/\n`;

  it('are read again when their file changes, is added or goes', async () => {
    open();
    writeArticles(room, 5);
    room.write('one.md', article('One', { author: 'kim' }));
    await room.run();
    expect(await room.get('/author/kim/rss.xml')).toContain('One');
    room.write('_data/authors.yml', kim('Kim Haneul'));
    expect(await room.run()).toMatchObject({ articles: { seen: 6, changed: 0, accepted: 6 }, events: { updated: 0 } });
    expect(await room.titles('/author/kim-haneul/feed.json')).toEqual(['One']);
    expect(await room.titles('/author/kim/feed.json')).toEqual([]);
    room.write('_data/authors.yml', kim('Kim Sora'));
    await room.run(['_data/authors.yml']);
    expect(await room.titles('/author/kim-sora/feed.json')).toEqual(['One']);
    room.remove('_data/authors.yml');
    await room.run();
    expect(await room.titles('/author/kim/feed.json')).toEqual(['One']);
    expect(await room.events()).toHaveLength(6);
  });

  it('stay as they last were while their file is broken', async () => {
    open();
    room.write('authors.yml', kim('Kim Haneul'));
    room.write('one.md', article('One', { author: 'kim' }));
    await room.run();
    room.write('authors.yml', '<<<<<<< HEAD\n');
    await room.run();
    expect(await room.titles('/author/kim-haneul/feed.json')).toEqual(['One']);
  });

  it('reach the articles of pages that were read before them', async () => {
    open();
    for (let n = 0; n < 250; n++) room.write(`a/${n}.md`, article(`Article ${n}`, { author: 'kim' }));
    room.write('z/authors.yml', kim('Kim Haneul'));
    const report = await room.run();
    expect(report).toMatchObject({ articles: { seen: 250, added: 250, accepted: 250 }, events: { published: 250 } });
    const names = await room.home.db
      .prepare("SELECT DISTINCT data ->> '$.authors[0].name' AS name FROM articles")
      .all();
    expect(names).toEqual([{ name: 'Kim Haneul' }]);
  });
});

describe('one file cannot stop the others', () => {
  it('when its front matter is more than a row holds', async () => {
    open();
    room.write('big.md', article('Big', { description: 'word \\ " '.repeat(150_000) }));
    room.write('small.md', article('Small'));
    expect(await room.run()).toMatchObject({ error: null, articles: { accepted: 1, rejected: 1 } });
    expect((await room.file('big.md'))?.problems[0]?.code).toBe('front-matter-too-large');
    expect(await room.titles()).toEqual(['Small']);
  });

  it('when its body is larger than a row, or is so as JSON', async () => {
    open();
    const quotes = `${'"\\\t'.repeat(300_000)}\n`;
    room.write('large.md', article('Large', {}, `${bodyOf('large').repeat(8000)}\n`));
    room.write('quotes.md', article('Quotes', {}, quotes));
    room.write('small.md', article('Small'));
    expect(await room.run()).toMatchObject({ error: null, articles: { accepted: 3 } });
    expect((await room.titles()).toSorted()).toEqual(['Large', 'Quotes', 'Small']);
    expect(await room.get('/feed.json')).toContain('large has to say');
    const blobs = (
      await room.home.db.prepare('SELECT hash FROM bodies WHERE body IS NULL').all<{ hash: string }>()
    ).map((row) => row.hash);
    expect(blobs).toHaveLength(2);
    // They are collected when no article has them any more, and not before.
    room.remove('large.md');
    await room.run();
    await room.run();
    room.clock.now += 70 * MINUTE;
    await room.run();
    await room.run();
    const left = await Promise.all(blobs.map((hash) => room.home.blobs.has(hash)));
    expect(left.filter(Boolean)).toHaveLength(1);
    expect(await room.get('/feed.json')).not.toContain('large has to say');
  });

  it('when it is over content.maxBytes', async () => {
    open({ content: { maxBytes: 1000 } });
    room.write('big.md', article('Big', {}, bodyOf('big').repeat(20)));
    room.write('small.md', article('Small'));
    await room.run();
    expect((await room.file('big.md'))?.problems[0]?.code).toBe('too-large');
    expect(await room.titles()).toEqual(['Small']);
  });

  it('when the same path is told twice', async () => {
    open();
    room.write('a.md', article('A'));
    expect(await room.run(['a.md', 'a.md'])).toMatchObject({ error: null, articles: { seen: 1, added: 1 } });
  });
});

it('a tag that falls below the minimum loses what is withdrawn', async () => {
  open({ feeds: { tagMinimum: 2 } });
  room.write('a.md', article('A', { tags: ['x', 'rare'] }));
  room.write('b.md', article('B', { tags: ['x'] }));
  await room.run();
  expect(await room.titles('/tag/x/feed.json')).toHaveLength(2);
  expect(await room.get('/tag/rare/feed.json')).toBeNull();
  room.write('b.md', article('B', { tags: ['x'], draft: true }));
  await room.run();
  expect(await room.titles('/tag/x/feed.json')).toEqual(['A']);
});

it('bodies that are read no more leave nothing behind', async () => {
  open();
  writeArticles(room, 6);
  await room.run();
  for (let n = 0; n < 3; n++) {
    room.write('news/a0001.md', article('Article 1', {}, bodyOf(`version ${n}`)));
    room.move(n % 2 ? 'b.md' : 'notes/a0002.md', n % 2 ? 'notes/a0002.md' : 'b.md');
    await room.run();
  }
  const unused = 'SELECT 1 FROM bodies WHERE hash NOT IN (SELECT body_hash FROM articles)';
  expect(await room.home.db.prepare(unused).all()).toEqual([]);
  // Documents that were replaced are kept for an hour, for whoever read their head, and then deleted.
  const blobs = async () => (await room.home.blobs.list({ limit: 1000 })).hashes;
  const heads = JSON.stringify(await room.home.db.prepare('SELECT * FROM documents').all());
  const unshown = async () => (await blobs()).filter((hash) => !heads.includes(hash));
  expect(await unshown()).not.toEqual([]);
  room.clock.now += 61 * MINUTE;
  await room.run();
  expect(await unshown()).toEqual([]);
  expect((await blobs()).length).toBeGreaterThanOrEqual(Object.keys(await room.documents()).length);
});

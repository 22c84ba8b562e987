import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { archiveAddresses, relinkArchives } from '../../src/feeds/archives.ts';
import { FORMATS, type Format } from '../../src/feeds/entry.ts';
import { addresses } from '../../src/feeds/selection.ts';
import { createApp } from '../../src/http/app.ts';
import { forRows } from '../../src/storage/rows.ts';
import { type Newsroom, openNewsroom } from '../republish/newsroom.ts';

const ZONE = 'Asia/Seoul';
const CONFIG = {
  site: { title: 'The Paper', url: 'https://paper.example', timezone: ZONE, permalink: '/:slug/' },
  feeds: { limit: 10 },
};

/** Three years of articles, about two a week, one of them an hour before a month of Seoul ends. */
const DAYS = 3.66;
const FIRST = Date.UTC(2023, 2, 1, 14);
const ARTICLES = Array.from({ length: 300 }, (_, at) => ({
  path: `posts/a-${String(at).padStart(3, '0')}.md`,
  date: new Date(FIRST + Math.floor(at * DAYS) * 86_400_000).toISOString(),
  title: `Article ${at}`,
  category: at % 3 === 0 ? 'Ferries' : 'Town',
}));

const source = ({ date, title, category }: (typeof ARTICLES)[number], body = `About ${title}.`) =>
  `---\ntitle: ${title}\ndate: ${date}\ncategories: [${category}]\n---\n${body}\n`;

const rooms: Newsroom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

function open(config: object = CONFIG): Newsroom {
  const room = openNewsroom({ config }, { now: Date.UTC(2026, 4, 1) });
  rooms.push(room);
  return room;
}

interface Page {
  address: string;
  text: string;
  ids: string[];
  previous: string | null;
}

const PREVIOUS: Record<Format, RegExp> = {
  rss: /<atom:link rel="prev-archive" type="application\/rss\+xml" href="([^"]+)"/,
  atom: /<link rel="prev-archive" type="application\/atom\+xml" href="([^"]+)"/,
  json: /"next_url": "([^"]+)"/,
};
const IDS: Record<Format, RegExp> = {
  rss: /<guid isPermaLink="\w+">([^<]+)<\/guid>/g,
  atom: /<entry[^>]*>\s*(?:<title>[^<]*<\/title>\s*)<id>([^<]+)<\/id>/g,
  json: /^\{"id":"([^"]+)"/gm,
};

/** Walks back from a feed's own document as a reader does that wants all of it, following redirects. */
async function crawl({ home }: Newsroom, format: Format, key = '', known = new Set<string>()): Promise<Page[]> {
  const app = createApp(home);
  const pages: Page[] = [];
  for (let address: string | null = addresses(key)[format]; address !== null; ) {
    let answer = await app.request(address);
    while (answer.status === 301) {
      address = (answer.headers.get('location') ?? '').replace(home.url, '');
      answer = await app.request(address);
    }
    expect(`${address} ${answer.status}`).toBe(`${address} 200`);
    const text = await answer.text();
    const ids = [...text.matchAll(IDS[format])].map((match) => match[1] ?? '');
    const previous: string | null = PREVIOUS[format].exec(text)?.[1]?.replace(home.url, '') ?? null;
    pages.push({ address, text, ids, previous });
    // Whoever has an archive already has all before it.
    address = previous !== null && known.has(previous) ? null : previous;
  }
  return pages;
}

const all = (pages: Page[]) => [...new Set(pages.flatMap((page) => page.ids))].sort();
const walked = (pages: Page[]) => pages.map(({ address, ids }) => ({ address, ids }));
const published = async ({ home }: Newsroom) =>
  (await home.db.prepare('SELECT id FROM articles ORDER BY id').all<{ id: string }>()).map(({ id }) => id).sort();

describe('a site of 300 articles over three years', { timeout: 60_000 }, () => {
  let room: Newsroom;
  beforeAll(async () => {
    room = openNewsroom({ config: CONFIG }, { now: Date.UTC(2026, 4, 1) });
    for (const article of ARTICLES) room.write(article.path, source(article));
    await room.run();
  }, 60_000);
  afterAll(() => room.close());

  it('has all of them within a walk, in every format, by months of its zone', async () => {
    for (const format of FORMATS) {
      const pages = await crawl(room, format);
      expect(all(pages)).toEqual(await published(room));
      expect(pages[0]?.ids).toHaveLength(10);
      expect(pages.length).toBeGreaterThan(30);
      for (const page of pages.slice(1)) {
        const month = /\/archives\/(\d{4}-\d\d)\//.exec(page.address)?.[1] ?? '';
        const expected = ARTICLES.filter(({ date }) => localMonth(date) === month).map(({ path }) => slugOf(path));
        expect(page.ids.map((id) => id.split('/').at(-2)).sort()).toEqual(expected.sort());
      }
    }
    const ferries = await crawl(room, 'atom', 'category/ferries');
    expect(all(ferries)).toHaveLength(100);
  });

  it('has the same archives when it grew as when it was just built', async () => {
    const grown = open();
    for (let at = 0; at < ARTICLES.length; at += 60) {
      for (const article of ARTICLES.slice(at, at + 60)) grown.write(article.path, source(article));
      await grown.run();
      // Readers that come by have archives made which are other ones later.
      await crawl(grown, 'atom');
    }
    for (const format of FORMATS) expect(walked(await crawl(grown, format))).toEqual(walked(await crawl(room, format)));
    const [one, other] = [await crawl(room, 'rss'), await crawl(grown, 'rss')];
    expect(other.map(({ text }) => text)).toEqual(one.map(({ text }) => text));
  });

  it('never changes an archive, and leads whoever walks back to what was corrected or came late', async () => {
    const late = open();
    for (const article of ARTICLES) if (article.title !== 'Article 50') late.write(article.path, source(article));
    await late.run();
    const before = await crawl(late, 'atom');
    const known = new Set(before.map(({ address }) => address));
    const missing = ARTICLES[50] as (typeof ARTICLES)[number];
    late.write(missing.path, source(missing));
    const corrected = ARTICLES[120] as (typeof ARTICLES)[number];
    late.clock.now += 60_000;
    late.write(corrected.path, source(corrected, 'Corrected.'));
    await late.run();
    const after = await crawl(late, 'atom', '', known);
    expect(all(after)).toEqual(expect.arrayContaining([expect.stringContaining('/a-050/')]));
    expect(after.find(({ text }) => text.includes('Corrected.'))).toBeDefined();
    // From the newest archive back to the month of the late article, and no further.
    expect(after.length).toBeLessThan(before.length);
    expect(all([...before, ...after])).toEqual(await published(late));
    const app = createApp(late.home);
    for (const { address, text } of before.slice(1)) {
      const answer = await app.request(address);
      expect([answer.status, await answer.text()]).toEqual([200, text]);
    }
  });

  it('goes forward too: from each archive to the one after it, and from the newest to the feed', async () => {
    const app = createApp(room.home);
    const pages = await crawl(room, 'atom');
    let address = pages.at(-1)?.address ?? '';
    for (const expected of pages.toReversed().slice(1)) {
      const text = await (await app.request(address)).text();
      const next = /<link rel="next-archive"[^>]* href="([^"]+)"/.exec(text)?.[1] ?? '';
      const answer = await app.request(next.replace(room.home.url, ''));
      expect(answer.status).toBe(302);
      address = (answer.headers.get('location') ?? '').replace(room.home.url, '');
      // The newest archives have what the feed itself shows.
      if (pages.some((page) => page.address === address)) expect(address).toBe(expected.address);
      else break;
    }
  });

  it('leaves addresses and bytes as they are when a tag changes', async () => {
    const before = walked(await crawl(room, 'json'));
    const article = ARTICLES[40] as (typeof ARTICLES)[number];
    room.write(article.path, source(article).replace('---\nAbout', 'tags: [new]\n---\nAbout'));
    expect(await room.run()).toMatchObject({ articles: { changed: 1 } });
    expect(walked(await crawl(room, 'json'))).toEqual(before);
  });

  it('shows nothing that was withdrawn, by no address', async () => {
    const before = await crawl(room, 'atom');
    const [first] = ARTICLES as [(typeof ARTICLES)[number]];
    room.write(first.path, source(first).replace('title:', 'draft: true\ntitle:'));
    expect((await room.run()).events.withdrawn).toBe(1);
    const after = await crawl(room, 'atom');
    expect(all(after)).toEqual(await published(room));
    expect(after[0]?.text).toContain('<at:deleted-entry ref="tag:paper.example,2023-03-01:/a-000/"');
    const app = createApp(room.home);
    for (const { address } of before) {
      const answer = await app.request(address);
      expect(answer.status === 200 ? await answer.text() : '').not.toContain('About Article 0.');
    }
    expect(before.some(({ text }) => text.includes('About Article 0.'))).toBe(true);
  });
});

it('archives a busy month by its days, and a busy day in parts', async () => {
  const room = open();
  for (let at = 0; at < 260; at++) {
    const day = at < 230 ? '07' : String(8 + (at % 3)).padStart(2, '0');
    room.write(`p/${at}.md`, `---\ntitle: Busy ${at}\ndate: 2024-03-${day}T03:00:00Z\n---\nText.\n`);
  }
  await room.run();
  const pages = await crawl(room, 'rss');
  expect(all(pages)).toEqual(await published(room));
  const periods = pages.slice(1).map(({ address }) => address.split('/')[2]);
  // The feed itself has the ten of the last day.
  expect(periods).toEqual(['2024-03-09', '2024-03-08', '2024-03-07.0003', '2024-03-07.0002', '2024-03-07.0001']);
});

it('leads on from an address whose period is no archive any more', async () => {
  const room = open();
  const write = (month: string, at: number, more = '') =>
    room.write(
      `p/${month}-${at}.md`,
      `---\ntitle: ${month} ${at}\ndate: 2024-${month}-${String((at % 28) + 1).padStart(2, '0')}T03:00:00Z\n${more}---\nText.\n`,
    );
  for (let at = 0; at < 30; at++) write('01', at);
  write('02', 0);
  for (let at = 0; at < 90; at++) write('03', at);
  await room.run();
  // What readers were told, and nobody asked for.
  const told = await room.home.db
    .prepare("SELECT period, link FROM archives WHERE feed = ''")
    .all<{ period: string; link: string }>();
  const addressOf = new Map(told.map((archive) => [archive.period, archiveAddresses('', archive).json]));
  // A month that gets many entries is archived by its days; another one loses its only entry.
  for (let at = 90; at < 120; at++) write('03', at);
  write('02', 0, 'draft: true\n');
  await room.run();
  const app = createApp(room.home);
  const leadsTo = async (month: string) =>
    (await app.request(addressOf.get(month) ?? '')).headers.get('location')?.replace(room.home.url, '').split('/')[2];
  expect([await leadsTo('2024-03'), await leadsTo('2024-02')]).toEqual(['2024-03-28', '2024-01']);
  expect(all(await crawl(room, 'json'))).toEqual(await published(room));
});

it('is made anew when the site moves to another zone', async () => {
  const room = open();
  for (const article of ARTICLES.slice(0, 60)) room.write(article.path, source(article));
  await room.run();
  const moved = await room.reopen({ config: { ...CONFIG, site: { ...CONFIG.site, timezone: 'America/Anchorage' } } });
  rooms.splice(0, 1, moved);
  await moved.run();
  const fresh = open({ ...CONFIG, site: { ...CONFIG.site, timezone: 'America/Anchorage' } });
  for (const article of ARTICLES.slice(0, 60)) fresh.write(article.path, source(article));
  await fresh.run();
  expect(walked(await crawl(moved, 'atom'))).toEqual(walked(await crawl(fresh, 'atom')));
});

it('is marked as an archive that may be kept for ever', async () => {
  const room = open();
  for (const article of ARTICLES.slice(0, 40)) room.write(article.path, source(article));
  await room.run();
  const [own, archive] = await crawl(room, 'atom');
  expect(own?.text).not.toContain('fh:');
  expect(own?.text).toContain(`<link rel="current" type="application/atom+xml" href="${room.home.url}/atom.xml"/>`);
  expect(archive?.text).toContain('<fh:archive/>');
  expect(archive?.text).not.toContain('rel="hub"');
  const answer = await createApp(room.home).request(archive?.address ?? '');
  expect(answer.headers.get('cache-control')).toContain('immutable');
  expect(await (await createApp(room.home).request('/archives/2019-01/0123456789abcdef/rss.xml')).text()).toContain(
    'nothing',
  );
});

function localMonth(date: string): string {
  return new Date(Date.parse(date) + 9 * 3_600_000).toISOString().slice(0, 7);
}

function slugOf(path: string): string {
  return path.slice('posts/'.length, -'.md'.length);
}

it('counts a history of more entries than are looked at at a time, each once', async () => {
  const { home } = open();
  const COUNT = 12_003;
  const rows = Array.from({ length: COUNT }, (_, at) => {
    const published = new Date(FIRST + at * 3_600_000).toISOString();
    const id = `article-${at}`;
    return { id, path: `${id}.md`, url: `/${id}/`, sort: `${published} ${id}.md`, published };
  });
  await home.db.batch([
    ...forRows(
      home.db,
      `INSERT INTO articles (id, path, url, sort, published, updated, body_hash, entry_hash, data)
       SELECT value ->> 'id', value ->> 'path', value ->> 'url', value ->> 'sort', value ->> 'published',
         value ->> 'published', '', '', '{}' FROM json_each(?1)`,
      rows,
    ),
    ...forRows(
      home.db,
      `INSERT INTO memberships (feed, sort, article)
       SELECT '', value ->> 'sort', value ->> 'id' FROM json_each(?1)`,
      rows,
    ),
  ]);
  await relinkArchives(home, [{ key: '', kind: 'site', title: 'The Paper', lang: null }]);
  const days = Map.groupBy(rows, ({ published }) =>
    new Date(Date.parse(published) + 9 * 3_600_000).toISOString().slice(0, 10),
  );
  const stored = await home.db.prepare('SELECT day, entries FROM archive_days ORDER BY day').all();
  expect(stored.map((row) => ({ ...row }))).toEqual([...days].map(([day, own]) => ({ day, entries: own.length })));
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { article, type Running, start, until } from './process.ts';

const TITLES = ['The <b> element, R&D and Vec<T>', 'Rules and all', 'A whole <em>element</em>'];

let tidings: Running;
beforeAll(async () => {
  const file = (title: string, more = '') =>
    `---\ntitle: ${JSON.stringify(title)}\ndate: 2026-10-01\n${more}---\n\nText.\n`;
  tidings = await start({
    files: {
      'a.md': file('The <b> element, R&D and Vec<T>'),
      'b.md': file('Rules <em>and</em> all', 'lang: en\n'),
      'c.md': file(
        'A whole &lt;em&gt;element&lt;/em&gt;',
        'lang: en\naudio: c.mp3\nseason: 2\nepisode: 7\nchapters: c.json\n',
      ),
    },
    config: `{ site: { title: 'Words', language: 'ko', podcast: { category: ['News', 'Daily News'] } },
      feeds: { defined: [{ path: '/english', title: 'English', where: { lang: 'en' } }] } }`,
  });
}, 120_000);
afterAll(() => tidings.end(), 30_000);

const text = async (path: string) => (await tidings.get(path)).text();
const unescaped = (xml: string) =>
  xml
    .replaceAll(/&(?:lt|#x3C);/g, '<')
    .replaceAll(/&(?:gt|#x3E);/g, '>')
    .replaceAll(/&(?:amp|#x26);/g, '&');

test('titles show as they are written, in each format and on pages', async () => {
  const { items } = JSON.parse(await text('/feed.json')) as { items: { title: string }[] };
  expect(items.map(({ title }) => title).sort()).toEqual([...TITLES].sort());
  for (const path of ['/rss.xml', '/atom.xml']) {
    const found = [...(await text(path)).matchAll(/<title>([^<]*)<\/title>/g)].map(([, title = '']) =>
      unescaped(title),
    );
    for (const title of TITLES) expect(found).toContain(title);
  }
  const page = unescaped(await text('/'));
  for (const title of TITLES) expect(page).toContain(title);
});

test('a feed of one language says so, and an entry in another one', async () => {
  expect(await text('/english/rss.xml')).toContain('<language>en</language>');
  expect(await text('/english/atom.xml')).toMatch(/<feed [^>]*xml:lang="en"/);
  expect(JSON.parse(await text('/english/feed.json')).language).toBe('en');
  const site = await text('/rss.xml');
  for (const part of ['<language>ko</language>', '<item xml:lang="en">']) expect(site).toContain(part);
});

test('an episode tells what players ask', async () => {
  const rss = await text('/rss.xml');
  for (const part of [
    '<itunes:category text="News"><itunes:category text="Daily News"/></itunes:category>',
    '<itunes:season>2</itunes:season>',
    '<podcast:episode>7</podcast:episode>',
    'type="application/json+chapters"',
    'xmlns:podcast="https://podcastindex.org/namespace/1.0"',
  ])
    expect(rss).toContain(part);
});

test('pages and lists are the same until something is published, and then others', async () => {
  const paths = ['/', '/english/', '/feeds.opml', '/sitemap.xml', '/sitemap-2026-10.xml'];
  const plain = { 'Accept-Encoding': 'identity' };
  const etags = new Map<string, string>();
  for (const path of paths) {
    const etag = (await tidings.get(path, { headers: plain })).headers.get('etag') ?? '';
    expect((await tidings.get(path, { headers: { ...plain, 'If-None-Match': etag } })).status).toBe(304);
    etags.set(path, etag);
  }
  tidings.write('d.md', article('New', { date: '2026-10-02', lang: 'en' }, 'Text.'));
  for (const path of paths) {
    const headers = { ...plain, 'If-None-Match': etags.get(path) ?? '' };
    await until(
      async () => (await tidings.get(path, { headers })).status === 200,
      30_000,
      `${path} with the new article`,
    );
  }
});

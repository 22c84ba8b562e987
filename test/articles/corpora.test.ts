import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Article, Reading } from '../../src/articles/article.ts';
import { type AuthorDirectory, isAuthorsFile, parseAuthors } from '../../src/articles/authors.ts';
import { makeId } from '../../src/articles/ids.ts';
import { readArticle } from '../../src/articles/read.ts';
import { renderArticle } from '../../src/articles/render.ts';
import { articleFiles } from '../../src/articles/selection.ts';
import { type Config, type ConfigInput, resolveConfig } from '../../src/config/config.ts';

const CORPORA = join(import.meta.dirname, '../../../shared/corpora');
const NOW = Date.parse('2026-11-01T00:00:00Z');

interface Folder {
  folder: string;
  site: ConfigInput['site'];
  ids?: ConfigInput['ids'];
  accepted: number;
  repaired: number;
  withheld: number;
  /** Path and reason of every file that could not be read. */
  rejected: string[];
}

/** How each public folder comes out, with the addresses that its own site has. */
const FOLDERS: Folder[] = [
  {
    folder: 'jekyll-site/docs',
    site: {
      url: 'https://jekyllrb.com',
      timezone: 'America/Los_Angeles',
      permalink: '/news/:year/:month/:day/:title/',
    },
    ids: 'jekyll',
    accepted: 102,
    repaired: 0,
    withheld: 0,
    rejected: [],
  },
  {
    folder: '18f/content',
    site: { url: 'https://18f.gsa.gov', timezone: 'America/New_York', permalink: '/:year/:month/:day/:title/' },
    accepted: 509,
    repaired: 0,
    withheld: 0,
    rejected: [],
  },
  {
    folder: 'rust-blog/yaml-2023/posts',
    site: { url: 'https://blog.rust-lang.org', permalink: '/:sections/:year/:month/:day/:title.html' },
    ids: 'permalink',
    accepted: 440,
    repaired: 0,
    withheld: 0,
    rejected: [],
  },
  {
    folder: 'rust-blog/toml-2026/content',
    site: { url: 'https://blog.rust-lang.org' },
    accepted: 184,
    repaired: 0,
    withheld: 0,
    rejected: [],
  },
  {
    folder: 'react-native/website',
    site: { url: 'https://reactnative.dev', permalink: '/blog/:year/:month/:day/:title' },
    accepted: 94,
    repaired: 0,
    withheld: 0,
    rejected: [],
  },
  {
    folder: 'hexo-site/source',
    site: { url: 'https://hexo.io', permalink: '/news/:year/:month/:day/:title/' },
    accepted: 58,
    repaired: 0,
    withheld: 0,
    rejected: [],
  },
];

interface Read {
  config: Config;
  readings: Map<string, Reading>;
}

const kept = new Map<string, Read>();

function readFolder(name: string): Read {
  const known = kept.get(name);
  if (known) return known;
  const found = FOLDERS.find(({ folder }) => folder === name);
  const config = resolveConfig({ site: found?.site, ids: found?.ids ?? 'tag' }, 'http://localhost:8787');
  const root = join(CORPORA, name);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
  const bytes = (path: string) => new Uint8Array(readFileSync(join(root, path)));
  const authors: AuthorDirectory = Object.assign(
    {},
    ...paths.filter(isAuthorsFile).map((path) => parseAuthors(path, bytes(path))),
  );
  const readings = new Map(
    paths
      .filter(articleFiles(config))
      .map((path) => [path, readArticle({ path, bytes: bytes(path) }, { config, now: NOW, authors })]),
  );
  kept.set(name, { config, readings });
  return { config, readings };
}

function article(folder: string, path: string): Article {
  const reading = readFolder(folder).readings.get(path);
  if (reading?.state !== 'accepted') throw new Error(`${path} is not accepted`);
  return reading.article;
}

describe.skipIf(!existsSync(CORPORA))('public folders', () => {
  it.each(FOLDERS)(
    '$folder: $accepted accepted, $repaired repaired',
    ({ folder, accepted, repaired, withheld, rejected }) => {
      const readings = [...readFolder(folder).readings];
      const count = (state: Reading['state']) => readings.filter(([, reading]) => reading.state === state).length;
      expect({
        accepted: count('accepted'),
        repaired: readings.filter(([, reading]) => reading.state !== 'rejected' && reading.repaired).length,
        withheld: count('withheld'),
        rejected: readings
          .filter(([, reading]) => reading.state === 'rejected')
          .map(([path, { problems }]) => `${path}: ${problems[0]?.code}`),
      }).toEqual({ accepted, repaired, withheld, rejected });
    },
  );

  it.each(FOLDERS)('$folder: no two articles have one address', ({ folder }) => {
    const urls = [...readFolder(folder).readings.values()].map(
      (reading) => reading.state === 'accepted' && reading.article.url,
    );
    expect(new Set(urls).size).toBe(urls.length);
  });

  it.each(FOLDERS)(
    '$folder: no template code reaches a reader, every body has text',
    { timeout: 60_000 },
    ({ folder }) => {
      const { config, readings } = readFolder(folder);
      const raw: string[] = [];
      for (const [path, reading] of readings) {
        if (reading.state !== 'accepted') continue;
        const { html, summary, problems } = renderArticle(reading.article, config);
        const text = html.replace(/<pre>[\s\S]*?<\/pre>|<code[^>]*>[\s\S]*?<\/code>/g, '');
        const found = /\{%|\{\{|\{:\s|^:::|\{\/\*|^\s*import \w+ from/m.exec(text);
        // An article on databases shows `{{ }}` on purpose, between {% raw %} and {% endraw %}.
        if (found && !text.includes('Fill out the values in {{ }} to match'))
          raw.push(`${path}: ${text.slice(found.index, found.index + 60)}`);
        if (summary === '' || problems.some(({ code }) => code === 'body-unrendered')) raw.push(`${path}: empty`);
      }
      expect(raw).toEqual([]);
    },
  );

  it.each([
    ['jekyll-site/docs', /^/, 'jekyll-site/expected/feed.xml'],
    ['rust-blog/yaml-2023/posts', /^[^/]+$/, 'rust-blog/expected/feed.xml'],
    ['rust-blog/yaml-2023/posts', /^inside-rust\//, 'rust-blog/expected/inside-rust-feed.xml'],
  ])('%s %s: order, titles, addresses, ids and dates as really published', (folder, paths, feed) => {
    const { config, readings } = readFolder(folder);
    const newest = [...readings]
      .filter(([path]) => paths.test(path))
      .flatMap(([, reading]) => (reading.state === 'accepted' ? [reading.article] : []))
      .sort((a, b) => (a.order < b.order ? 1 : -1))
      .slice(0, 10)
      .map((one) => ({ title: one.title, url: one.url, id: makeId(one, config), published: one.published }));
    expect(newest).toEqual(publishedEntries(readFileSync(join(CORPORA, feed), 'utf8')));
  });

  it('Jekyll: author, category and a date with the year written twice', () => {
    const { published, authors, categories } = article(
      'jekyll-site/docs',
      '_posts/2023-01-29-jekyll-3-9-3-released.markdown',
    );
    expect({ published, authors, categories }).toEqual({
      published: '2023-01-30T02:30:22.000Z',
      authors: [{ name: 'parkr' }],
      categories: ['release'],
    });
  });

  it('Eleventy: authors, tags, image, summary, and a date from the file name', () => {
    const name = 'posts/2015-10-13-open-source-micropurchasing.md';
    const { published, authors, tags, image, summary, url } = article('18f/content', name);
    expect({ published, authors, tags, image: image?.url, summary: summary?.slice(0, 40), url }).toEqual({
      published: '2015-10-13T04:00:00.000Z',
      authors: [{ name: 'vdavez' }],
      tags: ['micro-purchase platforms', 'procurement', 'open source', 'acquisition services'],
      image: 'https://18f.gsa.gov/assets/blog/calc-announcement/calc_homepage.jpg',
      summary: "In the next few weeks, we're going to us",
      url: 'https://18f.gsa.gov/2015/10/13/open-source-micropurchasing/',
    });
  });

  it('Zola: the day of its path, several authors in one text, aliases', () => {
    const { published, authors, aliases, url } = article(
      'rust-blog/toml-2026/content',
      'Project-Goals-Feb-Update/index.md',
    );
    expect({ published, authors: authors.map(({ name }) => name), aliases, url }).toEqual({
      published: '2025-03-03T00:00:00.000Z',
      authors: ['Rémy Rakic', 'Niko Matsakis', 'Santiago Pastorino'],
      aliases: ['2025/03/03/Project-Goals-Feb-Update.html'],
      url: 'https://blog.rust-lang.org/2025/03/03/Project-Goals-Feb-Update/',
    });
  });

  it('Docusaurus: authors by key and in the old manner', () => {
    const keyed = article('react-native/website', 'blog/2026-06-11-react-native-0.86.mdx');
    expect(keyed.authors.map(({ name }) => name)).toEqual([
      'Fabrizio Cucci',
      'Rob Hogan',
      'Mathieu Acthernoene',
      "Gabriel Donadel Dall'Agnol",
    ]);
    expect(keyed.url).toBe('https://reactnative.dev/blog/2026/06/11/react-native-0.86');
    const old = article(
      'react-native/website',
      'blog/2015-03-26-react-native-bringing-modern-web-techniques-to-mobile.md',
    );
    expect(old.authors).toEqual([
      {
        name: 'Tom Occhino',
        url: 'https://github.com/tomocchino',
        avatar: 'https://avatars0.githubusercontent.com/u/13947?v=3&s=460',
      },
    ]);
  });

  it('Hexo: a picture beside the article and the part before <!-- more -->', () => {
    const one = article('hexo-site/source', '_posts/2014-07-13-hexo-2-8-released.md');
    const { html } = renderArticle(one, readFolder('hexo-site/source').config);
    expect(html).toContain('<img src="https://hexo.io/news/2014/07/13/hexo-2-8-released/generate-console.png"');
    expect(one.published).toBe('2014-07-13T00:00:00.000Z');
  });
});

/** Title, address, id and date of each entry of an Atom feed, in its order. */
function publishedEntries(xml: string): { title: string; url: string; id: string; published: string }[] {
  return [...xml.matchAll(/<entry[ >]([\s\S]*?)<\/entry>/g)].map(([, entry = '']) => ({
    title: decoded(/<title[^>]*>([\s\S]*?)<\/title>/.exec(entry)?.[1] ?? ''),
    url: /<link[^>]*href="([^"]*)"/.exec(entry)?.[1] ?? '',
    id: /<id>([^<]*)<\/id>/.exec(entry)?.[1] ?? '',
    published: new Date(/<published>([^<]*)/.exec(entry)?.[1] ?? '').toISOString(),
  }));
}

function decoded(text: string): string {
  return text
    .replace(/^<!\[CDATA\[([\s\S]*)\]\]>$/, '$1')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

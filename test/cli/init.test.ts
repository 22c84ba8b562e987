import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type CheckReport, checkArticles } from '../../src/articles/check.ts';
import { readArticle } from '../../src/articles/read.ts';
import { publishedFeed } from '../../src/cli/feed/entries.ts';
import { type InitReport, initialize } from '../../src/cli/init/initialize.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { createFileSource } from '../../src/node/files.ts';
import { SITES } from './sites.ts';
import { tidings } from './tidings.ts';

const CORPORA = join(import.meta.dirname, '../../../shared/corpora');
const home = mkdtempSync(join(tmpdir(), 'tidings-init-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function lay(name: string, files: Record<string, string>): string {
  const folder = join(home, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** In this process: a command of its own for each of so many sites takes longer than all that is done in it. */
function initHere(given: string, more: { url?: string; feeds?: string[]; out?: string } = {}): Promise<InitReport> {
  const { url = null, feeds = [], out = join(given, 'tidings.config.ts') } = more;
  return initialize({ given, folder: given, out, url, feeds, content: null, force: false });
}

async function init(...args: string[]): Promise<InitReport> {
  const { status, out, err } = await tidings(['init', ...args, '--json'], { cwd: home });
  expect(err).toBe('');
  expect(status).toBe(0);
  return JSON.parse(out) as InitReport;
}

/** What `tidings articles check` says by the configuration that was written. */
async function checked({ config, content }: InitReport): Promise<CheckReport> {
  const { default: input } = (await import(pathToFileURL(config).href)) as { default: unknown };
  return checkArticles(
    createFileSource(content),
    resolveConfig(input, 'http://localhost:8787'),
    Date.parse('2026-11-22'),
  );
}

/** How many articles are accepted by it, each with an address of its own, without what making their HTML takes. */
async function readable({ config, content }: InitReport): Promise<number> {
  const { default: input } = (await import(pathToFileURL(config).href)) as { default: unknown };
  const resolved = resolveConfig(input, 'http://localhost:8787');
  const urls = globSync('**/*.{md,mdx,markdown}', { cwd: content }).flatMap((path) => {
    const reading = readArticle(
      { path, bytes: new Uint8Array(readFileSync(join(content, path))) },
      { config: resolved, now: Date.now() },
    );
    return reading.state === 'accepted' ? [reading.article.url] : [];
  });
  return new Set(urls).size;
}

const articlesOf = ({ files }: CheckReport) =>
  files.flatMap(({ state, article }) =>
    state === 'accepted' && article ? [{ url: article.url, id: article.id }] : [],
  );

describe.each(SITES)('a site of $name', ({ name, files, url, taken, content, published }) => {
  it('is recognized, and its articles keep their addresses and ids', async () => {
    const folder = lay(name, files);
    const report = await initHere(folder, url === undefined ? {} : { url });
    expect(report.generator).toBe(name);
    expect(report.content).toBe(join(folder, content));
    expect(Object.fromEntries(report.taken.map(({ key, value }) => [key, value]))).toMatchObject(taken);
    expect(articlesOf(await checked(report))).toEqual(published);
    expect(report.taken.every(({ from }) => from !== '')).toBe(true);
  });
});

describe('an export of Ghost', () => {
  it('becomes article files, with what members pay for withheld', async () => {
    const folder = join(home, 'Ghost export/content');
    expect(readFileSync(join(folder, 'first-boat.html'), 'utf8')).toBe(`---
title: "First \\"boat\\""
slug: "first-boat"
guid: "64f0aa11bb22cc33dd44ee55"
date: "2026-03-05T01:00:00.000Z"
authors: ["The Desk"]
tags: ["Ferry"]
primary_tag: "ferry"
---
<p>It sails. <img src="https://harbour.example/content/images/boat.jpg"></p>
`);
    expect(readFileSync(join(folder, 'members.html'), 'utf8')).toContain('draft: true');
    expect(existsSync(join(folder, 'about.html'))).toBe(false);
  });
});

const post = (title: string) => `---\ntitle: ${title}\n---\nIt sails.\n`;

const atom = (entries: { id: string; url: string; title: string; published: string }[]) =>
  `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Harbour News</title><id>x</id>
<link rel="self" href="https://harbour.example/news/feed.xml"/>
${entries.map(({ id, url, title, published }) => `<entry><id>${id}</id><link href="${url}"/><title>${title}</title><published>${published}</published></entry>`).join('\n')}</feed>`;

it('says what has to be known before anything is published', async () => {
  const folder = lay('bare', { 'posts/2026-03-05-first-boat.md': post('First boat') });
  const { notes } = await initHere(folder);
  expect(notes[0]).toMatch(/address is not known.*--url/);
  expect(notes[1]).toMatch(/addresses is not known.*--feed/);
  const known = await initHere(lay('known', { '_posts/2026-03-05-first-boat.md': post('First boat') }), {
    url: 'https://harbour.example',
  });
  expect(known.notes.join()).not.toContain('not known');
});

describe('the published feed', { timeout: 60_000 }, () => {
  const folder = lay('plain', {
    'posts/2026-03-05-first-boat.md': '---\ntitle: First boat\n---\nIt sails.\n',
    'posts/2026-03-06-second-boat.md': '---\ntitle: Second boat\n---\nIt too.\n',
    'posts/2026-03-07-third-boat.md': '---\ntitle: Third boat\n---\nAnd this.\n',
    'feed.xml': atom([
      { id: 'urn:x:3', url: 'https://harbour.example/odd', title: 'Third boat', published: '2026-03-06T15:00:00Z' },
      {
        id: 'https://harbour.example/a/2026/03/second-boat.html',
        url: 'https://harbour.example/a/2026/03/second-boat.html',
        title: 'Second boat',
        published: '2026-03-05T15:00:00Z',
      },
      {
        id: 'https://harbour.example/a/2026/03/first-boat.html',
        url: 'https://harbour.example/a/2026/03/first-boat.html',
        title: 'First &amp;#8203;boat',
        published: '2026-03-04T15:00:00Z',
      },
      { id: 'gone', url: 'https://harbour.example/gone', title: 'Gone', published: '2026-01-01T00:00:00Z' },
    ]),
  });

  it('tells pattern, zone and way of the ids, and what nothing explains goes into a table', async () => {
    const server = createServer((_, answer) => answer.end(readFileSync(join(folder, 'feed.xml')))).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((done) => server.once('listening', done));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/news/feed.xml`;
    const report = await init(folder, '--feed', address);
    server.close();
    expect(articlesOf(await checked(report))).toEqual([
      {
        url: 'https://harbour.example/a/2026/03/first-boat.html',
        id: 'https://harbour.example/a/2026/03/first-boat.html',
      },
      {
        url: 'https://harbour.example/a/2026/03/second-boat.html',
        id: 'https://harbour.example/a/2026/03/second-boat.html',
      },
      { url: 'https://harbour.example/odd', id: 'urn:x:3' },
    ]);
    const taken = Object.fromEntries(report.taken.map(({ key, value }) => [key, value]));
    expect(taken).toMatchObject({
      'site.title': 'Harbour News',
      'site.language': 'en',
      'site.url': 'https://harbour.example',
      'site.timezone': 'Asia/Seoul',
      'feeds.aliases': { '/news/feed.xml': '/atom.xml' },
    });
    expect(report.notes.join('\n')).toContain(
      'Entries of the feed without a file here (1), which will not be in ours: Gone',
    );
  });

  it('is asked for where none was given, and must be one', async () => {
    const none = await tidings(['init', folder, '--out', join(home, 'none.ts')]);
    expect(none.out).toContain('give --feed');
    const wrong = await tidings([
      'init',
      folder,
      '--feed',
      join(folder, 'posts/2026-03-05-first-boat.md'),
      '--out',
      join(home, 'wrong.ts'),
    ]);
    expect(wrong).toMatchObject({ status: 1 });
    expect(wrong.err).toMatch(/first-boat\.md:1:1: this is no XML/);
    expect(existsSync(join(home, 'wrong.ts'))).toBe(false);
  });
});

describe('what is there', () => {
  it('is not written over without --force', async () => {
    const folder = lay('there', {
      'tidings.config.ts': '// mine\n',
      '_posts/2026-03-05-a.md': '---\ntitle: A\n---\nA\n',
    });
    const refused = await tidings(['init', folder]);
    expect(refused).toMatchObject({ status: 1, out: '' });
    expect(refused.err).toContain('--force');
    expect(readFileSync(join(folder, 'tidings.config.ts'), 'utf8')).toBe('// mine\n');
    expect((await tidings(['init', folder, '--force'])).status).toBe(0);
    expect(readFileSync(join(folder, 'tidings.config.ts'), 'utf8')).toContain("ids: 'jekyll'");
  });
});

/** Folders that were really published. Their configuration is not kept, so that only files and feeds tell. */
const FOLDERS: { folder: string; generator: string; articles: number; feeds: string[] }[] = [
  { folder: 'jekyll-site/docs', generator: 'Jekyll', articles: 102, feeds: ['jekyll-site/expected/feed.xml'] },
  {
    folder: 'rust-blog/yaml-2023',
    generator: 'a folder of articles',
    articles: 440,
    feeds: ['rust-blog/expected/feed.xml', 'rust-blog/expected/inside-rust-feed.xml'],
  },
  { folder: 'rust-blog/toml-2026', generator: 'Zola', articles: 184, feeds: [] },
  { folder: 'react-native/website', generator: 'Docusaurus', articles: 94, feeds: [] },
  { folder: 'hexo-site', generator: 'Hexo', articles: 58, feeds: [] },
  { folder: '18f', generator: 'a folder of articles', articles: 509, feeds: [] },
];

describe.skipIf(!existsSync(CORPORA)).each(FOLDERS)('the folder $folder', ({ folder, generator, articles, feeds }) => {
  it('is taken over whole, with the ids and addresses of its feeds', { timeout: 60_000 }, async () => {
    const files = feeds.map((feed) => join(CORPORA, feed));
    const out = join(home, `${folder.replaceAll('/', '-')}.config.ts`);
    const report = await initHere(join(CORPORA, folder), { feeds: files, out });
    expect(report.generator).toBe(generator);
    expect(report.notes.filter((note) => note.includes('by a table'))).toEqual([]);
    if (feeds.length === 0) return expect(await readable(report)).toBe(articles);
    const check = await checked(report);
    expect(check.counts).toMatchObject({ accepted: articles, rejected: 0 });
    const ours = new Map(articlesOf(check).map(({ url, id }) => [url, id]));
    for (const file of files) {
      const { entries } = publishedFeed({ place: file, bytes: readFileSync(file), url: null, contentType: null });
      expect(entries).toHaveLength(10);
      for (const { url, id } of entries) expect(ours.get(url ?? ''), url ?? '').toBe(id);
    }
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFeed } from 'feedsmith';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import { FILE_NAMES, FORMATS } from '../../src/feeds/entry.ts';
import { createApp } from '../../src/http/app.ts';
import { createLog } from '../../src/log.ts';
import { createNodeHome } from '../../src/node/home.ts';
import { republish } from '../../src/republish.ts';
import { requestRun } from '../../src/storage/runs.ts';
import sample from '../../tidings.config.ts';
import { faultsOf } from './grammar.ts';

/** Debian's own, for its own Python, whatever else is called python3 here. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'seen-by-feedparser.py');
const CORPORA = join(import.meta.dirname, '../../../shared/corpora');

const hasFeedparser = spawnSync(PYTHON, ['-c', 'import feedparser']).status === 0;
if (!hasFeedparser)
  console.warn('Skipped: these tests read feeds with feedparser; install it with: apt-get install python3-feedparser');

interface Seen {
  broken: string | null;
  title: string;
  entries: {
    id: string;
    url: string;
    title: string;
    published: string;
    updated: string;
    content: string | null;
    summary: string;
    authors: string[];
    tags: string[];
  }[];
}

function readWithPython(documents: string[]): Seen[] {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-feedparser-'));
  try {
    const paths = documents.map((document, at) => {
      const path = join(folder, `${at}.xml`);
      writeFileSync(path, document);
      return path;
    });
    const out = execFileSync(PYTHON, [SCRIPT], { input: JSON.stringify(paths), maxBuffer: 500_000_000 });
    return JSON.parse(out.toString()) as Seen[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const seconds = (iso: unknown) => `${new Date(String(iso)).toISOString().slice(0, 19)}Z`;

/** What an article of a folder says, by every document of one of our feeds. */
interface Feed {
  rss: string;
  atom: string;
  json: string;
}

/** Every feed of a folder of articles, as it is served. */
async function feedsOf(contentFolder: string, config: object): Promise<Feed[]> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tidings-feedparser-'));
  const home = createNodeHome({
    dataFolder,
    contentFolder,
    config: resolveConfig(config, 'http://tidings.test'),
    adminToken: 'test-token',
    allowPrivate: [],
    log: createLog('silent'),
    now: () => Date.UTC(2026, 11, 1),
  });
  try {
    await requestRun(home, { trigger: 'api' });
    await republish(home);
    const app = createApp(home);
    const text = async (address: string) => (await app.request(address)).text();
    const rows = await home.db
      .prepare("SELECT address FROM documents WHERE format = 'rss' AND gone = 0 ORDER BY address LIMIT 12")
      .all<{ address: string }>();
    const feeds: Feed[] = [];
    for (const { address } of rows) {
      const at = (format: (typeof FORMATS)[number]) => text(address.replace(FILE_NAMES.rss, FILE_NAMES[format]));
      feeds.push({ rss: await at('rss'), atom: await at('atom'), json: await at('json') });
    }
    return feeds;
  } finally {
    await home.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

const FOLDERS: [string, string, object][] = [
  ['the sample', join(import.meta.dirname, '../../content'), sample],
  ['react-native', join(CORPORA, 'react-native/website/blog'), { site: { url: 'https://reactnative.dev' } }],
  ['rust-blog', join(CORPORA, 'rust-blog/toml-2026/content'), { site: { url: 'https://blog.rust-lang.org' } }],
];

describe.runIf(hasFeedparser).each(FOLDERS.filter(([, folder]) => existsSync(folder)))(
  'feeds of %s',
  (_, folder, config) => {
    it('keep the grammar, and feedparser and feedsmith see the same entries in all of them', {
      timeout: 120_000,
    }, async () => {
      const feeds = await feedsOf(folder, config);
      expect(feeds.length).toBeGreaterThan(0);
      const read = readWithPython(feeds.flatMap(({ rss, atom }) => [rss, atom]));
      for (const [at, feed] of feeds.entries()) {
        for (const format of FORMATS) expect(faultsOf(feed[format], format)).toEqual([]);
        const { items = [], title } = JSON.parse(feed.json) as { title: string; items: Record<string, unknown>[] };
        const expected = items.map((item) => ({
          id: item.id,
          url: item.url,
          title: item.title ?? '',
          published: seconds(item.date_published),
          content: item.content_html ?? null,
          authors: ((item.authors ?? []) as { name: string }[]).map(({ name }) => name),
          tags: item.tags ?? [],
        }));
        const [rss, atom] = [read[at * 2], read[at * 2 + 1]] as [Seen, Seen];
        for (const one of [rss, atom]) {
          expect(one).toMatchObject({ broken: null, title });
          expect(one.entries.map((entry) => ({ ...entry, content: entry.content?.trim() ?? null }))).toMatchObject(
            expected.map(({ content, ...entry }) => ({
              ...entry,
              ...(typeof content === 'string' && content !== '' && { content: content.trim() }),
            })),
          );
        }
        expect(atom.entries.map((entry) => entry.updated)).toEqual(items.map((item) => seconds(item.date_modified)));
        for (const format of ['rss', 'atom', 'json'] as const)
          expect(idsBy(feed[format])).toEqual(items.map(({ id }) => id));
      }
    });
  },
);

function idsBy(document: string): unknown[] {
  const parsed = parseFeed(document);
  if (parsed.format === 'rss') return (parsed.feed.items ?? []).map((item) => item.guid?.value);
  if (parsed.format === 'atom') return (parsed.feed.entries ?? []).map((entry) => entry.id);
  if (parsed.format === 'json') return (parsed.feed.items ?? []).map((item) => item.id);
  throw new Error(parsed.format);
}

it.runIf(hasFeedparser)('feedparser reads the golden documents', () => {
  const fixtures = join(import.meta.dirname, '../fixtures/feeds');
  const names = ['news', 'excerpts', 'markup', 'podcast', 'archive', 'empty'];
  const documents = names.flatMap((name) => [`${name}.rss.xml`, `${name}.atom.xml`]);
  const read = readWithPython(documents.map((name) => readFileSync(join(fixtures, name), 'utf8')));
  expect(read.map(({ broken }) => broken)).toEqual(documents.map(() => null));
});

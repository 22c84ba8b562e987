import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFeed } from 'feedsmith';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromXml } from 'xast-util-from-xml';
import { FORMATS, type Format } from '../../src/feeds/entry.ts';
import { addressesIn, type Item } from './reader.ts';
import { corpus, hasCorpora, publishFolder, type Site } from './site.ts';

/** A folder of which no published feed is kept. The articles themselves tell the addresses: they link to one another. */
interface Folder {
  folder: string;
  /** Files in the folder: each is published, none is withheld or rejected. */
  articles: number;
  url: string;
  /** Null: the front matter says it. */
  permalink: string | null;
  /** How its articles link to one another. */
  links: RegExp;
  /** Such links that lead to no article's address, with the reason. */
  astray: Record<string, string>;
}

const FOLDERS: Folder[] = [
  {
    folder: '18f/content/posts',
    articles: 509,
    url: 'https://18f.gsa.gov',
    permalink: '/:year/:month/:day/:title/',
    links: /https:\/\/18f\.gsa\.gov\/20[\w/.-]+/g,
    astray: {
      'https://18f.gsa.gov/2016/01/12/hacking-inclusion-by-customizing-a-slack-bot/': 'the folder has no such article',
    },
  },
  {
    folder: 'react-native/website/blog',
    articles: 94,
    url: 'https://reactnative.dev',
    permalink: '/blog/:year/:month/:day/:title',
    links: /https:\/\/reactnative\.dev\/blog\/20[\w/.-]+/g,
    astray: {},
  },
  {
    folder: 'hexo-site/source/_posts',
    articles: 58,
    url: 'https://hexo.io',
    permalink: '/news/:year/:month/:day/:title/',
    links: /https:\/\/hexo\.io\/news\/20[\w/.-]+/g,
    astray: {},
  },
  {
    folder: 'rust-blog/toml-2026/content',
    articles: 184,
    url: 'https://blog.rust-lang.org',
    permalink: null,
    // Some links have the addresses of an older generator, `.html` or no slash, which redirect.
    links: /https:\/\/blog\.rust-lang\.org\/(?:inside-rust\/)?202[56][\w/.-]+\/(?=[\s)>#"])/g,
    astray: {
      'https://blog.rust-lang.org/2025/12/16/Project-Goals-2025-November-Update.md/':
        'a former address, which stands in its aliases',
    },
  },
];

/** Every feed of a site by default, and one that has every article. */
const ALL = { path: '/all', title: 'Everything', limit: 1000 };

describe.skipIf(!hasCorpora).each(FOLDERS)(
  'the folder $folder',
  ({ folder, articles, url, permalink, links, astray }) => {
    let site: Site;
    let all: Record<Format, Item[]>;

    beforeAll(async () => {
      const config = { site: { url, ...(permalink && { permalink }) }, feeds: { defined: [ALL] } };
      site = await publishFolder(folder, config);
      all = await site.feed(ALL.path);
    }, 120_000);
    afterAll(() => site?.close());

    it('is published whole', () => {
      const { report, refused } = site;
      expect(refused).toEqual([]);
      expect(report.error).toBeNull();
      expect(report.articles).toMatchObject({ seen: articles, accepted: articles, withheld: 0, rejected: 0 });
      expect(report.events).toEqual({ published: articles, updated: 0, withdrawn: 0 });
      expect(all.atom).toHaveLength(articles);
    });

    it('gives documents that are well-formed and that a reader understands', async () => {
      expect(site.documents.length).toBe(site.report.documents.written);
      for (const address of site.documents) {
        const document = await site.text(address);
        if (address.endsWith('.xml')) expect(() => fromXml(document), address).not.toThrow();
        expect(parseFeed(document).format, address).toBe(/rss|atom|json/.exec(address.split('/').at(-1) ?? '')?.[0]);
      }
    }, 120_000);

    it('gives each article an id, an address, a title, words and a date, the newest first', () => {
      expect(new Set(all.atom.map((item) => item.id)).size).toBe(articles);
      expect(new Set(all.atom.map((item) => item.url)).size).toBe(articles);
      expect(all.atom.filter((item) => !item.title || !item.content || !item.summary)).toEqual([]);
      const dates = all.atom.map((item) => item.published);
      expect(dates).toEqual(dates.toSorted().reverse());
    });

    it('leaves no relative address in what readers show elsewhere', () => {
      const addresses = all.atom.flatMap(({ content }) => addressesIn(content, 'relative://page/'));
      expect(addresses.filter((address) => address.startsWith('relative:'))).toEqual([]);
      expect(addresses.length).toBeGreaterThan(articles);
    });

    it('has the addresses by which its articles link to one another', () => {
      const known = new Set(all.atom.map((item) => item.url));
      const linked = new Set<string>();
      for (const path of globSync('**/*.{md,mdx}', { cwd: corpus(folder) }))
        for (const [link] of readFileSync(join(corpus(folder), path), 'utf8').matchAll(links)) linked.add(link);
      expect([...linked].filter((link) => !known.has(link))).toEqual(Object.keys(astray));
      expect(linked.size).toBeGreaterThan(0);
    });

    it('is the same in all three formats', () => {
      for (const format of FORMATS) expect(all[format], format).toEqual(all.atom);
    });
  },
);

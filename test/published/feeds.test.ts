import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { FORMATS, type Format } from '../../src/feeds/entry.ts';
import { addressesIn, type Item, itemsOf, visibleText } from './reader.ts';
import { corpus, hasCorpora, publishFolder, type Site } from './site.ts';

/**
 * Feeds that sites really published, and ours made from the same files. Same entries in the same order, with the same
 * titles, addresses, ids, dates, categories and words. What differs on purpose:
 *
 * - Authors: the Rust blog prints a line such as `A, B, and C` as one name; we tell each person.
 * - Summaries: jekyll-feed has the first paragraph however long it is, the Rust blog has none; ours ends after about two
 *   sentences, and is the `description` where the file has one.
 * - Words: see {@link words}.
 * - Addresses inside the content: those that the file leaves to the generator (`elsewhere`), and the anchors that the
 *   Rust blog puts into headings.
 * - The picture that Jekyll's site gives every article in its own configuration: no file has it.
 */
interface Published {
  folder: string;
  /** Files in the folder: each is published. */
  articles: number;
  config: ConfigInput;
  /** The path of our feed, and the feed that the site published. */
  feed: string;
  expected: string;
  /** Addresses that no file has: `{{ site.repository }}`, and `{% link %}` to a page outside the folder. */
  elsewhere: string[];
}

const JEKYLL: ConfigInput = {
  site: {
    title: 'Jekyll',
    url: 'https://jekyllrb.com',
    timezone: 'America/Los_Angeles',
    permalink: '/news/:year/:month/:day/:title/',
  },
  ids: 'jekyll',
  feeds: { limit: 10 },
};

const RUST: ConfigInput = {
  site: {
    title: 'Rust',
    url: 'https://blog.rust-lang.org',
    permalink: '/:sections/:year/:month/:day/:basename.html',
  },
  ids: 'permalink',
  feeds: {
    limit: 10,
    defined: [
      { path: '/main', title: 'Rust Blog', where: { not: { folder: 'inside-rust' } } },
      { path: '/inside-rust', title: 'Inside Rust Blog', where: { folder: 'inside-rust' } },
    ],
  },
};

const PUBLISHED: Published[] = [
  {
    folder: 'jekyll-site/docs/_posts',
    articles: 102,
    config: JEKYLL,
    feed: '',
    expected: 'jekyll-site/expected/feed.xml',
    elsewhere: [
      'https://jekyllrb.com/docs/history/#v3-10-0',
      'https://jekyllrb.com/docs/history/#v3-9-4',
      'https://jekyllrb.com/docs/history/#v3-9-3',
      'https://github.com/jekyll/jekyll/issues/9156',
    ],
  },
  {
    folder: 'rust-blog/yaml-2023/posts',
    articles: 440,
    config: RUST,
    feed: '/main',
    expected: 'rust-blog/expected/feed.xml',
    elsewhere: [],
  },
  {
    folder: 'rust-blog/yaml-2023/posts',
    articles: 440,
    config: RUST,
    feed: '/inside-rust',
    expected: 'rust-blog/expected/inside-rust-feed.xml',
    elsewhere: [],
  },
];

/**
 * The words of an entry, with what Markdown engines print in their own manner brought to one: curly quotes, the numbers
 * and arrows of footnotes, the boxes of task lists; and without a first heading that repeats the title, which a reader
 * shows anyway.
 */
function words(html: string, title: string): string {
  const text = visibleText(html)
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/\[(\d+)\]/g, '$1')
    .replaceAll('\ufe0e', '')
    .replaceAll('☑', '[x]')
    .replaceAll('☐', '[ ]');
  return text.startsWith(title) ? text.slice(title.length).trim() : text;
}

/** The words of each entry of a feed. */
function wordsOf(items: Item[]): string[] {
  return items.map(({ content, title = '' }) => words(content, title));
}

describe.skipIf(!hasCorpora).each(PUBLISHED)('the feed $expected', (published) => {
  let site: Site;
  let ours: Record<Format, Item[]>;
  let theirs: Item[];

  beforeAll(async () => {
    site = await publishFolder(published.folder, published.config);
    ours = await site.feed(published.feed);
    theirs = itemsOf(readFileSync(corpus(published.expected), 'utf8'));
  }, 120_000);
  afterAll(() => site?.close());

  it('comes out of a run that accepts every file', () => {
    const { articles, error } = site.report;
    expect(site.refused).toEqual([]);
    expect(error).toBeNull();
    expect(articles).toMatchObject({
      seen: published.articles,
      accepted: published.articles,
      withheld: 0,
      rejected: 0,
    });
  });

  it('has the entries that were published, in their order', () => {
    const shown = ({ id, url, title, published, updated, categories }: Item) => {
      return { id, url, title, published, updated, categories };
    };
    expect(theirs).toHaveLength(10);
    expect(ours.atom.map(shown)).toEqual(theirs.map(shown));
  });

  it('names their authors', () => {
    const apart = (names: Item['authors']) => names.flatMap((name) => name?.split(/,? and |, /));
    expect(ours.atom.map(({ authors }) => authors)).toEqual(theirs.map(({ authors }) => apart(authors)));
  });

  it('says what they said, word for word', () => {
    expect(wordsOf(ours.atom)).toEqual(wordsOf(theirs));
  });

  it('leads where they led', () => {
    const missing = theirs.flatMap(({ content, url = '' }, at) => {
      const known = new Set(addressesIn(ours.atom[at]?.content ?? '', url));
      return addressesIn(content, url).filter((address) => !known.has(address) && !address.startsWith(`${url}#`));
    });
    expect(missing).toEqual(published.elsewhere);
  });

  it('summarizes them by the same beginning', () => {
    for (const [at, { summary, title = '' }] of theirs.entries()) {
      const own = words(ours.atom[at]?.summary ?? '', title);
      expect(own, title).not.toBe('');
      if (summary === '') continue;
      const whole = words(summary, title);
      if (own.endsWith('…')) expect(whole.slice(0, own.length - 1), title).toBe(own.slice(0, -1));
      else expect(own, title).toBe(whole);
    }
  });

  it('is the same in all three formats', () => {
    for (const format of FORMATS) expect(ours[format], format).toEqual(ours.atom);
  });
});

describe.skipIf(!hasCorpora)('a Jekyll site', () => {
  it('has the same ids whether its folder or that of its posts is given', async () => {
    const ids = async (folder: string) => {
      const site = await publishFolder(folder, JEKYLL);
      const { atom } = await site.feed('');
      await site.close();
      return atom.map(({ id }) => id);
    };
    expect(await ids('jekyll-site/docs')).toEqual(await ids('jekyll-site/docs/_posts'));
  }, 120_000);
});

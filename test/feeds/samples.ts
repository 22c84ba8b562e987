import fc from 'fast-check';
import { assembleDocument, fragmentOf } from '../../src/feeds/documents.ts';
import type { Entry, FeedHead, Format, Variant } from '../../src/feeds/entry.ts';
import { renderFragment } from '../../src/feeds/fragments.ts';

/** A plain entry, to be changed in one respect. */
export const ENTRY: Entry = {
  id: 'tag:paper.example,2024:a',
  host: 'paper.example',
  url: 'https://paper.example/2024/a/',
  title: 'A title',
  published: '2024-01-02T03:04:05.000Z',
  updated: '2024-01-02T03:04:05.000Z',
  summary: 'A summary.',
  html: '<p>A body.</p>',
  authors: [],
  categories: [],
  tags: [],
  image: null,
  lang: null,
  enclosures: [],
};

/** A plain head, to be changed in one respect. */
export const HEAD: FeedHead = {
  title: 'The Paper',
  description: 'News of the town',
  home: 'https://paper.example/',
  topics: {
    rss: 'https://feeds.paper.example/rss.xml',
    atom: 'https://feeds.paper.example/atom.xml',
    json: 'https://feeds.paper.example/feed.json',
  },
  hub: 'https://feeds.paper.example/hub',
  lang: 'en',
  author: null,
  image: null,
  copyright: null,
  updated: '2024-01-03T00:00:00.000Z',
  id: 'tag:paper.example,2026:feed',
  archives: null,
  podcast: null,
};

/** A document of fragments as text. */
export function textOf(...[head, format, fragments, ...rest]: TextArguments): string {
  return new TextDecoder().decode(assembleDocument(head, format, fragments.map(fragmentOf), ...rest).body);
}

type Arguments = Parameters<typeof assembleDocument>;
type TextArguments = [Arguments[0], Arguments[1], string[], Arguments[3]?, Arguments[4]?];

/** The whole way from entries to a document. */
export function documentOf(head: FeedHead, entries: Entry[], format: Format, variant: Variant = 'full'): string {
  const fragments = entries.map((entry) => renderFragment(entry, format, variant));
  return textOf(head, format, fragments);
}

/** What breaks documents that are put together carelessly. */
const NASTY = [
  '</item>',
  '</entry>',
  '<feed ',
  '<item>',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<?xml',
  '?>',
  ' xmlns:x="y"',
  '&amp;',
  '&amp;amp;',
  '&#x0;',
  '&nbsp;',
  'Vec<T>',
  '<b>x</b>',
  '"',
  "'",
  '\u0000',
  '\u000b',
  '\u0085',
  '\ufffe',
  '\uffff',
  '\ud800',
  '\udc00',
  '\r\n',
  '\r',
  '\t',
  '\u2028',
  '$&',
  "$'",
  '경제',
  '🚀',
  '\u202e',
  '__proto__',
];

/** Any text: all of Unicode, halves of pairs, and what is nasty in markup. */
export const anyText = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

const anyUrl = fc
  .record({ path: anyText, query: anyText, hash: anyText })
  .map(({ path, query, hash }) => `https://paper.example/${path}?${query}#${hash}`);

const anyInstant = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const anyAuthor = fc.record(
  { name: anyText, url: fc.oneof(anyUrl, anyText), email: anyText, avatar: anyText },
  { requiredKeys: ['name'] },
);

const anyImage = fc.record(
  { url: fc.oneof(anyUrl, anyText), alt: anyText, width: fc.double(), height: fc.integer() },
  { requiredKeys: ['url'] },
);

const anyEnclosure = fc.record(
  { url: fc.oneof(anyUrl, anyText), type: anyText, length: fc.double(), duration: fc.double(), title: anyText },
  { requiredKeys: ['url', 'type', 'length'] },
);

/** Any entry that the types allow, with an absolute address. */
export const anyEntry: fc.Arbitrary<Entry> = fc.record({
  id: fc.oneof(anyUrl, anyText),
  host: fc.constantFrom('paper.example', '127.0.0.1'),
  url: anyUrl,
  title: anyText,
  published: anyInstant,
  updated: anyInstant,
  summary: anyText,
  html: anyText,
  authors: fc.array(anyAuthor, { maxLength: 3 }),
  categories: fc.array(anyText, { maxLength: 3 }),
  tags: fc.array(anyText, { maxLength: 3 }),
  image: fc.option(anyImage),
  lang: fc.option(fc.oneof(anyText, fc.constantFrom('ko', 'en-GB', 'zh-Hant-TW'))),
  enclosures: fc.array(anyEnclosure, { maxLength: 3 }),
  banner: fc.oneof(anyUrl, anyText),
  external: fc.oneof(anyUrl, anyText),
});

/** Any head that the types allow, with absolute addresses. */
export const anyHead: fc.Arbitrary<FeedHead> = fc
  .record({
    title: anyText,
    description: anyText,
    lang: fc.option(fc.oneof(anyText, fc.constant('ko'))),
    author: fc.option(anyAuthor),
    image: fc.option(anyUrl.map((url) => new URL(url).href)),
    copyright: fc.option(anyText),
    updated: anyInstant,
  })
  .map((part) => ({ ...HEAD, ...part }));

import { XMLParser } from 'fast-xml-parser';
import { parseFeed } from 'feedsmith';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/feeds/entry.ts';
import { documentOf, ENTRY, HEAD } from './samples.ts';

/** What public parsers make of our documents. */
const ENTRIES: Entry[] = [
  {
    ...ENTRY,
    id: 'https://paper.example/2024/a/',
    title: '[속보] Vec<T> & <b>bold</b> </item> ]]>',
    summary: 'a < b & c',
    html: '<p>]]> </item> &amp; <feed xmlns:x="y"></p>',
    updated: '2024-02-03T04:05:06.000Z',
    authors: [{ name: 'Kim & Lee', url: 'https://paper.example/kim/' }, { name: '이영희' }],
    categories: ['경제'],
    tags: ['R&D', '경제', '<x>'],
    image: { url: 'https://paper.example/i.png?a=1&b=2', alt: 'A "bus"', width: 640, height: 480 },
    lang: 'ko',
    enclosures: [{ url: 'https://paper.example/a.mp3?x=1&y=2', type: 'audio/mpeg', length: 1234, duration: 61 }],
  },
  { ...ENTRY, id: '42', url: 'https://paper.example/2024/b/' },
];

const [first, second] = ENTRIES as [Entry, Entry];

describe('feedsmith', () => {
  it('reads RSS', () => {
    const parsed = parseFeed(documentOf(HEAD, ENTRIES, 'rss'));
    if (parsed.format !== 'rss') throw new Error(parsed.format);
    const { feed } = parsed;
    expect(feed).toMatchObject({
      title: HEAD.title,
      description: HEAD.description,
      link: HEAD.home,
      language: 'en',
      generator: 'Tidings',
      lastBuildDate: 'Wed, 03 Jan 2024 00:00:00 GMT',
    });
    expect(feed.atom?.links).toEqual([
      { href: HEAD.topics.rss, rel: 'self', type: 'application/rss+xml' },
      { href: HEAD.hub, rel: 'hub' },
    ]);
    expect(feed.items).toHaveLength(2);
    expect(feed.items?.[0]).toMatchObject({
      title: first.title,
      link: first.url,
      guid: { value: first.id, isPermaLink: true },
      pubDate: 'Tue, 02 Jan 2024 03:04:05 GMT',
      content: { encoded: first.html },
      dc: { creators: ['Kim & Lee', '이영희'] },
      categories: [{ name: '경제' }, { name: 'R&D' }, { name: '<x>' }],
      enclosures: [{ url: 'https://paper.example/a.mp3?x=1&y=2', length: 1234, type: 'audio/mpeg' }],
      atom: { updated: first.updated },
      itunes: { duration: 61 },
      media: { thumbnails: [{ url: 'https://paper.example/i.png?a=1&b=2', width: 640, height: 480 }] },
    });
    expect(feed.items?.[1]).toMatchObject({ guid: { value: '42', isPermaLink: false }, title: second.title });
  });

  it('reads Atom', () => {
    const parsed = parseFeed(documentOf(HEAD, ENTRIES, 'atom'));
    if (parsed.format !== 'atom') throw new Error(parsed.format);
    const { feed } = parsed;
    expect(feed).toMatchObject({
      id: HEAD.id,
      title: { value: HEAD.title },
      subtitle: { value: HEAD.description },
      updated: HEAD.updated,
      authors: [{ name: HEAD.title }],
    });
    expect(feed.links).toEqual([
      { rel: 'alternate', href: HEAD.home, type: 'text/html' },
      { rel: 'self', href: HEAD.topics.atom, type: 'application/atom+xml' },
      { rel: 'hub', href: HEAD.hub },
    ]);
    expect(feed.entries?.[0]).toMatchObject({
      id: first.id,
      title: { value: first.title },
      summary: { value: first.summary },
      content: { value: first.html, type: 'html' },
      published: first.published,
      updated: first.updated,
      authors: [{ name: 'Kim & Lee', uri: 'https://paper.example/kim/' }, { name: '이영희' }],
      categories: [{ term: '경제' }, { term: 'R&D' }, { term: '<x>' }],
      links: [
        { rel: 'alternate', type: 'text/html', href: first.url },
        { rel: 'enclosure', href: 'https://paper.example/a.mp3?x=1&y=2', type: 'audio/mpeg', length: 1234 },
      ],
    });
    expect(feed.entries?.[1]?.id).toBe('tag:paper.example,2026:42');
  });

  it('reads JSON Feed', () => {
    const parsed = parseFeed(documentOf(HEAD, ENTRIES, 'json'));
    if (parsed.format !== 'json') throw new Error(parsed.format);
    const { feed } = parsed;
    expect(feed).toMatchObject({
      title: HEAD.title,
      home_page_url: HEAD.home,
      feed_url: HEAD.topics.json,
      language: 'en',
      hubs: [{ type: 'WebSub', url: HEAD.hub }],
    });
    expect(feed.items?.[0]).toMatchObject({
      id: first.id,
      url: first.url,
      title: first.title,
      summary: first.summary,
      content_html: first.html,
      image: 'https://paper.example/i.png?a=1&b=2',
      date_published: first.published,
      date_modified: first.updated,
      authors: [{ name: 'Kim & Lee', url: 'https://paper.example/kim/' }, { name: '이영희' }],
      tags: ['경제', 'R&D', '<x>'],
      language: 'ko',
      attachments: [
        {
          url: 'https://paper.example/a.mp3?x=1&y=2',
          mime_type: 'audio/mpeg',
          size_in_bytes: 1234,
          duration_in_seconds: 61,
        },
      ],
    });
  });
});

describe('fast-xml-parser', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    processEntities: true,
    htmlEntities: true,
  });

  it('reads RSS and Atom', () => {
    const rss = parser.parse(documentOf(HEAD, ENTRIES, 'rss')).rss.channel;
    const atom = parser.parse(documentOf(HEAD, ENTRIES, 'atom')).feed;
    expect(rss.item.map((item: { title: string }) => item.title)).toEqual([first.title, second.title]);
    expect(atom.entry.map((entry: { title: string }) => entry.title)).toEqual([first.title, second.title]);
    expect(rss.item[0]['content:encoded']).toBe(first.html);
    expect(atom.entry[0].content['#text']).toBe(first.html);
    expect(rss.item[0].guid).toEqual({ '#text': first.id, '@_isPermaLink': 'true' });
    expect(rss.item[0]['@_xml:lang']).toBe('ko');
    expect(atom.entry[0]['@_xml:lang']).toBe('ko');
  });
});

import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Entry, type FeedHead, FILE_NAMES, FORMATS, type Variant } from '../../src/feeds/entry.ts';
import { documentOf, ENTRY, HEAD, textOf } from './samples.ts';

const FIXTURES = new URL('../fixtures/feeds/', import.meta.url);

describe('golden pairs', () => {
  const names = globSync('*.json', { cwd: FIXTURES })
    .filter((file) => !file.endsWith('.feed.json'))
    .map((file) => basename(file, '.json'));

  it.each(names.flatMap((name) => FORMATS.map((format) => [name, format] as const)))(
    '%s as %s',
    async (name, format) => {
      const { head, variant, entries } = JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8')) as {
        head: FeedHead;
        variant: Variant;
        entries: Entry[];
      };
      const file = new URL(`${name}.${FILE_NAMES[format]}`, FIXTURES);
      await expect(documentOf(head, entries, format, variant)).toMatchFileSnapshot(file.pathname);
    },
  );
});

describe('assembleDocument', () => {
  it('declares the namespaces that its entries use, once, on the root', () => {
    const image = { url: 'https://paper.example/i.png' };
    const declared = (entries: Entry[]) =>
      [...documentOf(HEAD, entries, 'rss').matchAll(/xmlns:(\w+)=/g)].map((match) => match[1]);
    expect(declared([])).toEqual(['atom']);
    expect(declared([{ ...ENTRY, html: '' }])).toEqual(['atom']);
    expect(declared([ENTRY, ENTRY])).toEqual(['atom', 'content']);
    expect(declared([ENTRY, { ...ENTRY, authors: [{ name: 'Kim' }], image }])).toEqual([
      'atom',
      'content',
      'dc',
      'media',
    ]);
    expect(documentOf(HEAD, [ENTRY], 'atom')).not.toContain('xmlns:');
    expect(documentOf(HEAD, [{ ...ENTRY, image }], 'atom')).toContain('xmlns:media=');
  });

  it('is a podcast where the publisher says so and an entry has something to play', () => {
    const podcast = { category: 'News', explicit: false, type: null, image: null, guid: null, locked: null };
    const entry = (type: string) => ({ ...ENTRY, enclosures: [{ url: 'https://paper.example/1', type, length: 9 }] });
    const of = (head: FeedHead, type: string) => documentOf(head, [entry(type)], 'rss');
    expect(of({ ...HEAD, podcast }, 'audio/mpeg')).toContain('<itunes:category text="News"/>');
    expect(of({ ...HEAD, podcast }, 'audio/mpeg')).toContain('<podcast:medium>podcast</podcast:medium>');
    expect(of({ ...HEAD, podcast }, 'application/pdf')).not.toContain('itunes:');
    expect(of(HEAD, 'audio/mpeg')).not.toContain('itunes:');
  });

  it('gives the same bytes for the same input', () => {
    for (const format of FORMATS) expect(documentOf(HEAD, [ENTRY], format)).toBe(documentOf(HEAD, [ENTRY], format));
  });

  it('joins fragments as they are and in their order', () => {
    expect(textOf(HEAD, 'json', ['{"id":"2"}', '{"id":"1"}'])).toMatch(/"items": \[\n\{"id":"2"\},\n\{"id":"1"\}\n\]/);
    expect(textOf(HEAD, 'atom', ['<entry>&#x3C;</entry>', '<entry/>'])).toMatch(
      /\n<entry>&#x3C;<\/entry>\n<entry\/>\n<\/feed>\n$/,
    );
  });
});

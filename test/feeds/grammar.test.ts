import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILE_NAMES, FORMATS, type Format } from '../../src/feeds/entry.ts';
import { renderFragment } from '../../src/feeds/fragments.ts';
import { faultsOf } from './grammar.ts';
import { anyEntry, anyHead, documentOf, ENTRY, HEAD, textOf } from './samples.ts';

const FIXTURES = new URL('../fixtures/feeds/', import.meta.url);

describe('the grammar of the formats', () => {
  const names = globSync('*.{atom.xml,rss.xml,feed.json}', { cwd: FIXTURES });
  it.each(names)('is kept by %s', (name) => {
    const format = FORMATS.find((one) => name.endsWith(FILE_NAMES[one])) as Format;
    expect(faultsOf(readFileSync(new URL(name, FIXTURES), 'utf8'), format)).toEqual([]);
  });

  it('is kept by documents of any entries', () => {
    const several = fc.uniqueArray(anyEntry, {
      maxLength: 3,
      selector: (entry) => entry.id.replace(/[\p{C}\s]+/gu, ''),
    });
    const variants = fc.constantFrom('full' as const, 'excerpt' as const, 'cut' as const);
    fc.assert(
      fc.property(anyHead, several, variants, fc.constantFrom(...FORMATS), (head, entries, variant, format) => {
        // The configuration refuses a feed without a title, and the ledger an entry without an id.
        const named = { ...head, title: `The ${head.title}` };
        const fragments = entries.map((entry) => renderFragment({ ...entry, id: `i${entry.id}` }, format, variant));
        const tombstones = [{ id: 'gone away', host: 'paper.example', at: ENTRY.updated }];
        expect(faultsOf(textOf(named, format, fragments, tombstones), format)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds what breaks it', () => {
    const atom = documentOf(HEAD, [ENTRY], 'atom');
    const rss = documentOf(HEAD, [ENTRY], 'rss');
    const json = documentOf(HEAD, [ENTRY], 'json');
    const broken: [string, Format][] = [
      [atom.replace('<updated>2024-01-03T', '<updated>2024-01-03 '), 'atom'],
      [atom.replace('</entry>', '<media:thumbnail url="https://paper.example/"/></entry>'), 'atom'],
      [atom.replace(/<id>tag:paper.example,2024:a<\/id>/, ''), 'atom'],
      [rss.replace(/<guid/g, '<guide').replace(/<\/guid/g, '</guide'), 'rss'],
      [rss.replace(/<pubDate>[^<]*/, '<pubDate>Tuesday'), 'rss'],
      [rss.replace('<item>', '<item xmlns:x="https://x.example/">'), 'rss'],
      [json.replace('"date_published"', '"datePublished"'), 'json'],
      [json.replace('"content_html"', '"_content"'), 'json'],
    ];
    for (const [document, format] of broken) expect(faultsOf(document, format)).not.toEqual([]);
  });
});

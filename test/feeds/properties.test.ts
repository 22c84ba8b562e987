import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Element, Root } from 'xast';
import { fromXml } from 'xast-util-from-xml';
import { anyEntry, anyHead, documentOf, ENTRY, HEAD } from './samples.ts';

/** The parser refuses what XML 1.0 does, so that reading is the proof of being well-formed. */
function entriesOf(xml: string, name: string): Element[] {
  const found: Element[] = [];
  const visit = (node: Root | Element) => {
    for (const child of node.children) {
      if (child.type !== 'element') continue;
      if (child.name === name) found.push(child);
      else visit(child);
    }
  };
  visit(fromXml(xml));
  return found;
}

function textsOf(entry: Element, name: string): string[] {
  return entry.children.flatMap((node) => (node.type === 'element' && node.name === name ? [textOf(node)] : []));
}

function textOf(node: Element): string {
  return node.children
    .map((child) => (child.type === 'element' ? textOf(child) : 'value' in child ? child.value : ''))
    .join('');
}

interface Item {
  id: string;
  url: string;
  title?: string;
  content_html: string;
  summary?: string;
  date_published: string;
  date_modified: string;
  authors?: { name: string }[];
  tags?: string[];
}

const several = fc.array(anyEntry, { maxLength: 3 });

describe('documents of any entries', () => {
  it('are well-formed and carry every entry', () => {
    fc.assert(
      fc.property(anyHead, several, fc.constantFrom('full' as const, 'excerpt' as const), (head, entries, variant) => {
        expect(entriesOf(documentOf(head, entries, 'rss', variant), 'item')).toHaveLength(entries.length);
        expect(entriesOf(documentOf(head, entries, 'atom', variant), 'entry')).toHaveLength(entries.length);
        const feed = JSON.parse(documentOf(head, entries, 'json', variant)) as { items: Item[] };
        expect(feed.items).toHaveLength(entries.length);
      }),
      { numRuns: 150 },
    );
  });

  it('say the same in the three formats', () => {
    fc.assert(
      fc.property(several, (entries) => {
        const items = entriesOf(documentOf(HEAD, entries, 'rss'), 'item');
        const atom = entriesOf(documentOf(HEAD, entries, 'atom'), 'entry');
        const { items: json } = JSON.parse(documentOf(HEAD, entries, 'json')) as { items: Item[] };
        for (const [at, item] of json.entries()) {
          const rss = items[at] as Element;
          const entry = atom[at] as Element;
          const bodies = item.content_html === '' ? [] : [item.content_html];
          expect(textsOf(rss, 'guid')).toEqual([item.id]);
          expect(textsOf(rss, 'link')).toEqual([item.url]);
          expect(textsOf(rss, 'title')).toEqual(item.title === undefined ? [] : [item.title]);
          expect(textsOf(entry, 'title')).toEqual([item.title ?? '']);
          expect(textsOf(rss, 'content:encoded')).toEqual(bodies);
          expect(textsOf(entry, 'content')).toEqual(bodies);
          expect(textsOf(entry, 'summary')).toEqual(item.summary === undefined ? [] : [item.summary]);
          expect(Date.parse(textsOf(rss, 'pubDate')[0] ?? '')).toBe(
            Math.floor(Date.parse(item.date_published) / 1000) * 1000,
          );
          expect(textsOf(entry, 'published')).toEqual([item.date_published]);
          expect(textsOf(entry, 'updated')).toEqual([item.date_modified]);
          const names = (item.authors ?? []).map((author) => author.name);
          expect(textsOf(rss, 'dc:creator')).toEqual(names);
          const people = entry.children.flatMap((node) =>
            node.type === 'element' && node.name === 'author' ? textsOf(node, 'name') : [],
          );
          expect(people).toEqual(names);
          expect(textsOf(rss, 'category')).toEqual(item.tags ?? []);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('keep every text that XML can hold as it was written', () => {
    const word = fc.constantFrom(
      '</item>',
      '<feed ',
      ']]>',
      'xmlns:x="y"',
      '&amp;',
      '<b>x</b>',
      'Vec<T>',
      '경제',
      '🚀',
      '&#38;',
    );
    const text = fc
      .array(
        fc.oneof(
          word,
          fc.string({ unit: 'grapheme-composite' }).map((s) => s.replace(/[\p{C}\s]/gu, '')),
        ),
      )
      .map((parts) =>
        parts
          .filter((part) => part !== '')
          .join(' ')
          .trim(),
      );
    fc.assert(
      fc.property(text, text, (title, html) => {
        const entry = { ...ENTRY, title, html };
        const [rss] = entriesOf(documentOf(HEAD, [entry], 'rss'), 'item');
        const [atom] = entriesOf(documentOf(HEAD, [entry], 'atom'), 'entry');
        expect(rss && textsOf(rss, 'title').join('')).toBe(title);
        expect(atom && textsOf(atom, 'title').join('')).toBe(title);
        expect(rss && textsOf(rss, 'content:encoded').join('')).toBe(html);
        expect(atom && textsOf(atom, 'content').join('')).toBe(html);
      }),
      { numRuns: 150 },
    );
  });
});

describe('Atom of any entries', () => {
  const count = (element: Element, name: string) =>
    element.children.filter((node) => node.type === 'element' && node.name === name).length;

  it('has what RFC 4287 asks of a feed and of an entry, as often as it says', () => {
    fc.assert(
      fc.property(anyHead, several, fc.constantFrom('full' as const, 'excerpt' as const), (head, entries, variant) => {
        const [feed] = entriesOf(documentOf(head, entries, 'atom', variant), 'feed');
        if (!feed) throw new Error('no feed');
        for (const name of ['id', 'title', 'updated', 'author', 'generator']) expect(count(feed, name)).toBe(1);
        for (const name of ['subtitle', 'rights', 'logo']) expect(count(feed, name)).toBeLessThan(2);
        for (const entry of feed.children.filter((node) => node.type === 'element' && node.name === 'entry')) {
          if (entry.type !== 'element') continue;
          for (const name of ['id', 'title', 'updated', 'published']) expect(count(entry, name)).toBe(1);
          for (const name of ['content', 'summary']) expect(count(entry, name)).toBeLessThan(2);
          expect(textsOf(entry, 'id').join('')).toMatch(/^[a-z][a-z0-9+.-]*:/i);
          const links = entry.children.flatMap((node) =>
            node.type === 'element' && node.name === 'link' ? [node.attributes] : [],
          );
          expect(links.filter((link) => link.rel === 'alternate')).toHaveLength(1);
          for (const link of links) expect(URL.canParse(String(link.href))).toBe(true);
          for (const node of entry.children) {
            if (node.type !== 'element' || node.name !== 'category') continue;
            expect(node.attributes.term).toMatch(/\S/);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

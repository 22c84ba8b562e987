import { describe, expect, it } from 'vitest';
import { articleOf, read } from './reading.ts';

type Expected = { title?: string; tags?: string[]; summary?: string };

/** What stands in the file, what is read, and the line (with its number) as it should be written. */
const MENDED: [lines: string, expected: Expected, line: number, mend: string][] = [
  ['title: A: b: c', { title: 'A: b: c' }, 2, "title: 'A: b: c'"],
  ['title: [속보] 버스 노선', { title: '[속보] 버스 노선' }, 2, "title: '[속보] 버스 노선'"],
  ["title: 'a' 'b'", { title: "'a' 'b'" }, 2, "title: '''a'' ''b'''"],
  ['title: @handle says', { title: '@handle says' }, 2, "title: '@handle says'"],
  ['title: `code` first', { title: '`code` first' }, 2, "title: '`code` first'"],
  ['title: %s is a format', { title: '%s is a format' }, 2, "title: '%s is a format'"],
  ['title: *bold* words', { title: '*bold* words' }, 2, "title: '*bold* words'"],
  ['title: &amp; more', { title: '& more' }, 2, "title: '&amp; more'"],
  ['title: !Important news', { title: '!Important news' }, 2, "title: '!Important news'"],
  ['title: | a pipe', { title: '| a pipe' }, 2, "title: '| a pipe'"],
  ['title: > an arrow', { title: '> an arrow' }, 2, "title: '> an arrow'"],
  ['title: - a dash', { title: '- a dash' }, 2, "title: '- a dash'"],
  ['title: {a} b', { title: '{a} b' }, 2, "title: '{a} b'"],
  ['title: {{ page.title }}', { title: '{{ page.title }}' }, 2, "title: '{{ page.title }}'"],
  ['title: "C:\\news\\daily"', { title: 'C:\\news\\daily' }, 2, "title: 'C:\\news\\daily'"],
  ['title: "He said "hi" there"', { title: 'He said "hi" there' }, 2, 'title: \'He said "hi" there\''],
  ["title: 'It's here'", { title: "It's here" }, 2, "title: 'It''s here'"],
  ['title: "not closed', { title: 'not closed' }, 2, "title: 'not closed'"],
  ['title:close', { title: 'close' }, 2, "title: 'close'"],
  ['title：全角', { title: '全角' }, 2, "title: '全角'"],
  ['title: 1. One\n2. Two\n3. Three', { title: '1. One 2. Two 3. Three' }, 2, "title: '1. One 2. Two 3. Three'"],
  ['title: x\ntags:\n\t- a\n\t- b', { tags: ['a', 'b'] }, 4, '  - a'],
  ['title: x\ntags: [a, b: c, @d]', { tags: ['a', 'b: c', '@d'] }, 3, "tags: ['a', 'b: c', '@d']"],
  ['title: x\ntags: [a, b', { tags: ['a', 'b'] }, 3, "tags: ['a', 'b']"],
  ['title: x\ntags: "a", "b"', { tags: ['a', 'b'] }, 3, "tags: ['a', 'b']"],
  ['title: x\ntags:\n  - a\n  - @d', { tags: ['a', '@d'] }, 5, "  - '@d'"],
  ['title: x\nexcerpt: >\nat the margin', { summary: 'at the margin' }, 4, '  at the margin'],
  ['title: x\n  excerpt: indented', { summary: 'indented' }, 3, 'excerpt: indented'],
  ['title: x\nauthor:\n  name: A: B', { title: 'x' }, 4, "  name: 'A: B'"],
  ['title: x\ntitle: y', { title: 'y' }, 3, 'title: y'],
  ['title: x\rexcerpt: y', { title: 'x', summary: 'y' }, 2, 'title: x'],
];

describe('front matter that YAML refuses and a person understands', () => {
  it.each(MENDED)('%j', (lines, expected, line, mend) => {
    const text = `---\n${lines}\ndate: 2024-03-05\n---\nText`;
    const reading = read(text);
    expect(reading).toMatchObject({ state: 'accepted', repaired: true });
    expect(articleOf(text)).toMatchObject(expected);
    const told = reading.problems.find((problem) => problem.code === 'front-matter-repaired');
    expect([told?.line, told?.mend]).toEqual([line, mend]);
  });

  it('the line as it should be written is read without a warning', () => {
    for (const [lines, expected, , mend] of MENDED) {
      if (lines.includes('\n') || lines.includes('\r')) continue;
      const text = `---\n${mend}\ndate: 2024-03-05\n---\nText`;
      expect(read(text)).toMatchObject({ state: 'accepted', repaired: false });
      expect(articleOf(text)).toMatchObject(expected);
    }
  });

  it('one bad line changes no other', () => {
    const { title, authors, tags } = articleOf(
      '---\ntitle: A: b\nauthor: {name: Mara, url: "https://mara.example/"}\ntags: [x, "y: z"]\ndate: 2024-03-05\n---\n',
    );
    expect({ title, authors, tags }).toEqual({
      title: 'A: b',
      authors: [{ name: 'Mara', url: 'https://mara.example/' }],
      tags: ['x', 'y: z'],
    });
  });

  it('every bad line is told', () => {
    const reading = read('---\ntitle: A: b\nexcerpt: @c\ndate: 2024-03-05\n---\n');
    expect(reading.problems.map(({ line }) => line)).toEqual([2, 3]);
  });

  it('a quoted text that goes on at the margin is read as Ruby reads it, without a word', () => {
    const text = '---\ntitle: x\nexcerpt: "first line\nsecond line at column 0"\ndate: 2024-03-05\n---\n';
    expect(read(text)).toMatchObject({ state: 'accepted', repaired: false, problems: [] });
    expect(articleOf(text).summary).toBe('first line second line at column 0');
  });

  it('a body is never taken for a value', () => {
    const reading = read('---\ntitle: A: b\n\nThis is the body.\n\n---\n\nMore: of it.\n');
    expect(reading).toMatchObject({ state: 'rejected', problems: [{ code: 'front-matter-syntax' }] });
  });
});

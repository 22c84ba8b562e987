import { describe, expect, it } from 'vitest';
import { isAuthorsFile, parseAuthors } from '../../src/articles/authors.ts';
import { articleOf } from './reading.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const names = (value: string, authors = {}) =>
  articleOf(`---\ntitle: x\ndate: 2024-03-05\nauthor: ${value}\n---\n`, { authors }).authors.map(({ name }) => name);

describe('authors files', () => {
  it.each([
    ['blog/authors.yml', true],
    ['_data/authors.yaml', true],
    ['data/authors.toml', true],
    ['_data/authors.json', true],
    ['my-authors.yml', false],
    ['authors.md', false],
  ])('%s: %s', (path, expected) => expect(isAuthorsFile(path)).toBe(expected));

  it('name people by key, in each language', () => {
    const expected = {
      mara: {
        name: 'Mara Quill',
        url: 'https://mara.example/',
        email: 'mara@mara.example',
        avatar: 'https://mara.example/a.png',
      },
    };
    const yaml =
      'mara:\n  name: Mara Quill\n  url: https://mara.example/\n  email: mara@mara.example\n  image_url: https://mara.example/a.png\n';
    const toml =
      '[mara]\nname = "Mara Quill"\nwebsite = "https://mara.example/"\nemail = "mara@mara.example"\navatar = "https://mara.example/a.png"\n';
    const json =
      '{"mara": {"name": "Mara Quill", "uri": "https://mara.example/", "email": "mara@mara.example", "picture": "https://mara.example/a.png"}}';
    expect({ ...parseAuthors('authors.yml', bytes(yaml)) }).toEqual(expected);
    expect({ ...parseAuthors('authors.toml', bytes(toml)) }).toEqual(expected);
    expect({ ...parseAuthors('authors.json', bytes(json)) }).toEqual(expected);
  });

  it('that cannot be read name nobody', () => {
    for (const text of ['- a\n- b\n', '\ufffd', '{'])
      expect(Object.keys(parseAuthors('authors.yml', bytes(text)))).toEqual([]);
  });

  it('an address that no reader may open is left out', () => {
    expect({ ...parseAuthors('authors.yml', bytes('m:\n  name: M\n  url: javascript:alert(1)\n')) }).toEqual({
      m: { name: 'M' },
    });
  });
});

describe('several names in one text', () => {
  it.each([
    ['Mara Quill', ['Mara Quill']],
    ['Mara Quill, Ines Vidal and Owen O’Hara', ['Mara Quill', 'Ines Vidal', 'Owen O’Hara']],
    ['Mara Quill & Ines Vidal', ['Mara Quill', 'Ines Vidal']],
    ['"Quill, Mara; Vidal, Ines"', ['Quill, Mara', 'Vidal, Ines']],
    ['Martin Luther King, Jr.', ['Martin Luther King, Jr.']],
    ['Jane Lusby, on behalf of The Project Teams', ['Jane Lusby, on behalf of The Project Teams']],
    ['The Core Team on behalf of everybody', ['The Core Team on behalf of everybody']],
    ['Mara Quill (the baker and singer)', ['Mara Quill (the baker and singer)']],
    ['김하늘、박서준', ['김하늘', '박서준']],
    ['Alexander Sandford', ['Alexander Sandford']],
    ['[Mara, Mara]', ['Mara']],
    ['mara, Ines', ['Mara Quill', 'Ines']],
  ])('%s', (value, expected) => expect(names(value, { mara: { name: 'Mara Quill' } })).toEqual(expected));

  it('an address in the name is the author’s', () => {
    expect(articleOf('---\ntitle: x\ndate: 2024-03-05\nauthor: Mara <mara@mara.example>\n---\n').authors).toEqual([
      { name: 'Mara', email: 'mara@mara.example' },
    ]);
  });
});

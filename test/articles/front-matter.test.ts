import { describe, expect, it } from 'vitest';
import { articleOf, read } from './reading.ts';

const BODY = 'Text\n';

/** Whole heads that must give the title "Tea: 1" and the tag "x". */
const HEADS: [name: string, head: string][] = [
  ['YAML', '---\ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\n'],
  ['YAML after blank lines', '\n\n---\ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\n'],
  ['YAML closed by dots', '---\ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n...\n'],
  ['YAML with spaces behind its delimiters', '---  \ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\t\n'],
  ['YAML whose opening line is missing', 'title: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\n'],
  ['YAML named so', '---yaml\ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\n'],
  ['YAML named so, in capitals', '--- YML\ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\n'],
  ['YAML with Windows line ends', '---\r\ntitle: "Tea: 1"\r\ndate: 2024-03-05\r\ntags: [x]\r\n---\r\n'],
  ['YAML after a byte order mark', '\ufeff---\ntitle: "Tea: 1"\ndate: 2024-03-05\ntags: [x]\n---\n'],
  ['TOML', '+++\ntitle = "Tea: 1"\ndate = 2024-03-05\ntags = ["x"]\n+++\n'],
  ['TOML named so', '---toml\ntitle = "Tea: 1"\ndate = 2024-03-05\ntags = ["x"]\n---\n'],
  ['JSON as Hugo has it', '{\n  "title": "Tea: 1",\n  "date": "2024-03-05",\n  "tags": ["x"]\n}\n'],
  ['JSON named so', '---json\n{ "title": "Tea: 1", "date": "2024-03-05", "tags": ["x"] }\n---\n'],
  ['JSON as Hexo has it', ';;;\n"title": "Tea: 1", "date": "2024-03-05", "tags": ["x"]\n;;;\n'],
  ['headers as Pelican has them', 'Title: Tea: 1\nDate: 2024-03-05\nTags: x\n\n'],
  ['headers as Nikola has them', '.. title: Tea: 1\n.. date: 2024-03-05\n.. tags: x\n\n'],
  ['keys in capitals', '---\nTITLE: "Tea: 1"\nDate: 2024-03-05\nTags: [x]\n---\n'],
];

describe('front matter', () => {
  it.each(HEADS)('%s', (_, head) => {
    const reading = read(head + BODY);
    expect(reading).toMatchObject({ state: 'accepted', repaired: false, problems: [] });
    const { title, tags, published, body, bodyLine } = articleOf(head + BODY);
    expect({ title, tags, published, body }).toEqual({
      title: 'Tea: 1',
      tags: ['x'],
      published: '2024-03-04T15:00:00.000Z',
      body: BODY,
    });
    expect(head.split(/\r?\n/).length).toBe(bodyLine);
  });

  it.each(['1.10', '0123', '12:30', 'Yes', '2024-01-02', '0x1F', '1e3', '.5', '+1', 'Null', '1_000', 'No', 'off'])(
    'a title %s stays as it is written, in YAML, TOML and JSON',
    (text) => {
      expect(articleOf(`---\ntitle: ${text}\ndate: 2024-03-05\n---\n`).title).toBe(text);
      expect(articleOf(`{"title": ${JSON.stringify(text)}, "date": "2024-03-05"}\n`).title).toBe(text);
      expect(articleOf(`+++\ntitle = ${JSON.stringify(text)}\ndate = 2024-03-05\n+++\n`).title).toBe(text);
    },
  );

  it('bare numbers and dates keep their text in TOML and JSON', () => {
    expect(articleOf('+++\ntitle = 1.10\ndate = 2024-03-05\n+++\n').title).toBe('1.10');
    expect(articleOf('+++\ntitle = 2024-01-02\ndate = 2024-03-05 # then\n+++\n').title).toBe('2024-01-02');
    expect(articleOf('{"title": 1.10, "date": "2024-03-05"}\n').title).toBe('1.10');
  });

  it('TOML rolls no day over', () => {
    expect(read('+++\ntitle = "x"\ndate = 2024-02-30\n+++\n')).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'date-invalid', line: 3 }],
    });
  });

  it('a lone --- inside the body belongs to the body', () => {
    const { body, bodyLine } = articleOf('---\ntitle: x\ndate: 2024-03-05\n---\none\n\n---\n\ntwo\n');
    expect([body, bodyLine]).toEqual(['one\n\n---\n\ntwo\n', 5]);
  });

  it('a line that only begins like a delimiter closes nothing', () => {
    const text = '---\ntitle: x\nexcerpt: |\n  ---not the end\ndate: 2024-03-05\n---\nText';
    expect(articleOf(text)).toMatchObject({ summary: '---not the end', body: 'Text' });
  });

  it('keys that objects have by nature are keys like others', () => {
    const reading = read('---\n__proto__:\n  polluted: true\nconstructor: x\ntitle: x\ndate: 2024-03-05\n---\n');
    expect(reading.state).toBe('accepted');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['', 'front-matter-missing', 1],
    ['# A heading\n\nText', 'front-matter-missing', 1],
    ['Warning: wet paint\n\nText', 'front-matter-missing', 1],
    ['---\ntitle: x\n\nText', 'front-matter-unclosed', 1],
    ['---\n- one\n---\n', 'front-matter-not-a-mapping', 2],
    ['---\ntitle: x\n{ date: [\n---\n', 'front-matter-syntax', 3],
    ['+++\ntitle = a b\n+++\n', 'front-matter-syntax', 2],
    ['{\n  "title": "one",,\n}\n', 'front-matter-syntax', 2],
    ['---\ntitle: x\n<<<<<<< HEAD\ndate: 2024-03-05\n=======\n>>>>>>> other\n---\n', 'front-matter-syntax', 3],
    ['---\ntitle: x\ndate: 2024-13-01\n---\n', 'date-invalid', 3],
    ['---\ntitle: x\n---\n', 'date-missing', undefined],
    ['---\ntitle: x\ndate: 2024-03-05\npermalink: javascript:alert(1)\n---\n', 'url-invalid', 4],
    ['---\ntitle: x\ndate: 2024-03-05\npermalink: /../../etc/\n---\n', 'url-invalid', 4],
  ])('%j is rejected: %s at line %s', (text, code, line) => {
    const reading = read(text);
    expect([reading.state, reading.problems[0]?.code, reading.problems[0]?.line]).toEqual(['rejected', code, line]);
    expect(reading.problems[0]?.message).toMatch(/\.$/);
  });
});

describe('front matter is never code', () => {
  const PROGRAM = '{ title: (globalThis.__ran = true, "ran"), date: "2024-01-02" }';

  it.each([
    'js',
    'javascript',
    'JS',
    'JavaScript',
    ' js',
    '\tjavascript',
    'coffee',
    'cson',
    'node',
    'ts',
    'toString',
    '__proto__',
  ])('---%s', (language) => {
    const reading = read(`---${language}\n${PROGRAM}\n---\nText`);
    expect(reading).toMatchObject({ state: 'rejected', problems: [{ code: 'front-matter-unsafe', line: 1 }] });
    expect('__ran' in globalThis).toBe(false);
  });

  it.each([
    '!!js/function "function () {}"',
    '!!js/regexp /x/',
    '!!python/object:os.system [x]',
    '!ruby/object:Gem {a: 1}',
    '!<tag:x,2024:y> z',
  ])('a value %s', (value) => {
    expect(read(`---\ntitle: x\ndate: 2024-03-05\nextra: ${value}\n---\n`)).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'front-matter-unsafe', line: 4 }],
    });
  });

  it('a program in a value is a text', () => {
    expect(articleOf('---\ntitle: process.exit()\ndate: 2024-03-05\n---\n').title).toBe('process.exit()');
  });
});

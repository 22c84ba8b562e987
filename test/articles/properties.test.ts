import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeId } from '../../src/articles/ids.ts';
import { renderArticle } from '../../src/articles/render.ts';
import { htmlOf, NOW, read, siteConfig } from './reading.ts';
import { faultOf } from './soundness.ts';

/** A file that is read without a word; mutations begin with it. */
const SOUND = `---
title: "Tea: a history"
date: 2024-03-05 10:00 +09:00
tags: [one, two]
author: {name: Mara, url: "https://mara.example/"}
excerpt: >
  Folded
  words
---
First **words** with [a link](b.md), {{ page.title }} and {% raw %}{{ x }}{% endraw %}.

> [!NOTE]
> text

| a | b |
|---|---|
| 1 | 2 |

{{< figure src="a.png" >}} ![[c.png]] $x_1$ :smile: <b onclick="x">y</b>[^1]

[^1]: note
`;

/** What breaks readers of front matter and Markdown. */
const SPLINTERS = [
  '---\n',
  '+++\n',
  ';;;\n',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  ': ',
  '- ',
  '\t',
  '\r',
  '\r\n',
  '\n\n',
  '&a ',
  '*a',
  '!!js ',
  '|\n',
  '>\n',
  '#',
  '@',
  '%',
  '\\',
  '\0',
  '\x07',
  '\ufffe',
  '\ud800',
  '\u2028',
  '<',
  '</',
  '<script>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<p ',
  '=""',
  '&',
  '&#0;',
  '&lt;',
  '`',
  '```\n',
  '~~~',
  '$',
  '$$',
  '\\(',
  '\\)',
  '{%',
  '%}',
  '{% raw %}',
  '{% endraw %}',
  '{{',
  '}}',
  '{{<',
  '>}}',
  '{#',
  '#}',
  '{: .a}',
  ':::note\n',
  ':::\n',
  '> [!NOTE]\n',
  '[[',
  ']]',
  '![[',
  '[^1]',
  '[^1]:',
  '^[',
  '**',
  '_',
  '~~',
  '|',
  '- [ ] ',
  '1. ',
  '\ufeff',
  '가',
  '日本語',
  '👨‍👩‍👧',
  'javascript:',
  'data:',
  'http://',
  '//',
  '../',
  '{/*',
  '*/}',
  '<A b={',
  'import x from "y"\n',
  'export const a = {',
  '%%',
];

const splinter = fc.constantFrom(...SPLINTERS);
const piece = fc.oneof(splinter, splinter, fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 }));
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
const path = fc.constantFrom(
  'a.md',
  'a.mdx',
  'a.html',
  '_posts/2024-03-05-a.md',
  '_drafts/a.md',
  'ko/새소식/index.md',
  "Who's 100% #1?.md",
);

/** A sound file with some of its places replaced. */
const mutated = fc
  .array(fc.tuple(fc.nat(SOUND.length), fc.nat(30), piece), { minLength: 1, maxLength: 6 })
  .map((changes) =>
    changes.reduce((file, [at, length, put]) => file.slice(0, at) + put + file.slice(at + length), SOUND),
  );

const config = siteConfig({ permalink: '/:categories/:year/:month/:day/:title/' });
const SLOW_MS = 2000;

function survives(file: string | Uint8Array, where: string): void {
  const started = performance.now();
  const reading = read(file, { path: where, config });
  expect(reading.problems.some(({ code }) => code === 'unreadable')).toBe(false);
  if (reading.state !== 'rejected') {
    const { article } = reading;
    const { html, summary } = renderArticle(article, config);
    expect(faultOf(html)).toBeNull();
    expect(new URL(article.url).protocol).toMatch(/^https?:$/);
    expect(makeId(article, config)).not.toBe('');
    expect(new Date(article.published).toISOString()).toBe(article.published);
    for (const shown of [
      article.title,
      summary,
      ...article.tags,
      ...article.categories,
      ...article.authors.map(({ name }) => name),
    ]) {
      expect(shown).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u);
    }
    const lines = (typeof file === 'string' ? file : new TextDecoder().decode(file)).split(/\r\n?|\n/).length;
    for (const { line } of reading.problems) if (line !== undefined) expect(line).toBeLessThanOrEqual(lines);
    // The same bytes give the same article, whatever was read before.
    expect(read(file, { path: where, config, now: NOW })).toEqual(reading);
  } else {
    expect(reading.problems.length).toBeGreaterThan(0);
  }
  expect(performance.now() - started).toBeLessThan(SLOW_MS);
}

describe('whatever the file, it is answered, and what results is sound', () => {
  it('sound files with some places replaced', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(mutated, path, (file, where) => survives(file, where)),
      { numRuns: 400 },
    );
  });

  it('bodies of splinters', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(text, path, (body, where) => survives(`---\ntitle: x\ndate: 2024-03-05\n---\n${body}`, where)),
      { numRuns: 400 },
    );
  });

  it('front matter of splinters', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom('---', '+++', ';;;', ''), text, path, (mark, head, where) => {
        survives(`${mark}\n${head}\ntitle: x\ndate: 2024-03-05\n${mark}\nBody`, where);
      }),
      { numRuns: 400 },
    );
  });

  it('bytes', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(SOUND.length), path, (bytes, at, where) => {
        const whole = new TextEncoder().encode(SOUND);
        survives(new Uint8Array([...whole.subarray(0, at), ...bytes, ...whole.subarray(at)]), where);
      }),
      { numRuns: 200 },
    );
  });

  it('a splinter a thousand times', { timeout: 120_000 }, () => {
    for (const one of SPLINTERS) {
      for (const where of ['a.md', 'a.mdx', 'a.html']) {
        const started = performance.now();
        expect(faultOf(htmlOf(one.repeat(1000), { path: where, config }))).toBeNull();
        expect(performance.now() - started).toBeLessThan(SLOW_MS);
      }
    }
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { htmlOf, renderingOf } from './reading.ts';

/** Bodies as generators have them, and beside each its HTML with the summary and the warnings in a last comment. */
const FIXTURES = join(import.meta.dirname, '../fixtures/articles/bodies');
const NAMES = readdirSync(FIXTURES).filter((name) => !name.endsWith('.expected.html'));

describe('bodies', () => {
  it.each(NAMES)('%s', (name) => {
    const body = readFileSync(join(FIXTURES, name), 'utf8');
    const { html, summary, problems } = renderingOf(body, { path: `posts/2024-03-05-${name}` });
    const told = problems.map(({ line, message }) => `${line}: ${message}`).join('\n');
    expect(`${html}\n<!-- ${summary}\n${told}\n-->\n`).toBe(
      readFileSync(join(FIXTURES, `${name}.expected.html`), 'utf8'),
    );
  });

  it('an empty body and white space are fine', () => {
    expect(renderingOf('')).toEqual({ html: '', summary: '', problems: [] });
    expect(renderingOf(' \n\n\t')).toEqual({ html: '', summary: '', problems: [] });
  });

  it('a body of 1 MB is whole', () => {
    const body = 'Words of an article that goes on and on. '.repeat(25_000);
    expect(htmlOf(body).length).toBeGreaterThan(1_000_000);
  });

  it('300 nested quotes keep their text', () => {
    const html = htmlOf(`${'> '.repeat(300)}deep`);
    expect(html).toContain('deep');
    expect(html.match(/<blockquote>/g)?.length).toBe(300);
    expect(html.match(/<\/blockquote>/g)?.length).toBe(300);
  });

  it.each([
    ['<!--more-->'],
    ['<!-- more -->'],
    ['<!-- truncate -->'],
    ['{/* truncate */}'],
    ['<!-- excerpt -->'],
    ['<!-- TEASER_END -->'],
    ['<!-- PELICAN_END_SUMMARY -->'],
    ['<!-- readmore -->'],
  ])('%s ends what the summary is made of, and is not seen', (mark) => {
    const { html, summary } = renderingOf(`First words.\n\nSecond words.\n\n${mark}\n\nThird words.`);
    expect(summary).toBe('First words. Second words.');
    expect(html).not.toMatch(/more|truncate|excerpt|summary|teaser|--/i);
  });

  it('without such a mark the first paragraph is the summary, cut at a word', () => {
    expect(renderingOf('## Head\n\n![x](y.png)\n\nFirst *words* &amp; more.\n\nSecond.').summary).toBe(
      'First words & more.',
    );
    const long = renderingOf('word '.repeat(200)).summary;
    expect(long.length).toBeLessThan(310);
    expect(long).toMatch(/word…$/);
    expect(renderingOf('가'.repeat(1000)).summary).toBe(`${'가'.repeat(300)}…`);
  });

  it('the front matter’s own summary goes before both, as plain text', () => {
    expect(renderingOf('First.', { extra: 'description: "<b>Own</b> &amp; good"\n' }).summary).toBe('Own & good');
  });

  it('a heading that only repeats the title is left out', () => {
    expect(htmlOf('# A title\n\nText')).toBe('<p>Text</p>');
    expect(htmlOf('# Another\n\nText')).toBe('<h1>Another</h1>\n<p>Text</p>');
  });

  it('addresses become absolute, from the article’s own', () => {
    const html = htmlOf(
      '[a](b) [c](/d) [e](#f) [g](?h) [i](//cdn.example/j) [k](mailto:l@m.example) ![n](o.png) <img src=p.png srcset="q.png, r.png 2x, /s.png 640w">',
    );
    expect([...html.matchAll(/(?:href|src|srcset)="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      'https://news.example/2024/a/b',
      'https://news.example/d',
      'https://news.example/2024/a/#f',
      'https://news.example/2024/a/?h',
      'https://cdn.example/j',
      'mailto:l@m.example',
      'https://news.example/2024/a/o.png',
      'https://news.example/2024/a/p.png',
      'https://news.example/2024/a/q.png, https://news.example/2024/a/r.png 2x, https://news.example/s.png 640w',
    ]);
  });

  it('a part of a table stands nowhere but in a table', () => {
    expect(htmlOf('<p>a</p><caption>Rates</caption><tr><td>b</td></tr><col><p>c</p>')).toBe(
      '<p>a</p><span>Rates</span><span><span>b</span></span><span></span><p>c</p>',
    );
    const table =
      '<table><caption>Rates</caption><tbody><tr><td align="right">b</td><td><table><tbody><tr><th>c</th></tr></tbody></table></td></tr></tbody></table>';
    expect(htmlOf(table)).toBe(table);
    expect(htmlOf(`${table}<td>d</td>`)).toBe(`${table}<span>d</span>`);
  });

  it('text that runs the other way says so', () => {
    expect(htmlOf('<p><bdo dir="rtl" onclick="x()">abc</bdo></p>')).toBe('<p><span dir="rtl">abc</span></p>');
  });

  it('a body of nothing but signs is shown as it is, and this is said', () => {
    const { html, problems } = renderingOf('['.repeat(500_000));
    expect(html).toBe(`<pre>${'['.repeat(500_000)}</pre>`);
    expect(problems).toMatchObject([{ code: 'body-unrendered' }]);
  });
});

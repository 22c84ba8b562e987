import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lintFeed } from '../../src/cli/lint/lint.ts';
import { tidings } from './tidings.ts';

const CORPORA = join(import.meta.dirname, '../../../shared/corpora');
const NOW = Date.parse('2026-11-22T00:00:00Z');
const home = mkdtempSync(join(tmpdir(), 'tidings-check-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Code and line of each finding; errors with a mark. */
function found(text: string | Uint8Array, url: string | null = null, contentType: string | null = null): string[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return lintFeed({ place: 'feed', bytes, url, contentType }, NOW).findings.map(
    ({ severity, code, line }) => `${severity === 'error' ? '!' : ''}${code}${line === undefined ? '' : `:${line}`}`,
  );
}

const SELF = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="https://harbour.example/rss.xml"/>';
const rss = (channel: string, attributes = '') =>
  `<rss version="2.0"${attributes}><channel><title>News</title><link>https://harbour.example/</link><description>x</description>${SELF}
${channel}</channel></rss>`;
const item = (inside: string) => rss(`<item><guid isPermaLink="false">1</guid><title>A</title>${inside}</item>`);
const atom = (inside: string) =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:harbour.example,2026:feed</id><title>News</title><updated>2026-11-03T10:00:00Z</updated><author><name>Desk</name></author><link rel="self" href="https://harbour.example/atom.xml"/>
${inside}</feed>`;
const entry = (inside: string) =>
  atom(
    `<entry><id>tag:harbour.example,2026:1</id><title>A</title><updated>2026-11-03T10:00:00Z</updated><link href="https://harbour.example/1"/>${inside}</entry>`,
  );
const json = (more: object) =>
  JSON.stringify(
    {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'News',
      feed_url: 'https://harbour.example/feed.json',
      items: [],
      ...more,
    },
    null,
    1,
  );

describe('RSS 2.0', () => {
  it.each<[string, string, string[]]>([
    ['a sound feed', item('<pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate>'), []],
    [
      'no version, title, link',
      '<rss><channel><description>x</description></channel></rss>',
      ['!version-missing:1', '!element-missing:1', '!element-missing:1', 'self-missing:1'],
    ],
    ['an old version', rss('').replace('"2.0"', '"0.91"'), ['version-old:1']],
    ['a date of another format', item('<pubDate>2026-11-03T10:00:00Z</pubDate>'), ['!date-invalid:2']],
    ['a day that is another', item('<pubDate>Mon, 03 Nov 2026 10:00:00 GMT</pubDate>'), ['!date-weekday:2']],
    ['a year of two digits', item('<pubDate>Tue, 03 Nov 26 10:00:00 GMT</pubDate>'), ['date-year:2']],
    ['a zone that is none', item('<pubDate>Tue, 03 Nov 2026 10:00:00 KST</pubDate>'), ['!date-zone:2']],
    ['a date to come', item('<pubDate>Wed, 03 Nov 2027 10:00:00 GMT</pubDate>'), ['date-implausible:2']],
    ['a guid that is no address', rss('<item><title>A</title><guid>42</guid></item>'), ['!guid-address:2']],
    ['no guid', rss('<item><title>A</title></item>'), ['guid-missing:2']],
    [
      'a guid twice',
      rss(
        '<item><title>A</title><guid isPermaLink="false">1</guid></item>\n<item><title>B</title><guid isPermaLink="false">1</guid></item>',
      ),
      ['!id-twice:3'],
    ],
    ['an item without words', rss('<item><guid isPermaLink="false">1</guid></item>'), ['!item-empty:2']],
    ['an author without address', item('<author>The Desk</author>'), ['!contact-invalid:2']],
    ['an author without name', item('<author>desk@harbour.example</author>'), ['contact-name:2']],
    [
      'an enclosure',
      item('<enclosure url="/a.mp3" length="1:02" type="mp3"/>'),
      ['!enclosure-address:2', '!enclosure-length:2', '!media-type:2'],
    ],
    ['an element of another case', rss('<pubdate>x</pubdate>'), ['!element-unknown:2']],
    ['a title twice', item('<title>B</title>'), ['!element-twice:2']],
    ['a prefix that nothing declares', item('<dc:creator>A</dc:creator>'), ['!prefix-undeclared:2']],
    ['a relative link', item('<link>/news/1</link>'), ['!address-relative:2']],
    [
      'markup in a title',
      rss('<item><guid isPermaLink="false">1</guid><title>&lt;b&gt;A&lt;/b&gt;</title></item>'),
      ['text-markup:2'],
    ],
    [
      'a title escaped twice',
      rss('<item><guid isPermaLink="false">1</guid><title>A &amp;amp; B</title></item>'),
      ['text-escaped-twice:2'],
    ],
    [
      'a script and a relative picture',
      item('<description>&lt;script&gt;x&lt;/script&gt;&lt;img src="a.png"&gt;</description>'),
      ['html-active:2', 'html-relative:2'],
    ],
    ['HTML that is not escaped', item('<description><p>x</p></description>'), ['!html-unescaped:2']],
    [
      'a picture',
      rss(
        '<image><url>https://harbour.example/a.png</url><title>Other</title><link>https://harbour.example/</link><width>900</width></image>',
      ),
      ['!image-large:2', 'image-title:2'],
    ],
    ['a language with an underscore', rss('<language>en_US</language>'), ['!language-invalid:2']],
    [
      'hours and days',
      rss('<skipHours><hour>24</hour></skipHours><skipDays><day>Mo</day></skipDays>'),
      ['!hour-invalid:2', '!day-invalid:2'],
    ],
    [
      'a podcast',
      rss(
        '<item><guid isPermaLink="false">1</guid><title>A</title><enclosure url="https://harbour.example/a.mp3" length="1" type="audio/mpeg"/><itunes:duration>long</itunes:duration></item>',
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
      ),
      ['podcast-missing:1', 'podcast-missing:1', 'podcast-missing:1', '!podcast-duration:2'],
    ],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual(expected));
});

describe('Atom', () => {
  it.each<[string, string, string[]]>([
    ['a sound feed', entry('<content type="html">&lt;p&gt;x&lt;/p&gt;</content>'), []],
    [
      'nothing that must be',
      '<feed xmlns="http://www.w3.org/2005/Atom"/>',
      ['!element-missing:1', '!element-missing:1', '!element-missing:1', 'self-missing:1'],
    ],
    ['an id that is no IRI', entry('').replace('tag:harbour.example,2026:1', '42'), ['!id-invalid:2']],
    ['a tag without a date', entry('').replace('tag:harbour.example,2026:1', 'tag:harbour.example:1'), ['!id-tag:2']],
    ['a date without a zone', entry('<published>2026-11-03T10:00:00</published>'), ['!date-invalid:2']],
    ['a day that there is not', entry('<published>2026-02-30T10:00:00Z</published>'), ['!date-invalid:2']],
    ['nobody', entry('').replace('<author><name>Desk</name></author>', ''), ['!author-missing:2']],
    ['neither content nor link', entry('').replace('<link href="https://harbour.example/1"/>', ''), ['!entry-empty:2']],
    ['two links to one kind of page', entry('<link href="https://harbour.example/2"/>'), ['!link-twice:2']],
    ['a relation that is none', entry('<link rel="friend" href="https://harbour.example/2"/>'), ['link-relation:2']],
    [
      'XHTML without its div',
      entry('<content type="xhtml"><p xmlns="http://www.w3.org/1999/xhtml">x</p></content>'),
      ['!xhtml-div:2'],
    ],
    ['HTML that is not escaped', entry('<content type="html"><p>x</p></content>'), ['!html-unescaped:2']],
    ['a type that is none', entry('<summary type="markdown">x</summary>'), ['!text-type:2']],
    [
      'content elsewhere without a summary',
      entry('<content src="https://harbour.example/a.pdf" type="application/pdf"/>'),
      ['!summary-missing:2'],
    ],
    [
      'an entry twice',
      atom(
        `${'<entry><id>urn:x:1</id><title>A</title><updated>2026-11-03T10:00:00Z</updated><link href="https://harbour.example/1"/></entry>\n'.repeat(2)}`,
      ),
      ['!id-twice:3'],
    ],
    ['an author without a name', entry('<author><email>x</email></author>'), ['!element-missing:2', '!mail-invalid:2']],
    ['an element of RSS', entry('<pubDate>x</pubDate>'), ['!element-unknown:2']],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual(expected));
});

describe('JSON Feed', () => {
  it.each<[string, string, string[]]>([
    ['a sound feed', json({ items: [{ id: '1', content_text: 'x' }] }), []],
    [
      'an old version',
      json({ version: 'https://jsonfeed.org/version/1', author: { name: 'A' } }),
      ['version-old:2', 'author-old:6'],
    ],
    ['a number for an id', json({ items: [{ id: 1, content_text: 'x' }] }), ['!id-type:7']],
    ['an item without words', json({ items: [{ id: '1' }] }), ['!item-empty:6']],
    [
      'an id twice',
      json({
        items: [
          { id: '1', content_text: 'x' },
          { id: '1', content_text: 'x' },
        ],
      }),
      ['!id-twice:11'],
    ],
    [
      'wrong values',
      json({ items: [{ id: '1', content_text: 'x', url: '/a', date_published: 'today', tags: 'a', authors: [{}] }] }),
      ['!address-relative:9', '!date-invalid:10', '!type-wrong:11', '!author-empty:13'],
    ],
    ['a key that is none', json({ foo: 1, _own: 1 }), ['key-unknown:6']],
    ['no JSON', '{"version": 1,\n x}', ['!json-syntax:2']],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual(expected));
});

describe('anything else', () => {
  it.each<[string, string | Uint8Array, string[]]>([
    [
      'RSS 1.0',
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
      ['!format-unsupported:1'],
    ],
    ['Atom 0.3', '<feed version="0.3" xmlns="http://purl.org/atom/ns#"/>', ['!feed-none:1']],
    ['a page', '<!doctype html><html><br></html>', ['!xml-syntax:1']],
    ['an ampersand', '<rss>\n<channel>a & b</channel></rss>', ['!xml-syntax:2']],
    ['bytes that are no UTF-8', new Uint8Array([60, 97, 62, 10, 0xe9, 60, 47, 97, 62]), ['!encoding-wrong:2']],
    [
      'Latin-1 that says so',
      Buffer.from(
        rss('').replace('<rss', '<?xml version="1.0" encoding="ISO-8859-1"?><rss').replace('News', 'N\u00e9ws'),
        'latin1',
      ),
      ['encoding-other:1'],
    ],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual(expected));

  it('compares with where it came from and how it was served', () => {
    expect(found(rss(''), 'https://elsewhere.example/rss.xml', 'text/html; charset=utf-8')).toEqual([
      'type-unexpected',
      'self-elsewhere:1',
    ]);
    expect(found(rss(''), 'https://harbour.example/rss.xml', 'application/rss+xml')).toEqual([]);
  });

  it('never fails, whatever is cut off', () => {
    for (const text of [
      item('<description>&lt;p&gt;x</description>'),
      entry('<content>x</content>'),
      json({ items: [{ id: '1', content_text: 'x' }] }),
    ])
      for (let end = 0; end < text.length; end += 7) expect(found(text.slice(0, end)).length).toBeGreaterThan(0);
  });
});

describe.skipIf(!existsSync(CORPORA))('feeds that sites published', () => {
  it.each(globSync('*/expected/*.xml', { cwd: CORPORA }))('%s is valid', (path) => {
    expect(found(readFileSync(join(CORPORA, path)))).toEqual([]);
  });
});

describe('tidings check', () => {
  it('tells place, section and mend of a file, and exits 1 on errors', async () => {
    writeFileSync(join(home, 'rss.xml'), rss('<item><title>A</title><guid>42</guid></item>'));
    const { status, out } = await tidings(['check', join(home, 'rss.xml')]);
    expect(status).toBe(1);
    expect(out).toContain(
      'error  rss.xml:2:23\n  The guid "42" is no address, and does not say so. (guid-address; RSS 2.0, <guid>)\n    write:  <guid isPermaLink="false">42</guid>',
    );
    expect(out).toContain('rss.xml: RSS 2.0 with 1 entry. 1 error, 0 warnings');
  });

  it('reads an address, with how it is served', async () => {
    const server = createServer((_, answer) =>
      answer.writeHead(200, { 'content-type': 'text/plain' }).end(rss('')),
    ).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { status, out } = await tidings([
      'check',
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/rss.xml`,
      '--json',
    ]);
    server.close();
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ format: 'rss', counts: { errors: 0, warnings: 2 } });
  });

  it('checks a folder of articles as articles check does', async () => {
    writeFileSync(join(home, 'broken.md'), '---\ntitle: A\ndate: 2026-02-30\n---\n');
    const { status, out } = await tidings(['check', home]);
    expect(status).toBe(1);
    expect(out).toContain('broken.md:3');
  });

  it('says what to give where nothing is', async () => {
    expect(await tidings(['check', join(home, 'none.xml')])).toMatchObject({ status: 2 });
  });
});

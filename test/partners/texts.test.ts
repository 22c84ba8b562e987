import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import type { Entry } from '../../src/feeds/entry.ts';
import { renderFragment, renderPartnerFragment } from '../../src/feeds/fragments.ts';
import { entryFor } from '../../src/partners/entry.ts';
import { markedUp } from '../../src/partners/html.ts';
import { tracked } from '../../src/partners/links.ts';
import { type PartnerInput, partnerOf } from '../../src/partners/partner.ts';
import { textRulesOf } from '../../src/partners/text-rules.ts';
import { makeHome } from '../home.ts';

const config = resolveConfig(
  { site: { title: 'The News', url: 'https://news.example', timezone: 'Asia/Seoul' } },
  'http://tidings.test',
);

const entry: Entry = {
  id: 'tag:news.example,2026:1',
  host: 'news.example',
  url: 'https://news.example/a/?p=1#top',
  title: 'Ferries & <Tides>',
  published: '2026-03-31T16:00:00.000Z',
  updated: '2026-03-31T16:00:00.000Z',
  summary: 'They sail.',
  html: `<h1>Head</h1><p>See <a href="https://news.example/b">us</a> and <a href="https://else.example/c" rel="nofollow">them</a>.</p>
<figure><img src="https://news.example/1.jpg" alt="A ferry" srcset="https://news.example/2.jpg 2x" /><figcaption>Under sail</figcaption></figure>
<table><tbody><tr><td>10:00</td><td>12:00</td></tr></tbody></table><ul><li>One</li><li><p>Two</p></li></ul>`,
  authors: [{ name: 'Kim' }, { name: 'Lee' }],
  categories: ['News'],
  tags: [],
  image: null,
  banner: 'https://news.example/wide.jpg',
  lang: null,
  enclosures: [{ url: 'https://news.example/a.mp3', type: 'audio/mpeg', length: 1 }],
};

async function rules(settings: Partial<PartnerInput>) {
  const home = makeHome();
  const made = textRulesOf(partnerOf({ id: 'p', name: 'The "Portal"', ...settings }, config), { ...home, config });
  await home.close();
  return made;
}

async function applied(settings: Partial<PartnerInput>) {
  const made = await rules(settings);
  return made ? entryFor(entry, made, config) : entry;
}

test('rules that change nothing are none, and the same rules are one', async () => {
  expect(await rules({ limit: 5, embargoSeconds: 60, where: { tag: 'x' }, noindex: true })).toBeNull();
  const [one, same, named] = [
    await rules({ id: 'a', attribution: '<a href="{url}">{site}</a>', html: 'strict' }),
    await rules({ id: 'b', name: 'Other', attribution: '<a href="{url}">{site}</a>', html: 'strict' }),
    await rules({ id: 'c', name: 'Other', attribution: '<a href="{url}">{partner}</a>', html: 'strict' }),
  ];
  expect(one?.hash).toBe(same?.hash);
  expect(one?.hash).not.toBe(named?.hash);
  expect((await rules({ profile: 'smartnews' }))?.hash).not.toBe((await rules({ profile: 'msn' }))?.hash);
});

describe('markup', () => {
  const as = (html: 'plain' | 'reader' | 'strict', images: 'all' | 'lead' | 'none' = 'all') =>
    markedUp(entry.html, { html, images, link: (href) => href });

  test('reader keeps what was sanitized', () => {
    expect(as('reader')).toBe(entry.html);
  });

  test('strict has a short list of elements', () => {
    expect(
      as('strict'),
    ).toBe(`<h2>Head</h2><p>See <a href="https://news.example/b">us</a> and <a href="https://else.example/c">them</a>.</p>
<figure><img src="https://news.example/1.jpg" alt="A ferry" /><figcaption>Under sail</figcaption></figure>
<p>10:00 12:00 </p><ul><li>One</li><li><p>Two</p></li></ul>`);
  });

  test('plain has paragraphs alone', () => {
    expect(as('plain')).toBe(
      ['Head', 'See us and them.', 'Under sail', '10:00 12:00', 'One', 'Two']
        .map((text) => `<p>${text}</p>`)
        .join('\n'),
    );
    expect(markedUp('<p>a &lt;b&gt;<br />c</p>', { html: 'plain', images: 'all', link: String })).toBe(
      '<p>a &lt;b&gt;<br />c</p>',
    );
  });

  test('without pictures there are no captions either', () => {
    expect(as('reader', 'none')).not.toMatch(/img|figure|Under sail/);
    expect(as('strict', 'lead')).not.toMatch(/img|figure|Under sail/);
  });
});

test('which pictures: all, the lead alone, none', async () => {
  expect((await applied({ images: 'lead' })).image).toEqual({ url: 'https://news.example/1.jpg' });
  expect((await applied({ images: 'none' })).image).toBeNull();
  expect((await applied({ images: 'none' })).enclosures).toHaveLength(1);
  const banners = (['all', 'lead', 'none'] as const).map(async (images) => (await applied({ images })).banner);
  expect(await Promise.all(banners)).toEqual(['https://news.example/wide.jpg', undefined, undefined]);
});

test('the attribution is escaped, sanitized, and links to the article itself', async () => {
  const attribution =
    '<p onclick="x()">{title} by {author}, {date}, for {partner} from {site}: <a href="{url}">{licence}</a></p>';
  const { html } = await applied({ attribution, licence: 'CC <BY>', tracking: { utm_source: 'p' } });
  expect(html).toContain(
    '\n<p>Ferries &amp; &lt;Tides&gt; by Kim, Lee, 2026-04-01, for The "Portal" from The News: <a href="https://news.example/a/?p=1#top">CC &lt;BY&gt;</a></p>',
  );
  expect((await applied({ attribution: 'Read it at {link}', tracking: { utm_source: 'p' } })).html).toMatch(
    /<p>Read it at https:\/\/news\.example\/a\/\?p=1&amp;utm_source=p#top<\/p>$/,
  );
  expect((await applied({ attribution: '<a href="{url}">More</a>', html: 'plain' })).html).toMatch(
    /<p>More<\/p>\n<p>https:\/\/news\.example\/a\/\?p=1#top<\/p>$/,
  );
});

test('links to the publisher’s pages carry the parameters, others and the id do not', async () => {
  const { url, html, id } = await applied({ tracking: { utm_source: 'p & q', p: 'taken' } });
  expect(url).toBe('https://news.example/a/?p=1&utm_source=p%20%26%20q#top');
  expect(html).toContain('href="https://news.example/b?utm_source=p%20%26%20q&amp;p=taken"');
  expect(html).toContain('href="https://else.example/c"');
  expect(id).toBe(entry.id);
  expect(tracked('mailto:a@news.example', { a: 'b' }, new Set(['news.example']))).toBe('mailto:a@news.example');
});

test('a canonical address and a licence stand in every format', async () => {
  const made = await rules({ canonical: true, licence: 'All rights & more' });
  if (!made) throw new Error('there are rules');
  const original = { ...entry, original: 'https://first.example/x' };
  const [rss, atom, json] = (['rss', 'atom', 'json'] as const).map((format) =>
    renderPartnerFragment(original, format, 'full', made, config),
  );
  expect(rss).toContain('<atom:link rel="canonical" href="https://first.example/x"/>');
  expect(rss).toContain('<dc:rights>All rights &#x26; more</dc:rights>');
  expect(atom).toContain('<link rel="canonical" href="https://first.example/x"/>');
  expect(atom).toContain('<rights>All rights &amp; more</rights>');
  expect(JSON.parse(json ?? '')._tidings).toEqual({
    canonical_url: 'https://first.example/x',
    rights: 'All rights & more',
  });
  expect(renderFragment(original, 'rss', 'full')).not.toMatch(/canonical|rights/);
});

test('what stands for a text that is too long has the footer, too', async () => {
  const made = await rules({ attribution: '<p>From {url}</p>' });
  if (!made) throw new Error('there are rules');
  const short = renderPartnerFragment(entry, 'atom', 'cut', made, config);
  expect(short).toContain('They sail.');
  expect(short).not.toContain('Under sail');
  expect(short).toContain('From https://news.example/a/');
});

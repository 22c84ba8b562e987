import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fromXml } from 'xast-util-from-xml';
import type { Entry } from '../../../src/feeds/entry.ts';
import { child, elements } from '../../../src/feeds/tree.ts';
import { partnerSchema } from '../../../src/partners/partner.ts';
import { checkArticle, checkFeed } from '../../../src/partners/profiles/check.ts';
import { NO_SETTINGS, type OfferedArticle } from '../../../src/partners/profiles/profile.ts';
import { noSuchProfile, PROFILES, profileOf } from '../../../src/partners/profiles/profiles.ts';
import { withTables } from './chapter.ts';
import { FIXTURES, NOW, PAPER, rssOf } from './paper.ts';

const profileNamed = (name: string) => {
  const profile = profileOf(name);
  if (profile === null) throw new Error(noSuchProfile(name));
  return profile;
};

const channelOf = (xml: string) => {
  const channel = child(elements(fromXml(xml))[0] ?? { type: 'root', children: [] }, 'channel');
  if (channel === undefined) throw new Error('no channel');
  return channel;
};

describe('golden pairs', () => {
  const offered: OfferedArticle[] = PAPER.entries.map((entry) => ({ entry, variant: 'full' }));

  it.each(PROFILES.map((profile) => profile.name))('RSS as %s', async (name) => {
    const file = new URL(`paper.${name}.rss.xml`, FIXTURES);
    await expect(rssOf(profileNamed(name))).toMatchFileSnapshot(file.pathname);
  });

  it.each(PROFILES.map((profile) => profile.name))('what %s would not take', async (name) => {
    const profile = profileNamed(name);
    const feed = { head: PAPER.head, articles: offered, bytes: 1_500_000, settings: PAPER.settings };
    const findings = {
      feed: checkFeed(profile, feed, NOW),
      articles: offered.map((article) => ({ url: article.entry.url, findings: checkArticle(profile, article, NOW) })),
    };
    const file = new URL(`paper.${name}.findings.json`, FIXTURES);
    await expect(`${JSON.stringify(findings, null, 2)}\n`).toMatchFileSnapshot(file.pathname);
  });
});

describe('every profile', () => {
  it.each(PROFILES.filter((profile) => profile.name !== 'plain'))(
    '$name cites a public page for each rule',
    (profile) => {
      const rules = [...profile.articleRules, ...profile.feedRules];
      expect(rules.length).toBeGreaterThan(0);
      for (const rule of rules) {
        expect(profile.sources).toContain(rule.cited.source);
        expect(rule.cited.source.url).toMatch(/^https:\/\//);
        expect(rule.cited.section).not.toBe('');
        expect(rule.demand).toMatch(/\.$/);
      }
      const codes = rules.map((rule) => rule.code);
      expect(codes).toEqual([...new Set(codes)]);
    },
  );

  it.each(PROFILES)('$name leaves an entry as it was, and gives the same bytes again', (profile) => {
    const before = structuredClone(PAPER);
    expect(rssOf(profile)).toBe(rssOf(profile));
    expect(PAPER).toEqual(before);
  });

  it.each(PROFILES)('$name makes well-formed XML of excerpts and of nothing', (profile) => {
    for (const entries of [[], PAPER.entries]) {
      const items = elements(channelOf(rssOf(profile, 'excerpt', entries))).filter((node) => node.name === 'item');
      const gone = profile.dialect?.(PAPER.settings).withdrawn ? PAPER.withdrawn.length : 0;
      expect(items.length).toBe(entries.length + gone);
    }
  });
});

describe('the chapter', () => {
  const chapter = new URL('../../../docs/profiles.md', import.meta.url).pathname;

  it('has the profiles, their rules and their sources as the code has them', async () => {
    await expect(withTables(readFileSync(chapter, 'utf8'))).toMatchFileSnapshot(chapter);
  });
});

describe('a name', () => {
  it('finds its profile, or the nearest that there is', () => {
    expect(profileOf('msn')?.title).toContain('MSN');
    expect(profileOf('MSN')).toBeNull();
    expect(noSuchProfile('smartnew')).toContain('did you mean smartnews?');
    expect(noSuchProfile('googlenews')).toContain('did you mean google-news?');
    expect(noSuchProfile('apple-daily')).toContain('there are plain, smartnews, msn,');
  });
});

describe("a partner's settings", () => {
  const mistakes = (settings: object) =>
    v.safeParse(partnerSchema, { id: 'portal', name: 'Portal', ...settings }).issues?.map((issue) => issue.message) ??
    [];

  it('take the names that there are, and name the nearest for one that is misspelt', () => {
    for (const { name } of PROFILES) expect(mistakes({ profile: name })).toEqual([]);
    expect(mistakes({ profile: 'smart-news' })).toEqual(['there is no profile "smart-news"; did you mean smartnews?']);
    expect(mistakes({ profile: 'naver', logo: 'ftp://paper.example/logo.png' })).toEqual([
      'must begin with http:// or https://',
    ]);
  });
});

describe('SmartNews', () => {
  const channel = channelOf(rssOf(profileNamed('smartnews')));

  it('is told by the date of an item that it changed', () => {
    const item = elements(channel).filter((node) => node.name === 'item')[1];
    expect(item && child(item, 'pubDate')?.children).toEqual([
      expect.objectContaining({ value: 'Mon, 02 Mar 2026 01:00:00 GMT' }),
    ]);
  });

  it('gets a withdrawn article as an item that says so without repeating it, above the others', () => {
    const [gone] = elements(channel).filter((node) => node.name === 'item');
    const texts = Object.fromEntries(
      elements(gone ?? channel).map((node) => [
        node.name,
        node.children.map((part) => 'value' in part && part.value).join(''),
      ]),
    );
    expect(texts).toEqual({
      title: 'https://paper.example/2026/retracted/',
      link: 'https://paper.example/2026/retracted/',
      guid: 'https://paper.example/2026/retracted/',
      pubDate: 'Sun, 01 Mar 2026 12:00:00 GMT',
      'media:status': 'deleted',
    });
  });

  it('takes the site’s picture where the partner has no logo, and says when there is none', () => {
    const feed = { head: PAPER.head, articles: [], bytes: null, settings: NO_SETTINGS };
    const codes = (head: typeof PAPER.head) =>
      checkFeed(profileNamed('smartnews'), { ...feed, head }, NOW).map((finding) => finding.rule);
    expect(codes(PAPER.head)).not.toContain('logo-missing');
    expect(codes({ ...PAPER.head, image: null })).toContain('logo-missing');
  });
});

describe('MSN', () => {
  const [harbour] = PAPER.entries;
  const codes = (change: Partial<Entry>, variant: OfferedArticle['variant'] = 'full') =>
    checkArticle(profileNamed('msn'), { entry: { ...harbour, ...change }, variant }, NOW)
      .filter((finding) => finding.level === 'required')
      .map((finding) => finding.rule);

  it('takes a title of 21 to 150 characters', () => {
    expect(codes({ title: 'x'.repeat(20) })).toEqual(['title-too-short']);
    expect(codes({ title: '가'.repeat(21) })).toEqual([]);
    expect(codes({ title: '🚢'.repeat(150) })).toEqual([]);
    expect(codes({ title: 'x'.repeat(151) })).toEqual(['title-too-long']);
  });

  it('takes what was published within a year, and not what is to come', () => {
    const daysAgo = (days: number) => ({ published: new Date(NOW - days * 86_400_000).toISOString() });
    expect(codes(daysAgo(364.9))).toEqual([]);
    expect(codes(daysAgo(365))).toEqual(['date-too-old']);
    expect(codes(daysAgo(-0.01))).toEqual(['date-ahead']);
  });

  it('wants a body', () => {
    expect(codes({}, 'excerpt')).toEqual(['body-missing']);
    expect(codes({ html: '<p> </p>' })).toEqual(['body-missing']);
  });

  it('gets no element that it would strip, and every word', () => {
    const xml = rssOf(profileNamed('msn'));
    expect(xml).not.toMatch(/<(?:figure|figcaption|pre|code)/);
    expect(xml).toContain('<p>방파제</p>');
    expect(xml).toContain('tide &lt; 2');
  });
});

describe('Flipboard', () => {
  const [harbour] = PAPER.entries;
  const findings = (image: Entry['image']) =>
    checkArticle(profileNamed('flipboard'), { entry: { ...harbour, image }, variant: 'full' }, NOW).map(
      ({ rule, level }) => `${level} ${rule}`,
    );
  const url = 'https://paper.example/i.jpg';

  it('refuses a picture of fewer than 400 pixels, and would rather have 500', () => {
    expect(findings({ url, width: 1000, height: 399 })).toContain('required image-too-small');
    expect(findings({ url, width: 400, height: 1000 })).toContain('recommended image-rather-small');
    expect(findings({ url, width: 500, height: 500 }).join()).not.toMatch(/image/);
  });

  it('says when the size cannot be told', () => {
    expect(findings({ url })).toContain('recommended image-size-unknown');
  });

  it('takes a picture in the text for one', () => {
    const noPicture = { ...harbour, image: null, html: '<p>Words.</p>' };
    const rules = (entry: Entry) =>
      checkArticle(profileNamed('flipboard'), { entry, variant: 'full' }, NOW).map((finding) => finding.rule);
    expect(rules(noPicture)).toContain('image-missing');
    expect(rules({ ...harbour, image: null })).not.toContain('image-missing');
  });
});

describe('Google News', () => {
  it('is asked of the last two days alone', () => {
    const profile = profileNamed('google-news');
    const untitled = (hours: number) => ({
      entry: { ...PAPER.entries[0], title: '', published: new Date(NOW - hours * 3_600_000).toISOString() },
      variant: 'full' as const,
    });
    expect(checkArticle(profile, untitled(47), NOW).map((finding) => finding.rule)).toEqual(['title-missing']);
    expect(checkArticle(profile, untitled(49), NOW)).toEqual([]);
  });
});

describe('Naver', () => {
  it('gets the whole text as the description and no address of this server', () => {
    const xml = rssOf(profileNamed('naver'));
    expect(xml).not.toContain('feeds.paper.example');
    expect(xml).not.toContain('content:encoded');
    expect(xml).toContain('<description><![CDATA[<figure>');
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PartnerCheck } from '../../src/partners/check.ts';
import { DAY, openSyndication, type Syndication } from './syndication.ts';

let site: Syndication;
const HOUR = 3_600_000;

beforeEach(() => {
  site = openSyndication({
    config: { site: { title: 'The News', url: 'https://news.example', language: 'en', description: 'Of the harbour' } },
  });
});
afterEach(() => site.close());

const check = async (id: string) => {
  const { status, body } = await site.api('GET', `/${id}/check`);
  return { status, ...(body as unknown as PartnerCheck) };
};

const rss = async (id: string, key: string) => (await site.fetch(`${id}/rss.xml`, key)).text();

describe('a partner’s RSS', () => {
  test('is as its profile says, and the other formats as ever', async () => {
    await site.publish('One', { image: 'https://news.example/one.jpg' }, HOUR, '## Head\n\n```sh\nls\n```\n');
    const { key } = await site.make({
      id: 'smart',
      name: 'Smart',
      profile: 'smartnews',
      logo: 'https://news.example/logo.png',
      analytics: '<script>count()</script>',
    });
    const xml = await rss('smart', key);
    expect(xml).toContain('<snf:logo><url>https://news.example/logo.png</url></snf:logo>');
    expect(xml).toContain('<media:status>active</media:status>');
    expect(xml).toContain('<snf:analytics><![CDATA[<script>count()</script>]]></snf:analytics>');
    for (const file of ['atom.xml', 'feed.json'])
      expect(await (await site.fetch(`smart/${file}`, key)).text()).not.toMatch(/snf|count\(\)/);
    expect(await site.get('/rss.xml')).not.toContain('snf:');
  });

  test('follows another profile from the moment that it is set', async () => {
    await site.publish('One', {}, HOUR, '```sh\nls\n```\n');
    const { key } = await site.make({ id: 'portal', name: 'Portal' });
    expect(await rss('portal', key)).toContain('<pre>');
    await site.api('PATCH', '/portal', { profile: 'msn' });
    expect(await rss('portal', key)).not.toContain('<pre>');
    await site.api('PATCH', '/portal', { profile: null });
    expect(await rss('portal', key)).toContain('<pre>');
  });

  test('shows one partner’s analytics and logo to no other', async () => {
    await site.publish('One');
    const made = (id: string) =>
      site.make({
        id,
        name: id,
        profile: 'smartnews',
        logo: `https://news.example/${id}.png`,
        analytics: `<script>count('${id}')</script>`,
      });
    const [a, b] = [await made('a'), await made('b')];
    expect(await rss('a', a.key)).toMatch(/a\.png[\s\S]*count\('a'\)/);
    expect(await rss('b', b.key)).toMatch(/b\.png[\s\S]*count\('b'\)/);
  });

  test('says what was taken back, at the address that the partner had', async () => {
    await site.publish('Stays', {}, 2 * HOUR);
    await site.publish('Goes', {}, HOUR);
    const { key } = await site.make({ id: 'smart', name: 'Smart', profile: 'smartnews', tracking: { from: 'smart' } });
    expect(await rss('smart', key)).not.toContain('deleted');
    site.remove('Goes.md');
    await site.run();
    site.clock.now += HOUR;
    await site.run(undefined, { acceptWithdrawals: true });
    const xml = await rss('smart', key);
    const [, item = ''] =
      /<item>(?:(?!<item)[\s\S])*?<link>([^<]*)<\/link>(?:(?!<item)[\s\S])*?>deleted</.exec(xml) ?? [];
    expect(item).toMatch(/\/Goes\/\?from=smart$|\/goes\/\?from=smart$/);
    expect(xml).not.toContain('<title>Goes</title>');
  });
});

describe('the check', () => {
  test('lists article by article which public rule fails', async () => {
    await site.publish('A title of more than twenty characters', { image: 'https://news.example/one.jpg' }, HOUR);
    await site.publish('Short', {}, 2 * HOUR);
    await site.make({ id: 'msn', name: 'MSN', profile: 'msn' });
    const found = await check('msn');
    expect(found).toMatchObject({ status: 200, partner: 'msn', profile: 'msn', passes: false });
    expect(found.articles.map(({ title }) => title)).toEqual(['A title of more than twenty characters', 'Short']);
    const required = found.articles.map(({ findings }) => findings.filter(({ level }) => level === 'required'));
    expect(required[0]).toEqual([]);
    expect(required[1]).toEqual([
      {
        rule: 'title-too-short',
        level: 'required',
        message: 'the title has 5 characters, and more than 20 are asked',
        mend: 'Say more in the title.',
        source: {
          url: 'https://support.microsoft.com/en-us/msn/partner-hub/msn-feed-item-metadata-requirements',
          section: 'Articles: Title',
        },
      },
    ]);
    // The server of these tests is not behind https.
    expect(found.feed.map(({ rule }) => rule)).toContain('address-not-https');
    expect(found.counts).toMatchObject({ articles: 2, refused: 1 });
  });

  test('is of what the partner may have, as it may have it', async () => {
    await site.publish('One', { categories: ['News'] }, HOUR);
    await site.publish('Two', { categories: ['Sport'] }, HOUR);
    const where = { category: 'News' };
    await site.make({ id: 'whole', name: 'Whole', profile: 'naver', where });
    await site.make({ id: 'short', name: 'Short', profile: 'naver', where, content: 'excerpt' });
    await site.make({ id: 'late', name: 'Late', profile: 'naver', where, embargoSeconds: 86_400 });
    await site.make({ id: 'counted', name: 'Counted', profile: 'smartnews', tracking: { utm_source: 'us' } });
    expect((await check('whole')).articles).toMatchObject([{ title: 'One', findings: [] }]);
    expect((await check('short')).articles).toMatchObject([{ findings: [{ rule: 'body-not-whole' }] }]);
    expect(await check('late')).toMatchObject({ articles: [], feed: [{ rule: 'entries-too-few' }] });
    const links = (await check('counted')).articles.map(({ findings }) => findings.map(({ rule }) => rule));
    expect(links).toEqual([['link-tracked'], ['link-tracked']]);
  });

  test('passes where only what is recommended fails, and where nothing is asked', async () => {
    await site.publish('One');
    await site.make({ id: 'plain', name: 'Plain' });
    await site.make({ id: 'smart', name: 'Smart', profile: 'smartnews' });
    expect(await check('plain')).toMatchObject({ passes: true, counts: { required: 0, recommended: 0 } });
    const smart = await check('smart');
    expect(smart).toMatchObject({ passes: true, counts: { required: 0 } });
    expect(smart.feed.map(({ rule }) => rule)).toEqual(['logo-missing']);
  });

  test('of a partner that is not there is said to be so', async () => {
    expect((await check('nobody')).status).toBe(404);
  });
});

describe('a news sitemap', () => {
  test('is below the partner’s address, behind its key, and has what it may have of two days', async () => {
    await site.publish('Old', {}, 3 * DAY);
    for (const title of ['One', 'Two', 'Three']) await site.publish(title, { categories: ['News'] }, HOUR);
    await site.publish('Other', { categories: ['Sport'] }, HOUR);
    const { key } = await site.make({
      id: 'google',
      name: 'Google',
      profile: 'google-news',
      where: { category: 'News' },
      limit: 1,
      tracking: { from: 'google' },
    });
    const answer = await site.fetch('google/news-sitemap.xml', key);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/xml; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const xml = await answer.text();
    expect([...xml.matchAll(/<news:title>([^<]*)</g)].map(([, title]) => title).sort()).toEqual([
      'One',
      'Three',
      'Two',
    ]);
    expect(xml).toContain('?from=google</loc>');
    expect((await site.fetch('google/news-sitemap.xml', null)).status).toBe(401);
    expect((await check('google')).articles).toHaveLength(3);
    const made = (await site.api('GET', '/google')).body as never as { partner: { feeds: object } };
    expect(made.partner.feeds).toHaveProperty('news-sitemap', 'http://tidings.test/partners/google/news-sitemap.xml');
    await site.pass(2 * DAY);
    expect(await (await site.fetch('google/news-sitemap.xml', key)).text()).not.toContain('<news:title>');
  });

  test('is only where the profile has one', async () => {
    const { key } = await site.make({ id: 'portal', name: 'Portal' });
    expect((await site.fetch('portal/news-sitemap.xml', key)).status).toBe(404);
  });
});

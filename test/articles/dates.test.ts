import { describe, expect, it } from 'vitest';
import { parseDate } from '../../src/articles/dates.ts';
import { instantOf, localTime } from '../../src/articles/time-zone.ts';
import { articleOf, read, siteConfig } from './reading.ts';

const iso = (text: string, zone = 'Asia/Seoul') => {
  const instant = parseDate(text, zone);
  return instant === null ? null : new Date(instant).toISOString();
};

describe('dates', () => {
  it.each([
    ['2024-03-05', '2024-03-04T15:00:00.000Z'],
    ['2024-3-5', '2024-03-04T15:00:00.000Z'],
    ['2024/03/05 20:00:02', '2024-03-05T11:00:02.000Z'],
    ['2024.03.05', '2024-03-04T15:00:00.000Z'],
    ['2024. 3. 5.', '2024-03-04T15:00:00.000Z'],
    ['2024년 3월 5일', '2024-03-04T15:00:00.000Z'],
    ['2024년 3월 5일 오후 3시 30분', '2024-03-05T06:30:00.000Z'],
    ['2024年3月5日 10:07', '2024-03-05T01:07:00.000Z'],
    ['20240305', '2024-03-04T15:00:00.000Z'],
    ['20240305T100709Z', '2024-03-05T10:07:09.000Z'],
    ['2024-03-05T16:00', '2024-03-05T07:00:00.000Z'],
    ['2024-03-05  15:31:58', '2024-03-05T06:31:58.000Z'],
    ['2024-03-05 9:00:00 -0400', '2024-03-05T13:00:00.000Z'],
    ['2024-03-05 14:00:00 -4', '2024-03-05T18:00:00.000Z'],
    ['2024-03-05 12:40:00 UTC-03:00', '2024-03-05T15:40:00.000Z'],
    ['2024-03-05 08:00:00 UTC', '2024-03-05T08:00:00.000Z'],
    ['2024-03-05 18:30:22 2024 -0800', '2024-03-06T02:30:22.000Z'],
    ['2024-03-05T20:26:28.123Z', '2024-03-05T20:26:28.123Z'],
    ['2024-03-05T20:26:28.123456789+05:30', '2024-03-05T14:56:28.123Z'],
    ['2024-03-05T10:07:09+09:00[Asia/Seoul]', '2024-03-05T01:07:09.000Z'],
    ['2024-03-05 10:07 America/New_York', '2024-03-05T15:07:00.000Z'],
    ['2024-03-05 10:07 KST', '2024-03-05T01:07:00.000Z'],
    ['2024-03-05 3:07 PM', '2024-03-05T06:07:00.000Z'],
    ['2024-03-05 12:07 a.m.', '2024-03-04T15:07:00.000Z'],
    ['March 5 2024', '2024-03-04T15:00:00.000Z'],
    ['March 5th, 2024 at 3:00 pm', '2024-03-05T06:00:00.000Z'],
    ['5 Mar 2024', '2024-03-04T15:00:00.000Z'],
    ['05-Mar-2024', '2024-03-04T15:00:00.000Z'],
    ['Sept. 5, 2024', '2024-09-04T15:00:00.000Z'],
    ['Tue, 05 Mar 2024 08:00:00 GMT', '2024-03-05T08:00:00.000Z'],
    ['Tue, 05 Mar 2024 08:00:00 EST', '2024-03-05T13:00:00.000Z'],
    ['Tuesday, March 5, 2024', '2024-03-04T15:00:00.000Z'],
    ['1709600400', '2024-03-05T01:00:00.000Z'],
    ['1709600400000', '2024-03-05T01:00:00.000Z'],
    ['1900-06-01T13:04:06Z', '1900-06-01T13:04:06.000Z'],
    ['0099-06-01T00:00:00Z', '0099-06-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-28T15:00:00.000Z'],
  ])('%s', (text, expected) => expect(iso(text)).toBe(expected));

  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '1900-02-29',
    '2024-03-05 24:00',
    '2024-03-05 10:60',
    '2024-03-05 13:00 PM',
    '5/3/2024',
    '03/05/24',
    '{{date}}',
    'yesterday',
    'constructor',
    '2024-03-05 10:00 constructor',
    '2024-03-05 10:00 +99:00',
    '2024-03-05 10:00 Nowhere/City',
    '2024',
    '2024-03',
    '',
    'Foo 5 2024',
    '2024-03-05 and then',
  ])('%j is none, and nothing is rolled over', (text) => expect(iso(text)).toBeNull());

  it('a date without a zone is in the site’s zone, before and after the clocks change', () => {
    expect(iso('2024-03-10 01:59', 'America/New_York')).toBe('2024-03-10T06:59:00.000Z');
    expect(iso('2024-03-10 03:00', 'America/New_York')).toBe('2024-03-10T07:00:00.000Z');
    // An hour that is left out is as much later, one that comes twice is its first.
    expect(iso('2024-03-10 02:30', 'America/New_York')).toBe('2024-03-10T07:30:00.000Z');
    expect(iso('2024-11-03 01:30', 'America/New_York')).toBe('2024-11-03T05:30:00.000Z');
    expect(iso('2024-10-06 02:15', 'Australia/Lord_Howe')).toBe('2024-10-05T15:45:00.000Z');
    expect(iso('1988-05-08 00:00', 'Asia/Seoul')).toBe('1988-05-07T15:00:00.000Z');
    expect(iso('1988-07-01 00:00', 'Asia/Seoul')).toBe('1988-06-30T14:00:00.000Z');
    // Samoa had no 30 December 2011.
    expect(iso('2011-12-31 00:00', 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z');
  });

  it('what clocks show and the instant are each other’s inverse', () => {
    for (const zone of ['Asia/Seoul', 'America/St_Johns', 'Africa/Monrovia', 'Asia/Kathmandu']) {
      for (let instant = Date.UTC(1971, 0, 1, 12); instant < Date.UTC(2030, 0, 1); instant += 9_876_543_210) {
        expect(instantOf(zone, localTime(zone, instant))).toBe(instant);
      }
    }
  });

  it('the name’s date counts when the front matter has none, then the folders’, then the path it names', () => {
    const published = (path: string, extra = '') => articleOf(`---\ntitle: x\n${extra}---\n`, { path }).published;
    expect(published('_posts/2015-10-8-x.md')).toBe('2015-10-07T15:00:00.000Z');
    expect(published('_posts/20151008-x.md')).toBe('2015-10-07T15:00:00.000Z');
    expect(published('_posts/2018-01-23-x.md', 'date: 2018-02-27\n')).toBe('2018-02-26T15:00:00.000Z');
    expect(published('news/2019/05/30/x.md')).toBe('2019-05-29T15:00:00.000Z');
    expect(published('news/2019-05-30-x/index.md')).toBe('2019-05-29T15:00:00.000Z');
    expect(published('news/2019-05-30/x.md')).toBe('2019-05-29T15:00:00.000Z');
    expect(published('news/x.md', 'permalink: /2019/05/30/x/\n')).toBe('2019-05-29T15:00:00.000Z');
    expect(read('---\ntitle: x\n---\n', { path: '_posts/2023-02-29-x.md' })).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'date-invalid' }],
    });
  });

  it('an unreadable date of an update is told and left out', () => {
    const reading = read('---\ntitle: x\ndate: 2024-03-05\nupdated: soon\n---\n');
    expect(reading).toMatchObject({
      state: 'accepted',
      article: { updated: null },
      problems: [{ code: 'date-invalid', line: 4 }],
    });
  });

  it('articles of one day follow the number in their names', () => {
    const paths = [
      '_posts/2024-03-05-10.md',
      '_posts/2024-03-05-9.md',
      '_posts/2024-03-04-11.md',
      '_posts/2024-03-05-b.md',
      '_posts/2024-03-05-a.md',
    ];
    const sorted = paths
      .map((path) => articleOf('---\ntitle: x\n---\n', { path }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ path }) => path);
    expect(sorted).toEqual([
      '_posts/2024-03-04-11.md',
      '_posts/2024-03-05-a.md',
      '_posts/2024-03-05-b.md',
      '_posts/2024-03-05-9.md',
      '_posts/2024-03-05-10.md',
    ]);
  });

  it('a future article and one that expires are due when their state changes', () => {
    const now = Date.parse('2024-03-01T00:00:00Z');
    const future = read('---\ntitle: x\ndate: 2024-03-05\n---\n', { now });
    expect(future).toMatchObject({
      state: 'withheld',
      due: Date.parse('2024-03-05T00:00:00+09:00'),
      problems: [{ code: 'future' }],
    });
    const published = read('---\ntitle: x\ndate: 2024-03-05\n---\n', { now: Date.parse('2024-03-05T00:00:00+09:00') });
    expect(published.state).toBe('accepted');
    const expiring = read('---\ntitle: x\ndate: 2024-02-05\nexpires: 2024-03-05\n---\n', { now });
    expect(expiring).toMatchObject({ state: 'accepted', due: Date.parse('2024-03-05T00:00:00+09:00') });
    const expired = read('---\ntitle: x\ndate: 2024-02-05\nexpires: 2024-02-20\n---\n', { now });
    expect(expired).toMatchObject({ state: 'withheld', due: null, problems: [{ code: 'expired' }] });
  });

  it('the zone of the site decides the day of its addresses', () => {
    const config = siteConfig({ permalink: '/:year/:month/:day/:hour/', timezone: 'America/Los_Angeles' });
    expect(articleOf('---\ntitle: x\ndate: 2023-01-30T02:30:22Z\n---\n', { config }).url).toBe(
      'https://news.example/2023/01/29/18/',
    );
  });
});

import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listedFeeds } from '../../src/feeds/list.ts';
import type { TestHome } from '../home.ts';
import { DAY, openSyndication, type Syndication } from './syndication.ts';

let site: Syndication;
const HOUR = 3_600_000;

beforeEach(() => {
  site = openSyndication({ config: { site: { title: 'The News', url: 'https://news.example' } } });
});
afterEach(() => site.close());

describe('what a partner may have', () => {
  test('is what its filter selects, from the moment it is made and after each change', async () => {
    await site.publish('One', { categories: ['News'], tags: ['Bus'] }, 3 * HOUR);
    await site.publish('Two', { categories: ['Sport'] }, 2 * HOUR);
    await site.publish('Three', { categories: ['News'], tags: ['Ad'] }, HOUR);
    const { key } = await site.make({ id: 'portal', name: 'Portal', where: { category: 'news', not: { tag: 'ad' } } });
    expect(await site.titlesFor('portal', key)).toEqual(['One']);
    await site.publish('Two', { categories: ['News'] }, 2 * HOUR);
    expect(await site.titlesFor('portal', key)).toEqual(['Two', 'One']);
    await site.publish('One', { categories: ['Sport'] }, 3 * HOUR);
    expect(await site.titlesFor('portal', key)).toEqual(['Two']);
    site.remove('Two.md');
    await site.run();
    site.clock.now += HOUR;
    await site.run(undefined, { acceptWithdrawals: true });
    expect(await site.titlesFor('portal', key)).toEqual([]);
  });

  test('is chosen anew when its settings change', async () => {
    await site.publish('One', { categories: ['News'] }, 2 * HOUR);
    await site.publish('Two', { categories: ['Sport'] }, HOUR);
    const { key } = await site.make({ id: 'portal', name: 'Portal', where: { category: 'News' } });
    const changed = await site.api('PATCH', '/portal', { where: { category: ['Sport', 'News'] }, limit: 1 });
    expect(changed).toMatchObject({ status: 200, body: { partner: { version: 2, limit: 1 } } });
    expect(await site.titlesFor('portal', key)).toEqual(['Two']);
    await site.api('PATCH', '/portal', { limit: null, formats: ['atom', 'json'] });
    expect(await site.titlesFor('portal', key)).toEqual(['Two', 'One']);
    expect((await site.fetch('portal/rss.xml', key)).status).toBe(404);
    expect((await site.fetch('portal/atom.xml', key)).status).toBe(200);
  });

  test('comes after its embargo, by the clock, with exceptions by category', async () => {
    const { key } = await site.make({
      id: 'portal',
      name: 'Portal',
      embargoSeconds: 7200,
      embargoExceptions: { Breaking: 0, 'Long read': 14_400 },
    });
    await site.publish('Usual', {}, 0);
    await site.publish('Breaking', { categories: ['breaking'] }, 0);
    await site.publish('Both', { categories: ['Breaking', 'long-read'] }, 0);
    expect(await site.titlesFor('portal', key)).toEqual(['Breaking']);
    await site.pass(2 * HOUR - 1);
    expect(await site.titlesFor('portal', key)).toEqual(['Breaking']);
    await site.pass(1);
    expect((await site.titlesFor('portal', key)).sort()).toEqual(['Breaking', 'Usual']);
    await site.publish('Usual', { tags: ['changed'] }, 2 * HOUR, 'Corrected since, and no embargo holds it back.\n');
    expect((await (await site.fetch('portal/rss.xml', key)).text()).includes('Corrected since')).toBe(true);
    await site.pass(2 * HOUR);
    expect((await site.titlesFor('portal', key)).sort()).toEqual(['Both', 'Breaking', 'Usual']);
    expect((await site.titles()).length).toBe(3);
  });

  test('goes when it is too old, and is not said to be taken back', async () => {
    const { key } = await site.make({ id: 'portal', name: 'Portal', days: 2 });
    await site.publish('Old', {}, DAY);
    await site.publish('Older', {}, 3 * DAY);
    expect(await site.titlesFor('portal', key)).toEqual(['Old']);
    await site.pass(DAY);
    expect(await site.titlesFor('portal', key)).toEqual([]);
    expect(await (await site.fetch('portal/atom.xml', key)).text()).not.toContain('deleted-entry');
    expect(await site.titles()).toHaveLength(2);
  });

  test('lies in the time that its contract is for', async () => {
    await site.close();
    site = openSyndication({ config: { site: { timezone: 'Asia/Seoul' } } });
    await site.publish('Before', { date: '2026-03-31T14:59:59Z' });
    await site.publish('Within', { date: '2026-03-31T15:00:00Z' });
    await site.publish('Last', { date: '2026-04-02T14:59:59Z' });
    await site.publish('After', { date: '2026-04-02T15:00:00Z' });
    await site.publish('Later', { date: '2026-04-20T15:00:00Z' });
    const { key } = await site.make({
      id: 'portal',
      name: 'Portal',
      windows: [{ from: '2026-04-01', until: '2026-04-02' }, { from: '2026-04-20T15:00:00Z' }],
    });
    expect(await site.titlesFor('portal', key)).toEqual(['Later', 'Last', 'Within']);
  });
});

describe('a key', () => {
  let key: string;
  beforeEach(async () => {
    await site.publish('One');
    ({ key } = await site.make({ id: 'portal', name: 'Portal' }));
  });

  test.each([
    ['a bearer token', (k: string) => ({ Authorization: `Bearer ${k}` }), ''],
    ['the password of its id', (k: string) => ({ Authorization: `Basic ${btoa(`portal:${k}`)}` }), ''],
    ['the password of anybody', (k: string) => ({ Authorization: `Basic ${btoa(`x:${k}`)}` }), ''],
    ['a part of the address', () => ({}), '?key='],
  ])('may be sent as %s', async (_, headers, query) => {
    const answer = await site.fetch(`portal/rss.xml${query && query + key}`, null, headers(key));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect(answer.headers.get('vary')?.split(', ')).toContain('Authorization');
    const text = await answer.text();
    expect(text).toContain('href="http://tidings.test/partners/portal/rss.xml"');
    expect(text).not.toContain('key=');
    expect([...answer.headers].join()).not.toContain(key);
  });

  test('that is missing, wrong or another’s is refused alike for any partner, there or not', async () => {
    const other = await site.make({ id: 'other', name: 'Other' });
    const answers: string[] = [];
    for (const id of ['portal', 'nobody'])
      for (const file of ['rss.xml', 'nothing', 'archives/2026-04/0123456789abcdef/rss.xml']) {
        for (const wrong of [other.key, `${key}x`, 'x', `tdp_${'0'.repeat(12)}_${'A'.repeat(43)}`]) {
          const answer = await site.fetch(`${id}/${file}`, wrong);
          const head = JSON.stringify([...answer.headers].filter(([name]) => name !== 'date'));
          answers.push(`${answer.status} ${head} ${await answer.text()}`);
        }
        expect((await site.fetch(`${id}/${file}`, null)).status).toBe(401);
      }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^401 .*private, no-store.*www-authenticate/);
  });

  test('is needed for the same document by whatever spelling of its address, and from memory', async () => {
    expect((await site.fetch('portal/rss.xml', key)).status).toBe(200);
    for (const path of ['/partners/portal/rss.xml', '/%70artners/portal/rss.xml', '/partners/%70ortal/rss.xml']) {
      await expect(site.get(path)).rejects.toThrow('401');
    }
    for (const path of ['/partners/portal', '/partners/portal/', '/partners/portal/feed'])
      await expect(site.get(path)).rejects.toThrow('401');
    expect(await site.get('//partners/portal/rss.xml')).toBeNull();
  });

  test('goes with conditional requests, deltas and HEAD', async () => {
    const first = await site.fetch('portal/atom.xml', key);
    const etag = first.headers.get('etag') ?? '';
    const same = await site.fetch('portal/atom.xml', key, { 'If-None-Match': etag });
    expect([same.status, same.headers.get('cache-control')]).toEqual([304, 'private, no-store']);
    const since = { 'If-Modified-Since': first.headers.get('last-modified') ?? '' };
    expect((await site.fetch('portal/atom.xml', key, since)).status).toBe(304);
    await site.publish('Two');
    const delta = await site.fetch('portal/atom.xml', key, { 'If-None-Match': etag, 'A-IM': 'feed' });
    expect([delta.status, delta.headers.get('cache-control')]).toEqual([226, 'private, no-store, im']);
    const text = await delta.text();
    expect([text.includes('Two'), text.includes('One has to say')]).toEqual([true, false]);
  });

  test('is one of two while it is rotated, and none when it is revoked', async () => {
    const [old] = ((await site.api('GET', '/portal')).body as never as { partner: { keys: { id: string }[] } }).partner
      .keys;
    const added = (await site.api('POST', '/portal/keys')) as never as {
      status: number;
      body: { id: string; key: string };
    };
    expect(added.status).toBe(201);
    expect((await site.api('POST', '/portal/keys')).status).toBe(409);
    for (const one of [key, added.body.key]) expect((await site.fetch('portal/rss.xml', one)).status).toBe(200);
    expect((await site.api('DELETE', `/portal/keys/${old?.id}`)).status).toBe(204);
    expect((await site.api('DELETE', `/portal/keys/${old?.id}`)).status).toBe(404);
    expect((await site.fetch('portal/rss.xml', key)).status).toBe(401);
    expect((await site.fetch('portal/rss.xml', added.body.key)).status).toBe(200);
    const { log, partner } = (await site.api('GET', '/portal')).body as never as {
      log: { action: string; actor: string }[];
      partner: { keys: { lastUsedAt: string }[] };
    };
    expect(log.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'key-revoked api jane@news.example',
      'key-added api jane@news.example',
      'created api jane@news.example',
    ]);
    expect(partner.keys).toMatchObject([{ lastUsedAt: new Date(site.clock.now).toISOString() }]);
  });

  test('has a rate of its own', async () => {
    const { key: slow } = await site.make({ id: 'slow', name: 'Slow', requestsPerMinute: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await site.fetch('slow/rss.xml', slow)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await site.fetch('slow/rss.xml', slow);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('cache-control')).toBe('private, no-store');
    expect((await site.fetch('portal/rss.xml', key)).status).toBe(200);
  });
});

test('nothing that is public names a partner or its articles’ texts', async () => {
  await site.publish('One', { tags: ['Bus'] });
  await site.publish('Two', { tags: ['Bus'] });
  await site.make({ id: 'secretive', name: 'The Secretive Portal', attribution: '<a href="{url}">Only for them</a>' });
  for (const path of ['/', '/feeds.opml', '/sitemap.xml', '/feed', '/tag/bus/', '/robots.txt', '/metrics']) {
    const text = (await site.get(path)) ?? '';
    expect(text.toLowerCase()).not.toContain('secretive');
    expect(text).not.toContain('Only for them');
  }
  expect((await listedFeeds(site.home, -1)).some(({ kind }) => kind === 'partner')).toBe(false);
  expect((await listedFeeds(site.home, -1, { partners: true })).some(({ kind }) => kind === 'partner')).toBe(true);
});

test('a document is compressed when it is first asked for so', async () => {
  await site.publish('One', {}, 0, 'It sails and sails. '.repeat(100));
  const { key } = await site.make({ id: 'portal', name: 'Portal' });
  const codings = async () =>
    (await site.home.db.prepare("SELECT codings FROM documents WHERE address = '/partners/portal/rss.xml'").first())
      ?.codings;
  expect(await codings()).toBe('{}');
  expect((await site.fetch('portal/rss.xml', key)).headers.get('content-encoding')).toBeNull();
  for (let turn = 0; turn < 2; turn++) {
    const answer = await site.fetch('portal/rss.xml', key, { 'Accept-Encoding': 'gzip' });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString()).toContain('It sails and sails.');
    const etag = answer.headers.get('etag') ?? '';
    const again = await site.fetch('portal/rss.xml', key, { 'Accept-Encoding': 'gzip', 'If-None-Match': etag });
    expect(again.status).toBe(304);
  }
  expect(await codings()).toContain('gzip');
});

test('archives are below the same key', async () => {
  for (let n = 1; n <= 6; n++) await site.publish(`N${n}`, {}, (40 - n) * DAY);
  const { key } = await site.make({ id: 'portal', name: 'Portal', limit: 2, attribution: '<p>By us: {url}</p>' });
  const atom = await (await site.fetch('portal/atom.xml', key)).text();
  const previous = /rel="prev-archive"[^>]*href="http:\/\/tidings\.test(\/[^"]+)"/.exec(atom)?.[1] ?? '';
  expect(previous).toMatch(/^\/partners\/portal\/archives\/2026-03\//);
  await expect(site.get(previous)).rejects.toThrow('401');
  const path = previous.slice('/partners/'.length);
  const archive = await site.fetch(path, key);
  expect([archive.status, archive.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  const text = await archive.text();
  expect(text).toContain('By us: http://tidings.test/articles/N6/');
  // What was made of an archive once is made anew with other settings.
  await expect(site.get(previous)).rejects.toThrow('401');
  await site.api('PATCH', '/portal', { attribution: '<p>From us: {url}</p>' });
  expect(await (await site.fetch(path, key)).text()).toContain('From us: ');
  const next = await site.fetch(path.replace(/[0-9a-f]{16}/, 'next'), null, {});
  expect(next.status).toBe(401);
});

test('a removed partner leaves nothing behind but its log', async () => {
  await site.publish('One');
  const { key } = await site.make({ id: 'portal', name: 'Portal', html: 'strict' });
  expect((await site.api('DELETE', '/portal')).status).toBe(204);
  expect((await site.fetch('portal/rss.xml', key)).status).toBe(401);
  for (const [table, column] of [
    ['documents', 'feed'],
    ['memberships', 'feed'],
    ['feeds', 'key'],
  ])
    expect(await site.home.db.prepare(`SELECT 1 FROM ${table} WHERE ${column} LIKE 'partners/%'`).first()).toBeNull();
  expect((await site.api('GET', '/portal')).status).toBe(404);
  const again = await site.make({ id: 'portal', name: 'Portal' });
  expect(await site.titlesFor('portal', again.key)).toEqual(['One']);
});

test('one partner whose settings are broken stops nothing else', async () => {
  await site.publish('One');
  const broken = await site.make({ id: 'broken', name: 'Broken' });
  const well = await site.make({ id: 'well', name: 'Well' });
  await site.home.db.batch([
    site.home.db.prepare(`UPDATE partners SET settings = '{"id":"broken","where":7' WHERE id = 'broken'`),
    site.home.db.prepare(`UPDATE settings SET value = 'another' WHERE name = 'partners'`),
  ]);
  await site.publish('Two');
  await site.publish('One', {}, 0, 'It is another text now, and the broken partner keeps the one that it has.\n');
  expect((await site.titlesFor('well', well.key)).sort()).toEqual(['One', 'Two']);
  expect(await site.titlesFor('broken', broken.key)).toEqual(['One']);
  const list = (await site.api('GET', '')).body as never as { partners: { id: string; error: string | null }[] };
  expect(list.partners.map(({ id, error }) => [id, error === null])).toEqual([
    ['broken', false],
    ['well', true],
  ]);
  expect(await site.api('PATCH', '/broken', { name: 'Mended' })).toMatchObject({ status: 200 });
  expect((await site.titlesFor('broken', broken.key)).sort()).toEqual(['One', 'Two']);
});

test('one partner whose feed cannot be made stops nothing else, and says why until it can', async () => {
  let isBroken = true;
  await site.close();
  const refusing = (home: TestHome): TestHome => ({
    ...home,
    blobs: {
      ...home.blobs,
      put: async (hash, bytes) => {
        if (isBroken && new TextDecoder().decode(bytes).includes('A broken footer')) throw new Error('no room for it');
        await home.blobs.put(hash, bytes);
      },
    },
  });
  site = openSyndication({ wrap: refusing });
  await site.publish('One');
  const broken = await site.make({ id: 'broken', name: 'Broken', attribution: '<p>A broken footer {url}</p>' });
  const well = await site.make({ id: 'well', name: 'Well' });
  const errors = async () => {
    const { partners } = (await site.api('GET', '')).body as never as { partners: { error: string | null }[] };
    return partners.map(({ error }) => error);
  };
  await site.publish('Two');
  expect((await site.titlesFor('well', well.key)).sort()).toEqual(['One', 'Two']);
  expect((await site.fetch('broken/rss.xml', broken.key)).status).toBe(503);
  expect(await errors()).toEqual(['feed partners/broken: no room for it', null]);
  isBroken = false;
  await site.run([]);
  expect((await site.titlesFor('broken', broken.key)).sort()).toEqual(['One', 'Two']);
  expect(await errors()).toEqual([null, null]);
});

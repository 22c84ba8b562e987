import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { article, type Publishing, publishing } from './publishing.ts';

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

let site: Publishing;
beforeAll(async () => {
  site = publishing({ config: { feeds: { tagMinimum: 1, robots: 'noindex' } }, url: 'https://tidings.test' });
  await site.publish({ 'a.md': article('A', { tags: '[x]' }), 'b.md': article('B', { tags: '[x]' }) });
});
afterAll(() => site.home.close());

describe.each(['/rss.xml', '/atom.xml', '/feed.json', '/tag/x/rss.xml'])('%s', (path) => {
  test('has a strong tag of its own in each coding, and the same bytes below it', async () => {
    const plain = await site.get(path);
    const bytes = Buffer.from(await plain.arrayBuffer());
    expect(plain.headers.get('content-encoding')).toBeNull();
    const tags = new Set([plain.headers.get('etag')]);
    for (const [coding, decode] of Object.entries(DECODERS)) {
      const coded = await site.get(path, { 'accept-encoding': coding });
      const body = Buffer.from(await coded.arrayBuffer());
      expect(coded.headers.get('content-encoding')).toBe(coding);
      expect(coded.headers.get('content-length')).toBe(String(body.byteLength));
      expect(coded.headers.get('vary')).toContain('Accept-Encoding');
      expect(decode(body).equals(bytes)).toBe(true);
      tags.add(coded.headers.get('etag'));
    }
    expect(tags.size).toBe(4);
    for (const tag of tags) expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  test('304 is of the coding that would be sent', async () => {
    const gzip = (await site.get(path, { 'accept-encoding': 'gzip' })).headers.get('etag') ?? '';
    const again = await site.get(path, { 'accept-encoding': 'gzip', 'if-none-match': gzip });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, gzip, '']);
    for (const name of ['content-type', 'content-encoding', 'content-length'])
      expect(again.headers.get(name)).toBeNull();
    for (const name of ['vary', 'cache-control', 'link', 'last-modified']) expect(again.headers.get(name)).toBeTruthy();
    expect((await site.get(path, { 'if-none-match': gzip })).status).toBe(200);
    expect((await site.get(path, { 'accept-encoding': 'br', 'if-none-match': gzip })).status).toBe(200);
  });

  test('HEAD has the headers of GET', async () => {
    for (const headers of [{}, { 'accept-encoding': 'br' }]) {
      const get = await site.get(path, headers);
      const head = await site.get(path, headers, 'HEAD');
      expect(await head.text()).toBe('');
      expect([...head.headers]).toEqual([...get.headers]);
    }
  });

  test('OPTIONS tells what is allowed; what is not is 405', async () => {
    const options = await site.get(path, { origin: 'https://reader.example' }, 'OPTIONS');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(options.headers.get('access-control-allow-origin')).toBe('*');
    expect(options.headers.get('access-control-allow-headers')).toContain('If-None-Match');
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const refused = await site.get(path, {}, method);
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  test('says what it is, to whom, and for how long', async () => {
    const { headers } = await site.get(path);
    expect(headers.get('content-type')).toMatch(/^application\/(?:rss\+xml|atom\+xml|feed\+json); charset=utf-8$/);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('link')).toBe(
      `<https://tidings.test/hub>; rel="hub", <https://tidings.test${path}>; rel="self"`,
    );
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('406 where nothing may be sent', async () => {
    const refused = await site.get(path, { 'accept-encoding': '*;q=0' });
    expect([refused.status, await refused.text()]).toEqual([406, expect.stringContaining('gzip')]);
  });

  test('412 for who wants another version', async () => {
    expect((await site.get(path, { 'if-match': '"other"' })).status).toBe(412);
  });
});

describe('/feed', () => {
  test.each([
    ['*/*', 'application/rss+xml'],
    ['application/atom+xml', 'application/atom+xml'],
    ['application/json', 'application/feed+json'],
    ['application/rss+xml;q=0.2, application/atom+xml;q=0.9', 'application/atom+xml'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
  ])('%s gets %s', async (accept, type) => {
    for (const path of ['/feed', '/feed/', '/tag/x/feed']) {
      const response = await site.get(path, { accept });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
      expect(response.headers.get('vary')).toMatch(/^Accept, Accept-Encoding/);
    }
  });

  test('answers conditions and codings as the document does', async () => {
    const headers = { accept: 'application/atom+xml', 'accept-encoding': 'gzip' };
    const own = await site.get('/atom.xml', headers);
    const chosen = await site.get('/feed', headers);
    expect(chosen.headers.get('etag')).toBe(own.headers.get('etag'));
    expect(chosen.headers.get('link')).toContain('<https://tidings.test/atom.xml>; rel="self"');
    expect((await site.get('/feed', { ...headers, 'if-none-match': own.headers.get('etag') ?? '' })).status).toBe(304);
  });
});

test('an alias is answered at once, with the document and its own address as self', async () => {
  const own = await site.get('/atom.xml');
  const alias = await site.get('/feed.xml');
  expect([alias.status, await alias.text()]).toEqual([200, await own.text()]);
  expect(alias.headers.get('link')).toContain('<https://tidings.test/atom.xml>; rel="self"');
  expect((await site.get('/tags/X/index.xml')).status).toBe(200);
});

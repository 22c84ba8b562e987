import { type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tidings as run } from '../cli/tidings.ts';
import { article, isEdge, type Running, start, TOKEN, until } from './process.ts';

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
type Coding = keyof typeof DECODERS;

/**
 * Of several equal wishes no one is asked for here: at the edge Miniflare, which stands for Cloudflare's network, takes
 * whichever of gzip and br is listed first, and codes anew what is in the other.
 */
const WISHES: [string | null, Coding | null][] = [
  [null, null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['br;q=0.2, gzip;q=0.9', 'gzip'],
  ['deflate', null],
];

let tidings: Running;
beforeAll(async () => {
  const body = 'The ferry leaves at nine. '.repeat(60);
  tidings = await start({
    files: {
      'one.md': article('One', { tags: '[ferry]', aliases: '[/2020/one.html]' }, body),
      'two.md': article('Two', { tags: '[ferry]' }, body),
      'leaves.md': article('Leaves', { tags: '[lonely]' }, body),
    },
    config: `{ site: { title: 'HTTP', description: 'Documents over TCP' }, feeds: { tagMinimum: 1, renamed: { 'tag/boat': 'tag/ferry' } } }`,
  });
}, 120_000);
afterAll(() => tidings.end(), 30_000);

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request as it goes over the wire: nothing added, nothing decoded. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${tidings.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe.each(['/rss.xml', '/atom.xml', '/feed.json'])('%s over TCP', (path) => {
  test('goes out in the coding that is wished for, coded once, with a tag of its own', async () => {
    const plain = await raw(path);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const tags = new Map<Coding | null, string>();
    // Twice, since the second comes from memory where a home has one.
    for (const [wish, coding] of [...WISHES, ...WISHES]) {
      const answer = await raw(path, wish === null ? {} : { 'accept-encoding': wish });
      expect([answer.status, answer.headers['content-encoding'] ?? null], String(wish)).toEqual([200, coding]);
      const decoded = coding === null ? answer.body : DECODERS[coding](answer.body);
      expect(decoded.equals(plain.body), String(wish)).toBe(true);
      expect(answer.headers.vary).toContain('Accept-Encoding');
      expect(answer.headers.etag).toMatch(/^"[0-9a-f]+"$/);
      tags.set(coding, answer.headers.etag ?? '');
    }
    expect(new Set(tags.values()).size).toBe(tags.size);
    for (const [coding, tag] of tags) {
      const again = await raw(path, { 'if-none-match': tag, ...(coding && { 'accept-encoding': coding }) });
      expect([again.status, again.headers.etag, again.body.byteLength]).toEqual([304, tag, 0]);
    }
  });

  test('HEAD, OPTIONS, and methods that are none of its', async () => {
    const get = await raw(path, { 'accept-encoding': 'gzip' });
    const head = await raw(path, { 'accept-encoding': 'gzip' }, 'HEAD');
    expect(head.body.byteLength).toBe(0);
    for (const name of ['etag', 'last-modified', 'content-type', 'cache-control', 'link', 'vary'])
      expect(head.headers[name], name).toEqual(get.headers[name]);
    const options = await raw(path, { origin: 'https://a.example', 'access-control-request-method': 'GET' }, 'OPTIONS');
    expect([options.status, options.headers.allow, options.headers['access-control-allow-origin']]).toEqual([
      204,
      'GET, HEAD, OPTIONS',
      '*',
    ]);
    const post = await raw(path, {}, 'POST');
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test('sends the entries that are new to a version', async () => {
    const old = await raw(path, { 'accept-encoding': 'gzip' });
    const title = `New in ${path}`;
    tidings.write(`new${path.replaceAll(/\W/g, '-')}.md`, article(title));
    await until(async () => (await raw(path)).body.includes(title), 10_000, title);
    const delta = await raw(path, { 'a-im': 'feed', 'if-none-match': old.headers.etag ?? '' });
    expect([delta.status, delta.headers.im, delta.headers['cache-control']]).toEqual([226, 'feed', 'no-store, im']);
    expect(delta.body.includes(title)).toBe(true);
    expect(delta.body.includes('The ferry leaves at nine.')).toBe(false);
    expect(delta.headers.etag).toBe((await raw(path)).headers.etag);
  });
});

test('pages are coded too, and asked for again', async () => {
  const page = await raw('/feed', { accept: 'text/html', 'accept-encoding': 'br' });
  expect([page.status, page.headers['content-encoding']]).toEqual([200, 'br']);
  expect(brotliDecompressSync(page.body).toString()).toContain('</html>');
  const again = await raw('/feed', {
    accept: 'text/html',
    'accept-encoding': 'br',
    'if-none-match': page.headers.etag ?? '',
  });
  expect(again.status).toBe(304);
});

test('other addresses: aliases at once, renamed ones and former ones in one step', async () => {
  for (const path of [
    '/feed.xml',
    '/index.xml',
    '/feed/',
    '/rss',
    '/atom',
    '/feeds/all.rss.xml',
    '/tags/ferry/index.xml',
  ])
    expect((await raw(path)).status, path).toBe(200);
  for (const [from, to] of [
    ['/tag/boat/rss.xml', '/tag/ferry/rss.xml'],
    ['/2020/one.html', '/articles/one/'],
  ] as const) {
    const moved = await raw(from);
    expect([moved.status, moved.headers.location]).toEqual([301, tidings.url + to]);
    expect((await raw(to)).status).toBe(200);
  }
});

test('what was withdrawn is gone: the article, and the feed that it was alone in', async () => {
  expect((await raw('/tag/lonely/rss.xml')).status).toBe(200);
  tidings.write('leaves.md', article('Leaves', { tags: '[lonely]', draft: 'true' }));
  await until(async () => (await raw('/articles/leaves/')).status === 410, 10_000, 'withdrawn');
  await until(async () => (await raw('/tag/lonely/rss.xml')).status === 410, 10_000, 'no feed');
});

test('no public answer sets a cookie', async () => {
  for (const path of ['/', '/feed', '/rss.xml', '/articles/one/', '/nothing', '/sitemap.xml', '/robots.txt'])
    expect((await raw(path)).headers['set-cookie'], path).toBeUndefined();
});

test('the doctor finds nothing wrong, as a reader and as a subscriber', async () => {
  const { status, out, err } = await run(['doctor', tidings.url, '--json'], {
    cwd: tidings.folder,
    env: { TIDINGS_ADMIN_TOKEN: TOKEN, TIDINGS_DATA: `${tidings.folder}/data` },
  });
  const { ok, findings } = JSON.parse(out) as {
    ok: boolean;
    findings: { step: string; state: string; detail: string }[];
  };
  const remarks = findings.flatMap(({ step, state, detail }) => (state === 'ok' ? [] : [`${step}: ${detail}`]));
  expect(remarks, err).toEqual([
    // At Cloudflare its network says so; workerd by itself does not.
    ...(isEdge ? ['clock: It sends no Date.'] : []),
    'certificate: It is not reached by https; many readers and hubs ask for that.',
  ]);
  expect([ok, status]).toEqual([true, 0]);
  const steps = findings.map(({ step }) => step);
  for (const step of ['valid', 'asking again', 'coding', 'clock', 'document', 'redelivery', 'unsubscribe'])
    expect(steps).toContain(step);
});

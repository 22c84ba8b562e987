import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, resolveConfig } from '../../src/config/config.ts';
import { fits } from '../../src/hub/patterns.ts';
import { listSubscriptions } from '../../src/hub/subscriptions.ts';
import { findTopic } from '../../src/hub/topics.ts';
import { sweep } from '../../src/push/outbox.ts';
import { regenerate } from '../../src/schedule.ts';
import { makeHome, type TestHome } from '../home.ts';
import { isIdle, post, subscription, until, work } from '../push/engine.ts';
import { type Sink, startSink } from '../push/sink.ts';

/** A sister site on loopback; what it answers can be changed. */
const site = {
  url: '',
  asked: [] as { path: string; headers: IncomingHttpHeaders }[],
  answer: (): { status?: number; headers?: Record<string, string>; body?: string | Buffer } => ({ body: 'words' }),
};
const server = createServer((request, response) => {
  site.asked.push({ path: request.url ?? '', headers: request.headers });
  const { status = 200, headers = { 'content-type': 'application/rss+xml' }, body = '' } = site.answer();
  response.writeHead(status, headers).end(body);
});

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;
let ahead: number;
const now = () => Date.now() + ahead;

beforeEach(async () => {
  ahead = 0;
  site.asked = [];
  site.answer = () => ({ body: 'words' });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sink = await startSink();
  const config = { hub: { topics: [`${site.url}/*`], poll: [`${site.url}/static/*`], maxBytes: 1_000 } };
  home = makeHome({ config, now });
  stop = work(home);
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const settled = () => until(() => isIdle(home));
const subscribe = (path: string, topic = '/feed.xml') =>
  post(home, subscription(sink.url + path, { 'hub.topic': site.url + topic }));
const ping = (...paths: string[]) => {
  const form = new URLSearchParams({ 'hub.mode': 'publish' });
  for (const path of paths) form.append('hub.url', site.url + path);
  return post(home, form.toString());
};
async function pass(seconds: number) {
  ahead += seconds * 1000;
  await sweep(home);
}
const bodies = (path: string) => sink.deliveries(path).map(({ body }) => body);

test('what changed is told byte for byte under its own type, what did not is not', async () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x0d, 0x0a]);
  await subscribe('/cb');
  await settled();
  site.answer = () => ({ body: bytes, headers: { 'content-type': 'Text/XML ; charset="utf-16"', 'x-other': '1' } });
  await pass(60);
  await ping('/feed.xml');
  await settled();
  await pass(60);
  await ping('/feed.xml');
  await settled();
  expect(sink.deliveries()).toHaveLength(2);
  const [, told] = sink.deliveries();
  expect(told?.headers['content-type']).toBe('Text/XML ; charset="utf-16"');
  expect(told?.headers['content-length']).toBe('6');
  expect(told?.headers.link).toContain(`<${site.url}/feed.xml>; rel="self"`);
  expect(await home.db.prepare('SELECT version, size FROM documents').all()).toEqual([{ version: 2, size: 6 }]);
});

test('a ping within seconds of the last fetch is heeded after it, once', async () => {
  await subscribe('/cb');
  await settled();
  site.answer = () => ({ body: 'more' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ping('/feed.xml')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(site.asked).toHaveLength(1);
  await pass(26);
  await until(() => bodies('/cb').includes('more'));
  expect(site.asked).toHaveLength(2);
});

test('nothing is fetched for whom nobody subscribed, and nothing outside the patterns', async () => {
  const { status, text } = await ping('/feed.xml', '/../other.xml');
  expect([status, text]).toEqual([
    202,
    `${site.url}/feed.xml: nobody is subscribed to it.\n${site.url}/other.xml: nobody is subscribed to it.\n`,
  ]);
  expect((await post(home, 'hub.mode=publish&hub.url=http://127.0.0.1:1/feed.xml')).status).toBe(404);
  expect((await post(home, subscription(`${sink.url}/cb`, { 'hub.topic': 'http://127.0.0.1:1/' }))).status).toBe(404);
  expect(site.asked).toEqual([]);
});

test('a site that does not ping is asked at each tick, by its validators', async () => {
  const headers = { etag: 'W/"1"', 'last-modified': 'Tue, 05 Mar 2024 00:00:00 GMT', 'content-type': 'text/xml' };
  site.answer = () => ({ body: 'words', headers });
  await subscribe('/polled', '/static/feed.xml');
  await subscribe('/pinged');
  await settled();
  site.answer = () => ({ status: 304 });
  await pass(300);
  await regenerate(home, now());
  await settled();
  expect(site.asked.map(({ path }) => path).toSorted()).toEqual(['/feed.xml', '/static/feed.xml', '/static/feed.xml']);
  expect(site.asked[2]?.headers).toMatchObject({
    'if-none-match': 'W/"1"',
    'if-modified-since': 'Tue, 05 Mar 2024 00:00:00 GMT',
  });
  site.answer = () => ({ body: 'more', headers: { 'content-type': 'text/xml' } });
  await pass(300);
  await regenerate(home, now());
  await settled();
  expect(bodies('/polled')).toEqual(['words', 'more']);
  expect(bodies('/pinged')).toEqual(['words']);
});

describe('a topic that cannot be had', () => {
  test.each<[string, () => object, string]>([
    ['redirects', () => ({ status: 302, headers: { location: '/else' } }), 'redirects (302)'],
    ['is too large', () => ({ body: 'x'.repeat(1_001) }), 'larger than the 1000 bytes'],
    ['fails', () => ({ status: 503 }), 'answers 503'],
  ])('because it %s is fetched again later; the subscription stands', async (_, answer, reason) => {
    site.answer = answer;
    await subscribe('/cb');
    await until(async () => (await listSubscriptions(home)).length === 1);
    expect(String((await home.db.prepare('SELECT error FROM sisters').first())?.error)).toContain(reason);
    expect(site.asked.map(({ path }) => path)).toEqual(['/feed.xml']);
    site.answer = () => ({ body: 'at last' });
    await pass(40);
    await until(() => bodies('/cb').length === 1);
    expect(bodies('/cb')).toEqual(['at last']);
    await settled();
    expect(await home.db.prepare('SELECT failures, error FROM sisters').first()).toEqual({ failures: 0, error: null });
  });

  test('because it is gone keeps what subscribers have, and denies new ones with the reason', async () => {
    await subscribe('/cb');
    await settled();
    site.answer = () => ({ status: 410 });
    await pass(60);
    await ping('/feed.xml');
    await settled();
    expect(await listSubscriptions(home)).toHaveLength(1);
    await subscribe('/new');
    await settled();
    const denial = sink.received.find(({ path, query }) => path === '/new' && query.includes('hub.mode=denied'));
    expect(new URLSearchParams(denial?.query).get('hub.reason')).toBe(
      'The topic answers 410: there is no such document.',
    );
    expect(await listSubscriptions(home)).toHaveLength(1);
  });

  test('unsubscribing does not ask the site', async () => {
    await subscribe('/cb');
    await settled();
    await pass(60);
    await post(home, {
      ...subscription(`${sink.url}/cb`),
      'hub.topic': `${site.url}/feed.xml`,
      'hub.mode': 'unsubscribe',
    });
    await settled();
    expect(await listSubscriptions(home)).toEqual([]);
    expect(site.asked).toHaveLength(1);
  });
});

test('the guard holds for sister sites too', async () => {
  const guarded = makeHome({ config: { hub: { topics: [`${site.url}/*`] } }, allowPrivate: [] });
  const stopIt = work(guarded);
  // A name of one's own may lead anywhere: what counts is where the connection would go.
  await guarded.db.prepare('INSERT INTO sisters (address, asked_at) VALUES (?, 0)').bind(`${site.url}/feed.xml`).run();
  await guarded.db
    .prepare(
      `INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, lease_seconds, lease_until, created_at,
         verified_at) VALUES ('websub', ?, '', 'https://example.com/', 'https://example.com', 1, 9e15, 0, 0)`,
    )
    .bind(`${site.url}/feed.xml`)
    .run();
  await post(guarded, { 'hub.mode': 'publish', 'hub.url': `${site.url}/feed.xml` });
  await until(async () => (await guarded.db.prepare('SELECT failures FROM sisters').first())?.failures === 1);
  expect(site.asked).toEqual([]);
  await stopIt();
  await guarded.close();
});

describe('addresses', () => {
  test('variants of a topic are one topic', async () => {
    await subscribe('/cb');
    await settled();
    for (const given of [site.url.replace('http:', 'HTTPS:'), `${site.url}`])
      for (const path of ['/feed.xml', '/feed.xml/', '/feed.xml#x', '/./feed.xml'])
        expect(await findTopic(home, given + path)).toBe(`${site.url}/feed.xml`);
    expect(await findTopic(home, `${site.url}/feed.xml?page=2`)).toBe(`${site.url}/feed.xml?page=2`);
    expect(await findTopic(home, `${site.url.replace('http://', 'http://me:secret@')}/feed.xml`)).toBeNull();
  });

  test.each([
    ['https://sister.example/*', 'https://sister.example/a/b?c', true],
    ['https://Sister.example:443/*', 'https://sister.example/a', true],
    ['https://sister.example/*/feed.xml', 'https://sister.example/blog/feed.xml', true],
    ['https://sister.example/feed.xml', 'https://sister.example/feedyxml', false],
    ['https://sister.example/*', 'https://sister.example.evil.test/', false],
    ['https://sister.example/*', 'http://sister.example/', false],
    ['https://sister.example/*', 'https://sister.example:8443/', false],
  ])('%s and %s: %s', (pattern, address, expected) => {
    expect(fits(pattern, address)).toBe(expected);
  });

  test.each(['*', 'https://*/feed.xml', 'https://*.example/feed.xml', 'sister.example/*', 'https://sister.example'])(
    'the pattern %s names no site',
    (pattern) => {
      expect(() => resolveConfig({ hub: { topics: [pattern] } }, 'http://tidings.test')).toThrow(ConfigError);
    },
  );
});

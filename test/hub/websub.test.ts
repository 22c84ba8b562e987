import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { listSubscriptions, purgeExpired, removeSubscription } from '../../src/hub/subscriptions.ts';
import { sweep } from '../../src/push/outbox.ts';
import { regenerate } from '../../src/schedule.ts';
import { makeHome, type TestHome } from '../home.ts';
import { isIdle, post, subscription, until, work } from '../push/engine.ts';
import { type Received, type Sink, startSink } from '../push/sink.ts';

/**
 * What the Recommendation asks of hubs and publishers (MUST and SHOULD), by its sections.
 *
 * @see https://www.w3.org/TR/2018/REC-websub-20180123/
 */

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;
let ahead: number;
/** Clock of the tests: they may pass hours. */
const now = () => Date.now() + ahead;

beforeEach(async () => {
  ahead = 0;
  sink = await startSink();
  const signature = [
    { callback: `${sink.url}/old/*`, method: 'sha1' as const },
    { callback: `${sink.url}/long/*`, method: 'sha512' as const },
    { callback: `${sink.url}/middle/*`, method: 'sha384' as const },
  ];
  home = makeHome({ config: { hub: { signature, retrySeconds: [30, 120] } }, now });
  stop = work(home);
  await publish('First words');
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

/** A publisher changes an article, and a tick comes. */
async function publish(title: string) {
  const text = `---\ntitle: ${title}\ndate: 2024-03-05\ntags: [버스]\n---\n\n${title} again.\n`;
  writeFileSync(join(home.folder, 'content', 'news.md'), text);
  await regenerate(home, now());
}

const settled = () => until(() => isIdle(home));
const topic = 'http://tidings.test/atom.xml';
const ask = (path: string, more: Record<string, string> = {}) =>
  post(home, subscription(sink.url + path, { 'hub.topic': topic, ...more }));
const get = (path: string, headers: Record<string, string> = {}) => createApp(home).request(path, { headers });
const questions = (): (Received & { fields: URLSearchParams })[] =>
  sink.received
    .filter(({ method }) => method === 'GET')
    .map((one) => ({ ...one, fields: new URLSearchParams(one.query) }));
const stored = () => home.db.prepare('SELECT * FROM subscriptions ORDER BY id').all();
/** Some time passes, and what has become due is done. */
async function pass(seconds: number) {
  ahead += seconds * 1000;
  await sweep(home);
}

describe('4 Discovery', () => {
  test.each(['/atom.xml', '/rss.xml', '/feed.json', '/tag/%EB%B2%84%EC%8A%A4/atom.xml'])(
    'SHOULD: %s has a Link header with a hub and exactly one self, which is its canonical address',
    async (path) => {
      if (path.startsWith('/tag')) {
        writeFileSync(
          join(home.folder, 'content', 'more.md'),
          '---\ntitle: More\ndate: 2024-03-06\ntags: 버스\n---\nMore.',
        );
        await regenerate(home, now() + 1);
      }
      const link = (await get(path)).headers.get('link') ?? '';
      expect(link.match(/<[^>]+>; rel="hub"/g)).toEqual(['<http://tidings.test/hub>; rel="hub"']);
      expect(link.match(/<[^>]+>; rel="self"/g)).toEqual([`<http://tidings.test${path}>; rel="self"`]);
    },
  );

  test('SHOULD: XML feeds, and JSON Feed in its own way, embed them', async () => {
    for (const path of ['/atom.xml', '/rss.xml']) {
      const text = await (await get(path)).text();
      const links = [...text.matchAll(/<(?:atom:)?link\b[^>]*>/g)].map(([tag]) => tag);
      expect(
        links.filter((tag) => /rel="hub"/.test(tag) && /href="http:\/\/tidings\.test\/hub"/.test(tag)),
      ).toHaveLength(1);
      expect(
        links.filter((tag) => /rel="self"/.test(tag) && tag.includes(`href="http://tidings.test${path}"`)),
      ).toHaveLength(1);
    }
    const feed = (await (await get('/feed.json')).json()) as { feed_url: string; hubs: object[] };
    expect(feed.feed_url).toBe('http://tidings.test/feed.json');
    expect(feed.hubs).toEqual([{ type: 'WebSub', url: 'http://tidings.test/hub' }]);
  });

  test.each([
    ['/', '/atom.xml'],
    ['/feed', '/atom.xml'],
    ['/tag/%EB%B2%84%EC%8A%A4/', '/tag/%EB%B2%84%EC%8A%A4/atom.xml'],
  ])('SHOULD: the page %s embeds them, in the head alone, as its Link header has them', async (path, self) => {
    writeFileSync(join(home.folder, 'content', 'more.md'), '---\ntitle: M\ndate: 2024-03-06\ntags: 버스\n---\nMore.');
    await regenerate(home, now() + 1);
    const page = await get(path, { accept: 'text/html' });
    const [head = '', body = ''] = (await page.text()).split('</head>');
    const linked = (rel: string) =>
      [...head.matchAll(/<link rel="([^"]+)"[^>]* href="([^"]+)"/g)].filter(([, one]) => one === rel);
    expect(linked('hub').map(([, , href]) => href)).toEqual(['http://tidings.test/hub']);
    expect(linked('self').map(([, , href]) => href)).toEqual([`http://tidings.test${self}`]);
    expect(page.headers.get('link')).toBe(
      `<http://tidings.test/hub>; rel="hub", <http://tidings.test${self}>; rel="self"`,
    );
    expect(body).not.toMatch(/<link\b/);
  });

  test('4.1: a negotiated address names the one representation that was chosen', async () => {
    for (const [accept, self] of [
      ['application/feed+json', '/feed.json'],
      ['application/rss+xml', '/rss.xml'],
      ['application/atom+xml', '/atom.xml'],
    ] as const) {
      const link = (await get('/feed', { accept })).headers.get('link');
      expect(link).toContain(`<http://tidings.test${self}>; rel="self"`);
    }
  });
});

describe('5.1 Subscriber sends subscription request', () => {
  test('MUST: a request with callback, mode and topic is accepted, one with a secret too', async () => {
    expect((await ask('/plain')).status).toBe(202);
    expect((await ask('/signed', { 'hub.secret': 'secret' })).status).toBe(202);
    await settled();
    expect((await stored()).map(({ secret }) => secret)).toEqual([null, 'secret']);
  });

  test('MUST: the form is UTF-8', async () => {
    writeFileSync(
      join(home.folder, 'content', 'more.md'),
      '---\ntitle: More\ndate: 2024-03-06\ntags: 버스\n---\nMore.',
    );
    await regenerate(home, now() + 1);
    expect((await ask('/한글', { 'hub.topic': 'http://tidings.test/tag/버스/atom.xml' })).status).toBe(202);
    await settled();
    expect(await stored()).toMatchObject([{ topic: '/tag/%EB%B2%84%EC%8A%A4/atom.xml' }]);
    expect(questions()[0]?.fields.get('hub.topic')).toBe('http://tidings.test/tag/버스/atom.xml');
  });

  test.each(['hub.secret=%FF%FE', 'hub.secret=caf%E9', 'hub.callback=http://reader.example/caf%E9'])(
    'MUST: what is not UTF-8 is refused, for a secret would sign otherwise than its owner meant: %s',
    async (field) => {
      const form = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.topic': topic });
      if (!field.startsWith('hub.callback')) form.set('hub.callback', `${sink.url}/cb`);
      const refused = await post(home, `${form}&${field}`);
      expect([refused.status, refused.text]).toEqual([400, `${field.split('=')[0]} is not in UTF-8.\n`]);
    },
  );

  test.each(['forever', '0', '-1', '1e9'])('MUST: a lease of %s is ignored when unsubscribing', async (lease) => {
    await ask('/cb');
    await settled();
    expect((await ask('/cb', { 'hub.mode': 'unsubscribe', 'hub.lease_seconds': lease })).status).toBe(202);
    await settled();
    expect(await stored()).toEqual([]);
  });

  test('MUST: a secret has less than 200 bytes', async () => {
    expect((await ask('/cb', { 'hub.secret': 'x'.repeat(199) })).status).toBe(202);
    const refused = await ask('/cb', { 'hub.secret': 'é'.repeat(100) });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('200 bytes')]);
  });

  test('MUST: parameters that the hub does not know are ignored', async () => {
    expect((await ask('/cb', { 'hub.verify': 'sync', 'hub.foo': '%', 'hub.initial': 'twice' })).status).toBe(202);
    await settled();
    expect(sink.deliveries()).toHaveLength(1);
  });

  test('MUST: a request again overrides secret and lease, once it is verified', async () => {
    await ask('/cb', { 'hub.secret': 'old', 'hub.lease_seconds': '1000' });
    await settled();
    await ask('/cb', { 'hub.secret': 'new', 'hub.lease_seconds': '2000' });
    await settled();
    expect(await stored()).toMatchObject([{ id: 1, secret: 'new', lease_seconds: 2_000 }]);
    await ask('/cb');
    await settled();
    expect(await stored()).toMatchObject([{ id: 1, secret: null }]);
  });

  test('MUST: where the verification fails, the subscription stays as it was', async () => {
    await ask('/cb', { 'hub.secret': 'old' });
    await settled();
    const before = await stored();
    sink.reply = ({ method }) => (method === 'GET' ? { status: 404 } : undefined);
    for (const more of [{ 'hub.secret': 'new' }, { 'hub.mode': 'unsubscribe' }, {}] as Record<string, string>[])
      await ask('/cb', more);
    await settled();
    expect(await stored()).toEqual(before);
  });

  test('the key of a subscription is topic and callback', async () => {
    for (const path of ['/a', '/b'])
      for (const of of ['/atom.xml', '/rss.xml']) await ask(path, { 'hub.topic': `http://tidings.test${of}` });
    await settled();
    expect(await stored()).toHaveLength(4);
  });
});

describe('5.1.1 Subscription parameter details', () => {
  test('http and https callbacks; nothing else', async () => {
    expect((await post(home, subscription('https://example.com/cb'))).status).toBe(202);
    expect((await post(home, subscription('gopher://example.com/cb'))).status).toBe(400);
    await home.db.batch([home.db.prepare('DELETE FROM outbox'), home.db.prepare('DELETE FROM verifications')]);
  });

  test('MUST: percent-encoded bytes that are not reserved are decoded in a topic', async () => {
    expect((await ask('/cb', { 'hub.topic': 'http://tidings.test/%61tom.xml' })).status).toBe(202);
    await settled();
    expect(await stored()).toMatchObject([{ topic: '/atom.xml' }]);
  });

  test('MUST: the query of the callback stays, new parameters go to its end by &, names that overlap are not overwritten', async () => {
    await ask('/cb?foo=bar&red=f%69sh&hub.mode=mine&empty');
    await settled();
    expect(questions()[0]?.query).toMatch(/^foo=bar&red=f%69sh&hub\.mode=mine&empty&hub\.mode=subscribe&/);
    expect(sink.deliveries()[0]?.query).toBe('foo=bar&red=f%69sh&hub.mode=mine&empty');
  });
});

describe('5.1.2 Subscription response details', () => {
  test('MUST: 202, whatever verification will come to; SHOULD: which begins at once', async () => {
    sink.reply = ({ path }) => (path === '/no' ? { status: 404 } : undefined);
    const answers = [await ask('/yes'), await ask('/no')];
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    await until(() => questions().length === 2, 2_000);
  });

  test('MUST: errors are 4xx; SHOULD: with a description as plain text', async () => {
    const body = 'hub.mode=subscribe&hub.topic=x&hub.callback=y';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await createApp(home).request('/hub', { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect((await answer.text()).length).toBeGreaterThan(20);
  });
});

describe('5.2 Subscription validation', () => {
  test('MUST: who is denied is told by GET with mode, topic and reason; at any time', async () => {
    await ask('/cb?mine=1');
    await settled();
    await removeSubscription(home, 1, 'Not any more & never again');
    await settled();
    const denial = questions().find(({ fields }) => fields.get('hub.mode') === 'denied');
    expect(denial?.query).toMatch(/^mine=1&hub\.mode=denied&/);
    expect(denial?.fields.get('hub.topic')).toBe(topic);
    expect(denial?.fields.get('hub.reason')).toBe('Not any more & never again');
    expect(await stored()).toEqual([]);
  });

  test('MUST: who is denied is told once its server answers again', async () => {
    await ask('/cb');
    await settled();
    sink.reply = ({ method }) => (method === 'GET' ? { status: 503 } : undefined);
    const denials = () => questions().filter(({ fields }) => fields.get('hub.mode') === 'denied');
    await removeSubscription(home, 1);
    await until(
      async () => (await home.db.prepare('SELECT 1 FROM outbox WHERE due_at > ?').bind(now()).first()) !== null,
    );
    expect(denials()).toHaveLength(1);
    sink.reply = () => undefined;
    await pass(82);
    await settled();
    expect(denials()).toHaveLength(2);
  });
});

describe('5.3 Hub verifies intent of the subscriber', () => {
  test('the question has mode, topic, a random challenge used once (8.2), and MUST have the lease', async () => {
    await ask('/cb', { 'hub.lease_seconds': '4000' });
    await settled();
    await ask('/cb', { 'hub.mode': 'unsubscribe' });
    await settled();
    const [first, second] = questions().map(({ fields }) => fields);
    expect(first?.get('hub.mode')).toBe('subscribe');
    expect(first?.get('hub.topic')).toBe(topic);
    expect(first?.get('hub.lease_seconds')).toBe('4000');
    expect(second?.get('hub.mode')).toBe('unsubscribe');
    expect(first?.get('hub.challenge')).toMatch(/^[0-9a-f]{48}$/);
    expect(second?.get('hub.challenge')).not.toBe(first?.get('hub.challenge'));
  });

  test('the lease is measured from the question', async () => {
    sink.reply = ({ method }) => (method === 'GET' ? { delayMs: 400 } : undefined);
    await ask('/cb', { 'hub.lease_seconds': '1000' });
    await settled();
    const [row] = await stored();
    expect(Number(row?.verified_at) - (Number(row?.lease_until) - 1_000_000)).toBeGreaterThanOrEqual(390);
  });
});

describe('5.3.1 Verification details', () => {
  test.each<[string, { status: number; body?: string }]>([
    ['3xx', { status: 301 }],
    ['4xx', { status: 400 }],
    ['a 2xx without the challenge', { status: 200, body: 'ok' }],
    ['a 2xx with a byte order mark before the challenge', { status: 200, body: '\ufeffCHALLENGE' }],
    ['a 2xx with a line end after the challenge', { status: 200, body: 'CHALLENGE\n' }],
  ])('MUST: %s is a failure', async (_, reply) => {
    sink.reply = ({ query }) => {
      const challenge = new URLSearchParams(query).get('hub.challenge') ?? '';
      return { ...reply, body: (reply.body ?? '').replace('CHALLENGE', challenge) };
    };
    await ask('/cb');
    await settled();
    expect(await stored()).toEqual([]);
  });

  test('MUST: 5xx is a failure, of which the hub asks again a few times and then no more', async () => {
    sink.reply = () => ({ status: 500 });
    await ask('/cb');
    for (const [times, wait] of [
      [1, 32],
      [2, 82],
      [3, 322],
    ] as const) {
      await until(() => questions().length === times);
      await until(async () => (await home.db.prepare('SELECT 1 FROM outbox WHERE claimed_until > 0').first()) === null);
      expect(await stored()).toEqual([]);
      await pass(wait);
    }
    await settled();
    expect(questions()).toHaveLength(4);
    expect(await stored()).toEqual([]);
  });

  test('a callback that names a later time is asked then', async () => {
    sink.reply = ({ method }) => (method === 'GET' ? { status: 429, headers: { 'retry-after': '3600' } } : undefined);
    await ask('/cb');
    const due = () => home.db.prepare('SELECT due_at FROM outbox WHERE claimed_until = 0').first<{ due_at: number }>();
    await until(async () => ((await due())?.due_at ?? 0) > now() + 3_500_000);
    sink.reply = () => undefined;
    await pass(3_500);
    expect(questions()).toHaveLength(1);
    await pass(121);
    await settled();
    expect(await stored()).toHaveLength(1);
  });

  test('MUST: any 2xx with the challenge confirms', async () => {
    sink.reply = ({ query }) => ({ status: 203, body: new URLSearchParams(query).get('hub.challenge') ?? '' });
    await ask('/cb');
    await settled();
    expect(await stored()).toHaveLength(1);
  });

  test('MUST: a lease ends at its instant, and none is for ever; 10 days is the default (8.2)', async () => {
    await ask('/usual');
    await ask('/short', { 'hub.lease_seconds': '600' });
    await ask('/for-ever', { 'hub.lease_seconds': '999999999999' });
    await settled();
    const leases = Object.fromEntries((await stored()).map((row) => [String(row.callback), row.lease_seconds]));
    expect(leases).toEqual({
      [`${sink.url}/usual`]: 864_000,
      [`${sink.url}/short`]: 600,
      [`${sink.url}/for-ever`]: 2_592_000,
    });
    ahead += 600_001;
    await publish('Later words');
    await settled();
    expect(sink.deliveries('/short')).toHaveLength(1);
    expect(sink.deliveries('/usual')).toHaveLength(2);
    await purgeExpired(home);
    expect(await listSubscriptions(home)).toHaveLength(2);
  });
});

describe('6 Publishing', () => {
  test('MUST: the hub is informed when a topic was updated, and of nothing else', async () => {
    await ask('/cb');
    await settled();
    await publish('Second words');
    await settled();
    await regenerate(home, now() + 1);
    await settled();
    expect(sink.deliveries()).toHaveLength(2);
    expect(sink.deliveries()[1]?.body).toContain('Second words');
  });

  test('the publisher may ping by hub.mode=publish with one topic or many, and gets a result for each', async () => {
    const form = new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': topic });
    form.append('hub.url', 'http://tidings.test/none.xml');
    form.append('hub.url', 'http://other.test/\n\nhttp://tidings.test/rss.xml: unchanged');
    form.append('hub.topic', 'http://tidings.test/rss.xml');
    const { status, text } = await post(home, form.toString());
    expect([status, text.trim().split('\n')]).toEqual([
      202,
      [
        'http://tidings.test/atom.xml: unchanged since it was last distributed.',
        'http://tidings.test/none.xml: not a feed of this hub.',
        'http://other.test/ http://tidings.test/rss.xml: unchanged: not a feed of this hub.',
        'http://tidings.test/rss.xml: unchanged since it was last distributed.',
      ],
    ]);
    expect((await post(home, 'hub.mode=publish')).status).toBe(400);
    expect((await post(home, 'hub.mode=publish&hub.url=http://other.test/')).status).toBe(404);
  });
});

describe('7 Content distribution', () => {
  test('MUST: POST with the full contents, the topic’s Content-Type, and the links, SHOULD: in a single header', async () => {
    await ask('/cb', { 'hub.topic': 'https://TIDINGS.test/atom.xml' });
    await settled();
    const [told] = sink.deliveries();
    const served = await get('/atom.xml');
    expect(told?.method).toBe('POST');
    expect(told?.body).toBe(await served.text());
    expect(told?.headers['content-type']).toBe(served.headers.get('content-type'));
    expect(told?.headers.link).toBe('<http://tidings.test/hub>; rel="hub", <http://tidings.test/atom.xml>; rel="self"');
  });

  test.each([200, 201, 202, 204])('MUST: %i is success, and MUST: what the body says is ignored', async (status) => {
    await ask('/cb');
    await settled();
    sink.reply = ({ method }) => (method === 'POST' ? { status, body: status === 204 ? '' : 'failed' } : undefined);
    await publish('Second words');
    await settled();
    expect((await listSubscriptions(home))[0]?.exception).toBeNull();
    expect(sink.deliveries()).toHaveLength(2);
  });

  test('410 ends the subscription', async () => {
    await ask('/cb');
    await settled();
    sink.reply = ({ method }) => (method === 'POST' ? { status: 410 } : undefined);
    await publish('Second words');
    await settled();
    expect(await stored()).toEqual([]);
  });

  test.each([301, 307, 400, 404, 500])('MUST: %i is a failure; SHOULD: it is tried again', async (status) => {
    await ask('/cb');
    await settled();
    sink.reply = ({ method, path }) =>
      method === 'POST' && path === '/cb' ? { status, headers: { location: '/moved' } } : undefined;
    await publish('Second words');
    await until(async () => (await listSubscriptions(home))[0]?.exception?.failures === 1);
    expect(sink.deliveries('/moved')).toEqual([]);
    sink.reply = () => undefined;
    await pass(40);
    await until(() => sink.deliveries('/cb').length === 3);
    await settled();
    expect((await listSubscriptions(home))[0]?.exception).toBeNull();
  });

  test('MUST: who fails keeps the subscription until the lease ends, and MUST: is tried with each update', async () => {
    await ask('/cb', { 'hub.lease_seconds': '90000' });
    await settled();
    sink.reply = ({ method }) => (method === 'POST' ? { status: 500 } : undefined);
    await publish('Second words');
    for (let failures = 1; failures <= 6; failures++) {
      await until(async () => (await listSubscriptions(home))[0]?.exception?.failures === failures);
      await pass(200);
    }
    await publish('Third words');
    sink.reply = () => undefined;
    await pass(200);
    await until(() => sink.deliveries().some(({ body }) => body.includes('Third words')));
    expect(await listSubscriptions(home)).toHaveLength(1);
  });

  test('MUST: so is who was given up because the lease ends before the next try', async () => {
    await ask('/cb', { 'hub.lease_seconds': '300' });
    await settled();
    sink.reply = ({ method }) => (method === 'POST' ? { status: 503, headers: { 'retry-after': '600' } } : undefined);
    await publish('Second words');
    await until(async () => (await listSubscriptions(home))[0]?.exception?.reason === 'ended');
    await settled();
    sink.reply = () => undefined;
    await publish('Third words');
    await until(() => sink.deliveries().some(({ body }) => body.includes('Third words')));
    await settled();
    expect(await listSubscriptions(home)).toMatchObject([{ exception: null }]);
  });
});

describe('7.1 Authenticated content distribution', () => {
  test.each([
    ['/cb', 'sha256'],
    ['/old/cb', 'sha1'],
    ['/middle/cb', 'sha384'],
    ['/long/cb', 'sha512'],
  ])('MUST: X-Hub-Signature is the method and the HMAC of the body: at %s by %s (7.1.1)', async (path, method) => {
    await ask(path, { 'hub.secret': 'sécret 비밀' });
    await settled();
    const [told] = sink.deliveries();
    const mac = createHmac(method, 'sécret 비밀')
      .update(told?.body ?? '')
      .digest('hex');
    expect(told?.headers['x-hub-signature']).toBe(`${method}=${mac}`);
  });

  test('without a secret there is none', async () => {
    await ask('/cb');
    await settled();
    expect(sink.deliveries()[0]?.headers).not.toHaveProperty('x-hub-signature');
  });
});

describe('8.3 Distribution', () => {
  test('MUST: the exact callback is used: letter case, percent-encoding and a query that looks like ours stay', async () => {
    const callback = `${sink.url}/A%7Eb/%e2%82%ac;v=1?Q=%2f&hub.topic=mine`;
    await ask(callback.slice(sink.url.length));
    await settled();
    expect(await stored()).toMatchObject([{ callback }]);
    expect(sink.deliveries().map(({ path, query }) => `${sink.url}${path}?${query}`)).toEqual([callback]);
  });

  test('MUST: one of https is never told by http', async () => {
    await post(home, subscription(`${sink.url.replace('http:', 'https:')}/cb`, { 'hub.topic': topic }));
    await until(async () => (await home.db.prepare('SELECT attempts FROM verifications').first())?.attempts === 1);
    expect(sink.received).toEqual([]);
    await home.db.batch([home.db.prepare('DELETE FROM outbox'), home.db.prepare('DELETE FROM verifications')]);
  });
});

describe('beyond the Recommendation', () => {
  test('hub.initial=none leaves a subscriber without the present document, and with the next', async () => {
    await ask('/without', { 'hub.initial': 'none' });
    await ask('/with');
    await settled();
    expect(sink.deliveries().map(({ path }) => path)).toEqual(['/with']);
    await publish('Second words');
    await settled();
    expect(sink.deliveries('/without').map(({ body }) => body.includes('Second words'))).toEqual([true]);
  });

  test('a renewal with it still brings what was missed', async () => {
    await ask('/cb');
    await settled();
    sink.reply = ({ method }) => (method === 'POST' ? { status: 500 } : undefined);
    await publish('Second words');
    await until(async () => (await listSubscriptions(home))[0]?.exception?.failures === 1);
    sink.reply = () => undefined;
    await ask('/cb', { 'hub.initial': 'none' });
    await until(() => sink.deliveries().length === 3);
    await settled();
    await ask('/cb', { 'hub.initial': 'none' });
    await settled();
    expect(sink.deliveries()).toHaveLength(3);
  });
});

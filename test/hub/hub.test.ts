import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubRoutes } from '../../src/http/hub.ts';
import { listSubscriptions, purgeExpired, removeSubscription } from '../../src/hub/subscriptions.ts';
import { makeHome, type TestHome } from '../home.ts';
import { commitDocument, isIdle, post, publishDocument, subscription, until, work } from '../push/engine.ts';
import { type Sink, startSink } from '../push/sink.ts';

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;

beforeEach(async () => {
  home = makeHome({ config: { hub: { leaseSeconds: { min: 60, default: 600, max: 3600 } } } });
  sink = await startSink();
  stop = work(home);
  await commitDocument(home, 'news');
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

const settled = () => until(() => isIdle(home));
const questions = () => sink.received.filter(({ method }) => method === 'GET');
const stored = () => home.db.prepare('SELECT * FROM subscriptions ORDER BY id').all();

describe('a request (WebSub 5.1)', () => {
  const callback = 'http://127.0.0.1:8999/cb';
  test.each<[string, Record<string, string>, number, RegExp]>([
    ['no mode', { 'hub.mode': '' }, 400, /hub\.mode/],
    ['an unknown mode', { 'hub.mode': 'borrow' }, 400, /hub\.mode/],
    ['no callback', { 'hub.callback': '' }, 400, /hub\.callback is missing/],
    ['a callback that is no address', { 'hub.callback': 'cb' }, 400, /absolute/],
    ['another scheme', { 'hub.callback': 'ftp://example.com/cb' }, 400, /http or https/],
    ['a fragment', { 'hub.callback': `${callback}#x` }, 400, /fragment/],
    ['an empty fragment', { 'hub.callback': `${callback}#` }, 400, /fragment/],
    ['a password', { 'hub.callback': 'http://me:x@example.com/cb' }, 400, /password/],
    ['a private address', { 'hub.callback': 'http://[::ffff:10.0.0.1]/cb' }, 400, /not public/],
    ['a space', { 'hub.callback': `${callback}?a b` }, 400, /absolute/],
    ['a long callback', { 'hub.callback': `${callback}?${'x'.repeat(2_048)}` }, 400, /2048 characters/],
    ['no topic', { 'hub.topic': '' }, 400, /hub\.topic is missing/],
    ['an unknown topic', { 'hub.topic': 'http://tidings.test/none.xml' }, 404, /not a feed/],
    ['a secret of 200 bytes', { 'hub.secret': `${'가'.repeat(66)}xx` }, 400, /200 bytes/],
    ['a lease of no number', { 'hub.lease_seconds': 'long' }, 400, /whole number/],
    ['a lease of nothing', { 'hub.lease_seconds': '0' }, 400, /whole number/],
    ['a negative lease', { 'hub.lease_seconds': '-5' }, 400, /whole number/],
  ])('with %s is refused with a sentence', async (_, fields, status, sentence) => {
    const answer = await post(home, { ...subscription(callback), ...fields });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(sentence);
    expect(await isIdle(home)).toBe(true);
  });

  test('is taken with 202, with fields that nobody knows, and a secret of 199 bytes', async () => {
    const more = { 'hub.verify': 'async', 'hub.x': 'y', 'hub.secret': 'x'.repeat(199) };
    expect((await post(home, subscription(`${sink.url}/cb`, more))).status).toBe(202);
  });

  test.each([
    ['hub.mode', 'unsubscribe'],
    ['hub.topic', 'http://tidings.test/atom.xml'],
    ['hub.callback', 'http://example.com/other'],
    ['hub.secret', 'another'],
  ])('with two values of %s is refused, and with one twice taken', async (name, other) => {
    const fields = subscription(`${sink.url}/cb`, { 'hub.secret': 'secret' });
    const form = (value = '') => `${new URLSearchParams(fields)}&${new URLSearchParams({ [name]: value })}`;
    const refused = await post(home, form(other));
    expect([refused.status, refused.text]).toEqual([400, `${name} has two values: send a request for each.\n`]);
    expect((await post(home, form(fields[name]))).status).toBe(202);
  });

  test('of another type, size or method is refused', async () => {
    const routes = hubRoutes(home);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await routes.request('/', json)).status).toBe(415);
    expect((await post(home, `hub.mode=subscribe&x=${'x'.repeat(40_000)}`)).status).toBe(413);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const [length, status] of [
      ['32768', 400],
      ['32769', 413],
      ['many', 413],
    ] as const) {
      const said = { method: 'POST', headers: { ...form, 'content-length': length }, body: 'hub.mode=borrow' };
      expect((await routes.request('/', said)).status, length).toBe(status);
    }
    const put = await routes.request('/', { method: 'PUT', body: '' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect(await (await routes.request('/')).text()).toContain('WebSub hub');
    const asked = await routes.request('/status', { method: 'POST', body: '' });
    expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('verification of intent (WebSub 5.3)', () => {
  test('asks the callback with its own query as it is, and tells the lease', async () => {
    await post(home, subscription(`${sink.url}/cb?x=%2f%41&hub.mode=mine&y=a+b~'`, { 'hub.lease_seconds': '1200' }));
    await settled();
    const [{ query = '' } = {}] = questions();
    expect(query).toMatch(/^x=%2f%41&hub\.mode=mine&y=a\+b~('|%27)&hub\.mode=subscribe&/);
    const fields = new URLSearchParams(query);
    expect(fields.getAll('hub.mode')).toEqual(['mine', 'subscribe']);
    expect(fields.get('hub.topic')).toBe('http://tidings.test/rss.xml');
    expect(fields.get('hub.lease_seconds')).toBe('1200');
    expect(fields.get('hub.challenge')).toMatch(/^[0-9a-f]{48}$/);
  });

  test.each([
    ['', 600],
    ['1', 60],
    ['99999999', 3600],
    ['9'.repeat(40), 3600],
    ['700', 700],
  ])('a lease of %j becomes %i seconds, told and kept', async (asked, seconds) => {
    const before = Date.now();
    await post(home, subscription(`${sink.url}/cb`, { 'hub.lease_seconds': asked }));
    await settled();
    expect(new URLSearchParams(questions()[0]?.query).get('hub.lease_seconds')).toBe(String(seconds));
    const [row] = await listSubscriptions(home);
    expect(row?.leaseUntil).toBeGreaterThanOrEqual(before + seconds * 1000);
    expect(row?.leaseUntil).toBeLessThan(before + seconds * 1000 + 5_000);
  });

  test('repeats the topic as it was written; the delivery has the canonical one', async () => {
    await post(home, { ...subscription(`${sink.url}/cb`), 'hub.topic': 'https://TIDINGS.test:443/rss.xml/' });
    await settled();
    expect(new URLSearchParams(questions()[0]?.query).get('hub.topic')).toBe('https://TIDINGS.test:443/rss.xml/');
    expect(sink.deliveries()[0]?.headers.link).toContain('<http://tidings.test/rss.xml>; rel="self"');
  });

  test('a confirmed one gets the current document at once', async () => {
    await post(home, subscription(`${sink.url}/cb`));
    await settled();
    expect(sink.deliveries('/cb').map(({ body }) => body)).toEqual(['news']);
  });

  test.each<[string, (challenge: string) => { status?: number; body?: string; headers?: Record<string, string> }]>([
    ['404', () => ({ status: 404 })],
    ['404 with the challenge', (body) => ({ status: 404, body })],
    ['200 with something else', () => ({ body: 'yes' })],
    ['200 with more than the challenge', (body) => ({ body: `${body}!` })],
    ['200 with a page that holds it', (body) => ({ body: `${body}${' '.repeat(100_000)}` })],
    ['a redirect', () => ({ status: 302, headers: { location: '/other' } })],
  ])('%s is a refusal, and nothing is kept', async (_, reply) => {
    sink.reply = ({ query }) => reply(new URLSearchParams(query).get('hub.challenge') ?? '');
    await post(home, subscription(`${sink.url}/cb`));
    await settled();
    expect(questions()).toHaveLength(1);
    expect(await stored()).toEqual([]);
    expect(await home.db.prepare('SELECT * FROM verifications').all()).toEqual([]);
  });

  test('204 without a body confirms nothing, 201 with the challenge does', async () => {
    sink.reply = ({ path, query }) =>
      path === '/no'
        ? { status: 204, body: '' }
        : { status: 201, body: new URLSearchParams(query).get('hub.challenge') ?? '' };
    await post(home, subscription(`${sink.url}/no`));
    await post(home, subscription(`${sink.url}/yes`));
    await settled();
    expect((await stored()).map(({ callback }) => callback)).toEqual([`${sink.url}/yes`]);
  });

  test('an error of the server is no refusal: the callback is asked again', async () => {
    sink.reply = ({ method }) => (method === 'GET' ? { status: 503 } : undefined);
    await post(home, subscription(`${sink.url}/cb`));
    await until(async () => (await home.db.prepare('SELECT attempts FROM verifications').first())?.attempts === 1);
    sink.reply = () => undefined;
    await until(async () => (await home.db.prepare('SELECT claimed_until FROM outbox').first())?.claimed_until === 0);
    await home.db.prepare('UPDATE outbox SET due_at = 0').run();
    await home.queue.send({ type: 'outbox', work: 'verify', ref: home.sha256(`/rss.xml\n${sink.url}/cb`) });
    await settled();
    expect(await stored()).toHaveLength(1);
  });
});

describe('a renewal (WebSub 5.1)', () => {
  beforeEach(async () => {
    await post(home, subscription(`${sink.url}/cb`, { 'hub.secret': 'old', 'hub.lease_seconds': '100' }));
    await settled();
  });

  test('replaces secret and lease when it is confirmed', async () => {
    await post(home, subscription(`${sink.url}/cb`, { 'hub.secret': 'new', 'hub.lease_seconds': '3000' }));
    await settled();
    expect(await stored()).toMatchObject([{ id: 1, secret: 'new', lease_seconds: 3000 }]);
  });

  test('without a secret ends signing', async () => {
    await post(home, subscription(`${sink.url}/cb`));
    await settled();
    await publishDocument(home, 'more');
    await settled();
    expect(sink.deliveries().map(({ headers }) => 'x-hub-signature' in headers)).toEqual([true, false, false]);
  });

  test('that is refused leaves secret and lease as they were', async () => {
    const before = await stored();
    sink.reply = ({ method }) => (method === 'GET' ? { status: 404 } : undefined);
    await post(home, subscription(`${sink.url}/cb`, { 'hub.secret': 'evil', 'hub.lease_seconds': '3000' }));
    await post(home, { ...subscription(`${sink.url}/cb`), 'hub.mode': 'unsubscribe' });
    await settled();
    expect(questions()).toHaveLength(3);
    expect(await stored()).toEqual(before);
  });
});

describe('unsubscribing', () => {
  test('is asked for too, and ends it', async () => {
    await post(home, subscription(`${sink.url}/cb`));
    await settled();
    await post(home, { ...subscription(`${sink.url}/cb`), 'hub.mode': 'unsubscribe' });
    await settled();
    expect(new URLSearchParams(questions()[1]?.query).get('hub.mode')).toBe('unsubscribe');
    expect(await stored()).toEqual([]);
    await publishDocument(home, 'more');
    await settled();
    expect(sink.deliveries()).toHaveLength(1);
  });

  test('works for a feed that is gone', async () => {
    await post(home, subscription(`${sink.url}/cb`));
    await settled();
    await home.db.prepare('DELETE FROM documents').run();
    expect((await post(home, { ...subscription(`${sink.url}/cb`), 'hub.mode': 'unsubscribe' })).status).toBe(202);
    await settled();
    expect(await stored()).toEqual([]);
  });

  test('in somebody else’s name right after a subscription does not undo it', async () => {
    sink.reply = ({ query }) => (query.includes('hub.mode=unsubscribe') ? { status: 404 } : undefined);
    await Promise.all([
      post(home, subscription(`${sink.url}/cb`)),
      post(home, { ...subscription(`${sink.url}/cb`), 'hub.mode': 'unsubscribe' }),
    ]);
    await settled();
    expect(await stored()).toHaveLength(1);
  });

  test('asked for after a subscription that is not verified yet wins', async () => {
    await stop();
    await post(home, subscription(`${sink.url}/cb`));
    await post(home, { ...subscription(`${sink.url}/cb`), 'hub.mode': 'unsubscribe' });
    stop = work(home);
    await settled();
    expect(await stored()).toEqual([]);
  });
});

test('200 equal subscriptions at once become one, with the last secret', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, number) =>
      post(home, subscription(`${sink.url}/cb`, { 'hub.secret': `secret ${number}` })),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await settled();
  expect(await stored()).toMatchObject([{ callback: `${sink.url}/cb`, secret: 'secret 199' }]);
  expect(await home.db.prepare('SELECT * FROM verifications').all()).toEqual([]);
});

test('200 different ones at once are all kept', async () => {
  await Promise.all(Array.from({ length: 200 }, (_, number) => post(home, subscription(`${sink.url}/${number}`))));
  await settled();
  expect(await stored()).toHaveLength(200);
  expect(new Set(sink.deliveries().map(({ path }) => path)).size).toBe(200);
});

test('pending verifications and subscriptions of an origin are bounded, renewals are not', async () => {
  await stop();
  const fill = (table: string, columns: string, values: string, count: number) =>
    home.db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         INSERT INTO ${table} (${columns}, topic, asked_topic, callback, origin, lease_seconds)
         SELECT ${values}, '/rss.xml', '', 'http://many.test/' || i, 'http://many.test', 600 FROM n`,
      )
      .run();
  await fill('subscriptions', 'channel, lease_until, created_at, verified_at', "'websub', 1, 1, 1", 2_000);
  const full = await post(home, subscription('http://many.test/new'));
  expect([full.status, full.text]).toEqual([
    429,
    'Callbacks at http://many.test have 2000 subscriptions to this topic.\n',
  ]);
  expect((await post(home, subscription('http://many.test/7'))).status).toBe(202);
  expect((await post(home, subscription('http://other.test/new'))).status).toBe(202);

  await fill('verifications', 'pair, mode, requested_at', "i, 'subscribe', 1", 1_000);
  const flooded = await post(home, subscription('http://many.test/8'));
  expect([flooded.status, flooded.text]).toEqual([429, expect.stringContaining('wait for verification')]);
  expect((await post(home, subscription('http://many.test/7'))).status).toBe(202);
  stop = work(home);
});

test('pending verifications are bounded in all, and only those that still wait count', async () => {
  await stop();
  await home.db
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO verifications (pair, mode, requested_at, topic, asked_topic, callback, origin, lease_seconds)
       SELECT i, 'subscribe', 1, '/rss.xml', '', 'http://o' || i || '.test/', 'http://o' || i || '.test', 600 FROM n`,
    )
    .run();
  expect((await post(home, subscription('http://new.test/'))).status).toBe(429);
  await home.db.prepare('DELETE FROM verifications WHERE seq BETWEEN 2 AND 50000').run();
  expect((await post(home, subscription('http://new.test/'))).status).toBe(202);
  await home.db.prepare('DELETE FROM verifications').run();
  stop = work(home);
});

test('one callback may have many topics', async () => {
  await commitDocument(home, 'atom', '/atom.xml');
  await post(home, subscription(`${sink.url}/cb`));
  await post(home, { ...subscription(`${sink.url}/cb`), 'hub.topic': 'http://tidings.test/atom.xml' });
  await settled();
  expect(
    sink
      .deliveries()
      .map(({ body }) => body)
      .toSorted(),
  ).toEqual(['atom', 'news']);
});

test('the list shows everything but the secret; removing tells the subscriber why', async () => {
  await post(home, subscription(`${sink.url}/cb?k=1`, { 'hub.secret': 'hush' }));
  await settled();
  const [row] = await listSubscriptions(home, { topic: '/rss.xml' });
  expect(row).toMatchObject({ topic: 'http://tidings.test/rss.xml', callback: `${sink.url}/cb?k=1`, signed: true });
  expect(JSON.stringify(row)).not.toContain('hush');
  expect(await listSubscriptions(home, { topic: '/atom.xml' })).toEqual([]);
  expect(await listSubscriptions(home, { after: row?.id ?? 0 })).toEqual([]);

  expect(await removeSubscription(home, row?.id ?? 0, 'Too noisy.')).toBe(true);
  expect(await removeSubscription(home, row?.id ?? 0)).toBe(false);
  await settled();
  const fields = new URLSearchParams(questions().at(-1)?.query);
  expect([fields.get('k'), fields.get('hub.mode'), fields.get('hub.reason')]).toEqual(['1', 'denied', 'Too noisy.']);
  expect(await stored()).toEqual([]);
});

test('what has expired is not listed, and purged', async () => {
  await post(home, subscription(`${sink.url}/cb`));
  await settled();
  await home.db.prepare('UPDATE subscriptions SET lease_until = ?').bind(home.now()).run();
  expect(await listSubscriptions(home)).toEqual([]);
  expect(await purgeExpired(home)).toBe(1);
  expect(await stored()).toEqual([]);
});

test('a ping of the publisher is answered for each topic', async () => {
  const ping = 'hub.mode=publish&hub.url=http://tidings.test/rss.xml&hub.topic=http://other.test/x';
  const answer = await post(home, ping);
  expect(answer.status).toBe(202);
  expect(answer.text.split('\n')).toEqual([
    'http://tidings.test/rss.xml: unchanged since it was last distributed.',
    'http://other.test/x: not a feed of this hub.',
    '',
  ]);
  expect((await post(home, { 'hub.mode': 'publish', 'hub.url': 'http://other.test/x' })).status).toBe(404);
  expect((await post(home, { 'hub.mode': 'publish' })).status).toBe(400);
});

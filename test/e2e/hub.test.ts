import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sink, startSink } from '../push/sink.ts';
import { article, isEdge, type Running, sleep, start, until } from './process.ts';

let tidings: Running;
let sink: Sink;
beforeAll(async () => {
  sink = await startSink();
  tidings = await start({
    files: { 'news.md': article('News 0') },
    config: '{ hub: { retrySeconds: [1, 2, 5] } }',
  });
}, 120_000);
afterAll(async () => {
  await tidings.end();
  await sink.close();
}, 30_000);

const SECRET = 'a secret of the subscriber';

function subscribe(path: string, topic = '/atom.xml', more: Record<string, string> = {}) {
  const body = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': tidings.url + topic,
    'hub.callback': sink.url + path,
    'hub.secret': SECRET,
    ...more,
  });
  return tidings.get('/hub', { method: 'POST', body });
}

/** The newest delivery at a callback that has the words in it. */
const delivery = (path: string, words: string, ms = 20_000) =>
  until(async () => sink.deliveries(path).findLast((one) => one.body.includes(words)), ms, `${words} at ${path}`);

describe('a real subscriber', () => {
  test('is asked, then told of a change: the whole document, signed', async () => {
    const answer = await subscribe('/reader?mine=%7E1&b');
    expect(answer.status).toBe(202);
    const asked = await until(async () => sink.received.find((one) => one.path === '/reader'), 10_000, 'the question');
    expect(asked.query).toMatch(/^mine=%7E1&b&/);
    await delivery('/reader', 'News 0');

    tidings.write('news.md', article('News 1'));
    const told = await delivery('/reader', 'News 1');
    const document = await tidings.get('/atom.xml');
    expect(told.body).toBe(await document.text());
    expect(told.headers['content-type']).toBe(document.headers.get('content-type'));
    expect(told.headers.link).toContain(`<${tidings.url}/hub>; rel="hub"`);
    expect(told.headers.link).toContain(`<${tidings.url}/atom.xml>; rel="self"`);
    expect(told.headers['x-hub-signature']).toBe(
      `sha256=${createHmac('sha256', SECRET).update(told.body).digest('hex')}`,
    );
  });

  test('of any feed address, in any format', async () => {
    for (const topic of ['/rss.xml', '/feed.json', '/lang/en/atom.xml']) {
      const path = `/of${topic}`;
      expect((await subscribe(path, topic)).status).toBe(202);
      await delivery(path, 'News 1');
    }
    tidings.write('news.md', article('News 2'));
    for (const topic of ['/rss.xml', '/feed.json', '/lang/en/atom.xml']) await delivery(`/of${topic}`, 'News 2');
  });

  test('is tried again after a failure', async () => {
    let failures = 0;
    expect((await subscribe('/fails-once')).status).toBe(202);
    await delivery('/fails-once', 'News 2');
    sink.reply = (request) =>
      request.path === '/fails-once' && request.method === 'POST' && failures++ === 0
        ? { status: 503, headers: { 'Retry-After': '1' } }
        : undefined;
    tidings.write('news.md', article('News 3'));
    await until(
      async () => sink.deliveries('/fails-once').filter((one) => one.body.includes('News 3')).length >= 2,
      30_000,
      'a second try',
    );
    expect(failures).toBeGreaterThanOrEqual(2);
  });

  test('unknown topics and callbacks are refused with a sentence', async () => {
    for (const [topic, more] of [
      ['/none.xml', {}],
      ['/atom.xml', { 'hub.callback': 'ftp://somewhere.example/' }],
      ['/atom.xml', { 'hub.mode': 'nonsense' }],
      ['/atom.xml', { 'hub.secret': 'x'.repeat(200) }],
      ['/atom.xml', { 'hub.callback': 'http://10.1.2.3/private' }],
    ] as const) {
      const answer = await subscribe('/never', topic, more);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect((await answer.text()).length).toBeGreaterThan(20);
    }
    expect(sink.received.filter((one) => one.path === '/never')).toEqual([]);
  });

  test('leaves by unsubscribing', async () => {
    expect((await subscribe('/leaves')).status).toBe(202);
    await delivery('/leaves', 'News 3');
    expect((await subscribe('/leaves', '/atom.xml', { 'hub.mode': 'unsubscribe' })).status).toBe(202);
    await until(
      async () => sink.received.some((one) => one.path === '/leaves' && one.query.includes('hub.mode=unsubscribe')),
      10_000,
      'the question',
    );
    await until(
      async () => {
        const { subscribers } = await tidings.api<{ subscribers: { callback: string }[] }>('GET', '/api/subscribers');
        return !subscribers.some((one) => one.callback.endsWith('/leaves'));
      },
      10_000,
      'the end of the subscription',
    );
    tidings.write('news.md', article('News 4'));
    await delivery('/reader', 'News 4');
    expect(sink.deliveries('/leaves').some((one) => one.body.includes('News 4'))).toBe(false);
  });
});

describe('kill -9 after the commit', () => {
  // Each round is a restart, which takes workerd many seconds.
  const rounds = isEdge ? [0, 300] : [0, 20, 100, 400, 1500];

  test.each(rounds)('%i ms after it: what was committed still arrives', { timeout: 200_000 }, async (wait) => {
    const words = `Killed after ${wait}`;
    // The subscriber hears nothing before the kill.
    sink.reply = (request) => (request.body.includes(words) ? { delayMs: Number.POSITIVE_INFINITY } : undefined);
    tidings.write('news.md', article(words));
    await until(async () => (await (await tidings.get('/atom.xml')).text()).includes(words), 20_000, 'the commit');
    await sleep(wait);
    await tidings.kill();
    const heard = sink.deliveries('/reader').length;
    sink.reply = () => undefined;
    await tidings.restart();
    const told = await until(
      async () =>
        sink
          .deliveries('/reader')
          .slice(heard)
          .find((one) => one.body.includes(words)),
      90_000,
      `${words} after the restart`,
    );
    expect(told.body).toBe(await (await tidings.get('/atom.xml')).text());
    const { subscribers } = await tidings.api<{ subscribers: object[] }>('GET', '/api/subscribers');
    expect(subscribers.length).toBeGreaterThanOrEqual(5);
  });
});

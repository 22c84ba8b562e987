import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCall } from '../../src/push/method-call.ts';
import { type Sink, startSink } from '../push/sink.ts';
import { article, type Running, start, until } from './process.ts';

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3';
const KEY = '0123456789abcdef';

let tidings: Running;
let sink: Sink;
beforeAll(async () => {
  sink = await startSink();
  // A registration asks the handler for its challenge.
  sink.reply = ({ method, query }) =>
    method === 'GET' ? { body: new URLSearchParams(query).get('challenge') ?? '' } : undefined;
  tidings = await start({
    files: { 'news.md': article('News 0') },
    config: `{
      hub: { retrySeconds: [1, 2, 5] },
      push: {
        webhooks: [
          { url: '${sink.url}/webhook', secret: '${SECRET}' },
          { url: '${sink.url}/slack', form: 'slack', events: ['article.published', 'article.updated'] },
        ],
        indexNow: { key: '${KEY}', endpoint: '${sink.url}/indexnow' },
        pings: ['${sink.url}/ping'],
        hubs: ['${sink.url}/hub'],
      },
    }`,
  });
  await until(async () => sink.deliveries('/ping').length > 0, 30_000, 'the ping of the first feed');
}, 150_000);
afterAll(async () => {
  await tidings.end();
  await sink.close();
}, 30_000);

const delivery = (path: string, words: string, ms = 30_000) =>
  until(async () => sink.deliveries(path).findLast((one) => one.body.includes(words)), ms, `${words} at ${path}`);

describe('a change', () => {
  test('is told to each as each wants it', async () => {
    const { hostname, port } = new URL(sink.url);
    const fields = { protocol: 'http-post', port, path: '/cloud', domain: hostname, url1: `${tidings.url}/rss.xml` };
    const registered = await tidings.get('/rsscloud/please-notify', {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
    expect(await registered.text()).toContain('success="true"');
    expect(await (await tidings.get(`/${KEY}.txt`)).text()).toBe(KEY);

    tidings.write('storm.md', article('Storm', { tags: '[harbour]' }));

    const told = await delivery('/webhook', 'Storm');
    const message = new Webhook(SECRET).verify(told.body, told.headers as Record<string, string>) as {
      type: string;
      data: { url: string };
    };
    expect(message).toMatchObject({ type: 'article.published', data: { title: 'Storm', tags: ['harbour'] } });
    expect((await (await tidings.get('/atom.xml')).text()).includes('Storm')).toBe(true);

    expect(JSON.parse((await delivery('/slack', 'Storm')).body).text).toBe(
      `*<${message.data.url}|Storm>*\nAbout Storm.`,
    );
    expect(JSON.parse((await delivery('/indexnow', 'urlList')).body)).toEqual({
      host: new URL(tidings.url).host,
      key: KEY,
      keyLocation: `${tidings.url}/${KEY}.txt`,
      urlList: [message.data.url],
    });
    expect((await delivery('/cloud', 'url=')).body).toBe(
      new URLSearchParams({ url: `${tidings.url}/rss.xml` }).toString(),
    );
    const topics = await until(
      async () => {
        const all = sink.deliveries('/hub').flatMap((one) => new URLSearchParams(one.body).getAll('hub.url'));
        return all.includes(`${tidings.url}/atom.xml`) && all;
      },
      30_000,
      'the hub told',
    );
    expect(topics).toContain(`${tidings.url}/rss.xml`);
    const ping = await until(async () => sink.deliveries('/ping')[1], 30_000, 'a second ping');
    expect(readCall(ping.body)).toMatchObject({ method: 'weblogUpdates.extendedPing' });
  });

  test('reaches a receiver that failed, after a kill too, once and as it is then', { timeout: 240_000 }, async () => {
    let failures = 0;
    const usual = sink.reply;
    sink.reply = (request) =>
      request.path === '/webhook' && failures++ < 1 ? { status: 503, headers: { 'Retry-After': '3' } } : usual(request);
    const before = sink.deliveries('/webhook').length;
    tidings.write('storm.md', article('Storm over'));
    await until(async () => failures > 0, 30_000, 'a failed attempt');
    await tidings.kill();
    await tidings.restart();
    // Each home sweeps up once a minute what nobody woke.
    const told = await delivery('/webhook', 'Storm over', 120_000);
    expect(JSON.parse(told.body)).toMatchObject({ type: 'article.updated', data: { title: 'Storm over' } });
    const taken = sink.deliveries('/webhook').slice(before + 1);
    expect(taken.length).toBeLessThanOrEqual(2);
    const { receivers } = await until(
      async () => {
        const answer = await tidings.api<{ receivers: { channel: string; failures: number; waiting: number }[] }>(
          'GET',
          '/api/receivers',
        );
        return answer.receivers.every((one) => one.failures === 0 && one.waiting === 0) && answer;
      },
      60_000,
      'all are told',
    );
    expect(receivers.map(({ channel }) => channel)).toEqual(['hubs', 'indexnow', 'webhook', 'webhook', 'xmlrpc']);
  });
});

import { Webhook } from 'standardwebhooks';
import { describe, expect, inject, test } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { listDeliveries } from '../../src/hub/deliveries.ts';
import { listSubscriptions, removeSubscription } from '../../src/hub/subscriptions.ts';
import { lookForTrouble } from '../../src/push/alerts.ts';
import { announceArticles } from '../../src/push/channels/notices.ts';
import { listReceivers } from '../../src/push/channels/receivers.ts';
import { readAnswer, readCall, writeCall } from '../../src/push/method-call.ts';
import { article, type BareHome, type Newsdesk, newsdesk, SITE } from './newsdesk.ts';

const SECRETS = ['whsec_bmV3IHNlY3JldCBvZiBlbm91Z2ggYnl0ZXM=', 'whsec_b2xkIHNlY3JldCBvZiBlbm91Z2ggYnl0ZXM='] as const;
const HOUR = 3_600_000;

/** A request as the recording server tells it. */
interface Received {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

/** How every way of telling behaves in every home. `make` gives a home with an empty database. */
export function channelsContract(make: () => Promise<BareHome>): void {
  const { http } = inject('servers');

  /** An address that remembers what came to it. */
  function inbox() {
    const name = crypto.randomUUID();
    return {
      url: `${http}/inbox/${name}`,
      path: `/inbox/${name}`,
      answer: async (reply: { status?: number; headers?: Record<string, string>; body?: string }) => {
        await (await fetch(`${http}/answer/${name}`, { method: 'POST', body: JSON.stringify(reply) })).text();
      },
      received: async (): Promise<Received[]> => (await fetch(`${http}/received/${name}`)).json(),
    };
  }

  /** A publisher with one article, who is told of from here on. */
  async function start(push: ConfigInput['push'], more: ConfigInput = {}): Promise<Newsdesk> {
    const desk = newsdesk(await make(), push, more);
    await desk.write('first.md', article('First'));
    await desk.drain();
    return desk;
  }

  const messages = async (box: { received(): Promise<Received[]> }) =>
    (await box.received()).map(({ body }) => JSON.parse(body));

  describe('webhooks', { timeout: 60_000 }, () => {
    test('hear of what is published, updated and withdrawn, signed by both secrets while one is replaced', async () => {
      const box = inbox();
      const desk = await start({ webhooks: [{ url: box.url, secret: [...SECRETS] }] });
      expect(await box.received()).toEqual([]);
      await desk.write('news.md', article('News', { tags: '[ferry]' }));
      await desk.drain();
      await desk.write('news.md', article('News 2'));
      await desk.drain();
      await desk.write('news.md', null);
      desk.pass(HOUR);
      await desk.regenerate();
      await desk.drain();

      const [published, updated, withdrawn] = await messages(box);
      expect(published).toMatchObject({
        type: 'article.published',
        data: {
          title: 'News',
          tags: ['ferry'],
          content_html: expect.stringContaining('About News'),
          url: expect.any(String),
        },
      });
      expect(updated).toMatchObject({ type: 'article.updated', data: { id: published.data.id, title: 'News 2' } });
      expect(withdrawn).toMatchObject({
        type: 'article.withdrawn',
        data: { id: published.data.id, reason: 'deleted', withdrawn: expect.any(String) },
      });
      const [first, second] = await box.received();
      for (const secret of SECRETS) new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {});
      expect(first?.headers['webhook-id']).not.toBe(second?.headers['webhook-id']);
      expect(() => new Webhook(SECRETS[0]).verify(`${first?.body} `, first?.headers ?? {})).toThrow();
      const lines = await desk.home.db
        .prepare('SELECT outcome, receiver FROM delivery_log WHERE receiver IS NOT NULL')
        .all();
      expect(lines.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
      expect(await (await desk.ask('/metrics')).text()).toMatch(/channel="webhook"[^\n]*\} 3\n/);
    });

    test('are told nothing before the feed is committed, and after a crash what it announced', async () => {
      const box = inbox();
      const push = { webhooks: [{ url: box.url }] };
      const desk = await start(push);
      await desk.home.db
        .prepare("INSERT INTO events (type, article, at, run) SELECT 'updated', id, '', '' FROM ledger")
        .run();
      await desk.home.db.prepare("UPDATE feeds SET wanted = wanted + 1 WHERE key = ''").run();
      await desk.home.db.batch(announceArticles(desk.home));
      await desk.drain();
      expect(await box.received()).toEqual([]);
      await desk.regenerate();
      const after = desk.restart(push);
      await after.drain();
      expect(await messages(box)).toMatchObject([{ type: 'article.updated', data: { title: 'First' } }]);
      await after.drain();
      expect(await box.received()).toHaveLength(1);
    });

    test('that take some articles hear when one is no longer for them', async () => {
      const box = inbox();
      const all = inbox();
      const desk = await start({
        webhooks: [
          { url: box.url, where: { tag: 'harbour' }, events: ['article.published', 'article.withdrawn'] },
          { url: all.url, events: ['article.withdrawn'] },
        ],
      });
      await desk.write('a.md', article('A', { tags: '[harbour]' }));
      await desk.write('b.md', article('B', { tags: '[market]' }));
      await desk.drain();
      await desk.write('a.md', article('A again', { tags: '[market]' }));
      await desk.write('b.md', null);
      desk.pass(HOUR);
      await desk.regenerate();
      await desk.drain();
      const told = (await messages(box)).map(({ type, data }) => [type, data.title]);
      expect(told).toEqual([
        ['article.published', 'A'],
        ['article.withdrawn', 'A again'],
      ]);
      expect((await messages(all)).map(({ type, data }) => [type, data.title])).toEqual([['article.withdrawn', 'B']]);
    });

    test('wait as long as they ask, and then hear once of an article that changed meanwhile', async () => {
      const box = inbox();
      const desk = await start({ webhooks: [{ url: box.url }] });
      await box.answer({ status: 503, headers: { 'retry-after': '600' } });
      await desk.write('news.md', article('News'));
      await desk.drain();
      await desk.write('news.md', article('News 2'));
      await desk.write('more.md', article('More'));
      desk.pass(500_000);
      await desk.drain();
      expect(await box.received()).toHaveLength(1);
      expect(await listReceivers(desk.home)).toMatchObject([
        { channel: 'webhook', waiting: 2, failures: 1, status: 503 },
      ]);
      await box.answer({});
      desk.pass(200_000);
      await desk.drain();
      expect((await messages(box)).slice(1).map(({ type, data }) => [type, data.title])).toEqual([
        ['article.published', 'News 2'],
        ['article.published', 'More'],
      ]);
      expect(await listReceivers(desk.home)).toMatchObject([{ waiting: 0, failures: 0, failingSince: null }]);
    });

    test('are suspended after two days and heard of again when they answer; 410 ends them', async () => {
      const [box, gone] = [inbox(), inbox()];
      const desk = await start({ webhooks: [{ url: box.url }, { url: gone.url }] });
      await box.answer({ status: 500 });
      await gone.answer({ status: 410 });
      await desk.write('news.md', article('News'));
      for (let hours = 0; hours < 75; hours += 5) {
        await desk.drain();
        desk.pass(5 * HOUR);
      }
      const attempts = (await box.received()).length;
      expect(attempts).toBeGreaterThanOrEqual(5);
      expect(attempts).toBeLessThanOrEqual(9);
      const standing = await listReceivers(desk.home);
      expect(standing.every(({ suspendedAt }) => suspendedAt !== null)).toBe(true);
      const headers = { authorization: 'Bearer test-token' };
      expect(await (await desk.ask('/api/receivers', { headers })).json()).toEqual({ receivers: standing });
      expect(await (await desk.ask('/admin/system', { headers })).text()).toContain('>suspended</span>');
      await lookForTrouble(desk.home);
      const alerts = await desk.home.db.prepare("SELECT message FROM alerts WHERE kind = 'suspended'").all();
      expect(alerts).toHaveLength(2);
      expect(alerts[0]?.message).toContain(`The webhook at ${http} takes nothing any more`);
      await box.answer({});
      desk.pass(30 * HOUR);
      await desk.write('more.md', article('More'));
      await desk.drain();
      expect((await messages(box)).slice(attempts).map(({ data }) => data.title)).toEqual(['News', 'More']);
      expect(await gone.received()).toHaveLength(1);
      expect((await listReceivers(desk.home)).map(({ suspendedAt }) => suspendedAt === null).toSorted()).toEqual([
        false,
        true,
      ]);
    });

    test('that refuse one article are told the others', async () => {
      const box = inbox();
      const desk = await start({ webhooks: [{ url: box.url }] });
      await box.answer({ status: 422 });
      await desk.write('odd.md', article('Odd'));
      await desk.drain();
      await box.answer({});
      await desk.write('fine.md', article('Fine'));
      await desk.drain();
      expect((await messages(box)).map(({ data }) => data.title)).toEqual(['Odd', 'Fine']);
      desk.pass(HOUR);
      await desk.drain();
      expect((await messages(box)).map(({ data }) => data.title)).toEqual(['Odd', 'Fine', 'Odd']);
    });

    test('of Slack and Discord get what those show, and nobody is mentioned', async () => {
      const [slack, discord] = [inbox(), inbox()];
      const events = ['article.published', 'article.withdrawn'] as const;
      const desk = await start({
        webhooks: [
          { url: slack.url, form: 'slack', events: [...events] },
          { url: discord.url, form: 'discord', events: [...events] },
        ],
      });
      await desk.write('news.md', article('<!channel> & @everyone', { description: 'Short' }));
      await desk.drain();
      await desk.write('news.md', null);
      desk.pass(HOUR);
      await desk.regenerate();
      await desk.drain();
      const [first, last] = await messages(slack);
      expect(first.text).toMatch(
        /^\*<http:\/\/tidings\.test\/articles\/[^|]+\|&lt;!channel&gt; &amp; @everyone>\*\nShort$/,
      );
      expect(last.text).toBe('Withdrawn: *&lt;!channel&gt; &amp; @everyone*');
      const [embed, taken] = await messages(discord);
      expect(embed).toMatchObject({
        embeds: [{ title: '<!channel> & @everyone', url: expect.stringContaining(SITE), description: 'Short' }],
        allowed_mentions: { parse: [] },
      });
      expect(taken.embeds[0].title).toMatch(/^Withdrawn: /);
    });
  });

  describe('IndexNow', { timeout: 60_000 }, () => {
    const key = '0123456789abcdef';

    test('hears of changed addresses in one request, and the key is served', async () => {
      const box = inbox();
      const desk = await start({ indexNow: { key, endpoint: box.url } });
      const file = await desk.ask(`/${key}.txt`);
      expect([file.status, await file.text()]).toEqual([200, key]);
      await box.answer({ status: 429, headers: { 'retry-after': '120' } });
      await desk.write('a.md', article('A'));
      await desk.write('b.md', article('B'));
      await desk.drain();
      desk.pass(100_000);
      await desk.drain();
      expect(await box.received()).toHaveLength(1);
      await box.answer({ status: 202 });
      desk.pass(60_000);
      await desk.drain();
      const requests = await messages(box);
      expect(requests).toHaveLength(2);
      expect(requests[1]).toEqual({
        host: 'tidings.test',
        key,
        keyLocation: `${SITE}/${key}.txt`,
        urlList: [expect.stringContaining(`${SITE}/articles/`), expect.stringContaining(`${SITE}/articles/`)],
      });
      const ledger = await desk.home.db.prepare('SELECT url, type, status FROM submissions ORDER BY url').all();
      expect(ledger).toMatchObject([
        { type: 'published', status: 202 },
        { type: 'published', status: 202 },
      ]);
      expect(ledger.map(({ url }) => url)).toEqual(requests[1].urlList.toSorted());
    });

    test('hears of each host by itself', async () => {
      const box = inbox();
      const page = inbox();
      const desk = await start(
        { indexNow: { key, endpoint: box.url } },
        { site: { permalink: ({ title }) => (title === 'Far' ? page.url : `${SITE}/articles/${title}`) } },
      );
      await desk.write('far.md', article('Far'));
      await desk.write('near.md', article('Near'));
      await desk.drain();
      expect((await messages(box)).map(({ host, urlList }) => [host, urlList]).toSorted()).toEqual([
        [new URL(http).host, [page.url]],
        ['tidings.test', [`${SITE}/articles/Near`]],
      ]);
    });

    test('hears of the new and the former address of an article that moved', async () => {
      const box = inbox();
      const desk = await start({ indexNow: { key, endpoint: box.url } });
      await desk.write('a.md', article('A', { slug: 'here' }));
      await desk.drain();
      await desk.write('a.md', article('A', { slug: 'there' }));
      desk.pass(2_000);
      await desk.drain();
      await desk.write('a.md', article('A, corrected', { slug: 'there' }));
      desk.pass(2_000);
      await desk.drain();
      expect((await messages(box)).map(({ urlList }) => urlList)).toEqual([
        [`${SITE}/articles/here/`],
        [`${SITE}/articles/here/`, `${SITE}/articles/there/`],
        [`${SITE}/articles/there/`],
      ]);
      expect(await desk.home.db.prepare('SELECT url, type FROM submissions ORDER BY url').all()).toEqual([
        { url: `${SITE}/articles/here/`, type: 'withdrawn' },
        { url: `${SITE}/articles/there/`, type: 'updated' },
      ]);
    });

    test('hears nothing of what is not to be indexed, but that it is so by now', async () => {
      const box = inbox();
      const desk = await start({ indexNow: { key, endpoint: box.url } });
      await desk.write('quiet.md', article('Quiet', { unlisted: 'true', slug: 'quiet' }));
      await desk.write('open.md', article('Open', { slug: 'open' }));
      await desk.drain();
      await desk.write('quiet.md', article('Quiet, corrected', { unlisted: 'true', slug: 'quiet' }));
      await desk.write('open.md', article('Open no more', { unlisted: 'true', slug: 'open' }));
      desk.pass(2_000);
      await desk.drain();
      expect((await messages(box)).map(({ urlList }) => urlList)).toEqual([
        [`${SITE}/articles/open/`],
        [`${SITE}/articles/open/`],
      ]);
    });

    test('waits until the page is live', async () => {
      const [box, page] = [inbox(), inbox()];
      await page.answer({ status: 404 });
      const slug = page.path.split('/').at(-1) ?? '';
      const desk = await start(
        { indexNow: { key, endpoint: box.url } },
        { site: { url: http, permalink: '/inbox/:slug' } },
      );
      await desk.write('page.md', article('Page', { slug }));
      await desk.drain();
      expect(await page.received()).toMatchObject([{ method: 'HEAD' }]);
      expect(await box.received()).toEqual([]);
      await page.answer({ status: 200 });
      desk.pass(60_000);
      await desk.drain();
      expect(await messages(box)).toMatchObject([
        { host: new URL(http).host, keyLocation: `${http}/${key}.txt`, urlList: [page.url] },
      ]);
    });
  });

  describe('ping services', { timeout: 60_000 }, () => {
    test('are told of the site and its feed, or by the plain ping where they know no other', async () => {
      const [box, plain] = [inbox(), inbox()];
      const fault = `<?xml version="1.0"?><methodResponse><fault><value><struct>
        <member><name>faultCode</name><value><int>1</int></value></member>
        <member><name>faultString</name><value>no such method</value></member></struct></value></fault></methodResponse>`;
      const thanks = `<?xml version="1.0"?><methodResponse><params><param><value><struct>
        <member><name>flerror</name><value><boolean>0</boolean></value></member></struct></value></param></params></methodResponse>`;
      await box.answer({ body: thanks });
      await plain.answer({ body: fault });
      const desk = newsdesk(await make(), { pings: [box.url, plain.url] }, { site: { title: 'Harbour & News' } });
      await desk.write('first.md', article('First'));
      desk.pass(2_000);
      await desk.drain();
      const calls = async (of: typeof box) => (await of.received()).map(({ body }) => readCall(body));
      const site = ['Harbour & News', `${SITE}/`];
      expect(await calls(box)).toEqual([
        { method: 'weblogUpdates.extendedPing', params: [...site, `${SITE}/`, `${SITE}/rss.xml`] },
      ]);
      expect(await calls(plain)).toEqual([
        { method: 'weblogUpdates.extendedPing', params: [...site, `${SITE}/`, `${SITE}/rss.xml`] },
        { method: 'weblogUpdates.ping', params: site },
      ]);
      const receivers = (await listReceivers(desk.home)).map(({ channel, failures, error }) => ({
        channel,
        failures,
        error,
      }));
      expect(receivers.toSorted((one, other) => one.failures - other.failures)).toEqual([
        { channel: 'xmlrpc', failures: 0, error: null },
        { channel: 'xmlrpc', failures: 1, error: 'The service refuses the ping: no such method' },
      ]);
      const failed = await listDeliveries(desk.home, { failed: true, limit: 10 });
      expect(failed).toMatchObject([{ status: 200, reason: 'The service refuses the ping: no such method' }]);
    });
  });

  describe('other hubs', { timeout: 60_000 }, () => {
    test('are told of every changed document at once, and each document names them', async () => {
      const hub = inbox();
      const desk = await start({ hubs: [hub.url] });
      await desk.drain();
      desk.pass(2_000);
      await desk.drain();
      const before = (await hub.received()).length;
      await desk.write('news.md', article('News'));
      await desk.write('news.md', article('News 2'));
      desk.pass(2_000);
      await desk.drain();
      const told = (await hub.received()).slice(before);
      expect(told).toHaveLength(1);
      const form = new URLSearchParams(told[0]?.body);
      expect(form.get('hub.mode')).toBe('publish');
      expect(form.getAll('hub.url')).toEqual(
        expect.arrayContaining(['rss.xml', 'atom.xml', 'feed.json'].map((name) => `${SITE}/${name}`)),
      );
      for (const [path, words] of [
        ['/rss.xml', `<atom:link href="${hub.url}" rel="hub"/>`],
        ['/atom.xml', `<link rel="hub" href="${hub.url}"/>`],
        ['/feed.json', `{"type":"WebSub","url":"${hub.url}"}`],
      ] as const) {
        const answer = await desk.ask(path);
        expect(answer.headers.get('link')).toContain(`<${hub.url}>; rel="hub"`);
        expect(await answer.text()).toContain(words);
      }
    });
  });

  describe('rssCloud', { timeout: 60_000 }, () => {
    const port = new URL(http).port;
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
    const call = (method: string, params: Parameters<typeof writeCall>[0]['params']) => ({
      method: 'POST',
      body: writeCall({ method, params }),
    });
    const TRUE =
      '<?xml version="1.0"?><methodResponse><params><param><value><boolean>1</boolean></value></param></params></methodResponse>';

    test('by REST: the challenge or a test, then a notification of each change until 25 hours are over', async () => {
      const [named, nameless] = [inbox(), inbox()];
      const desk = await start({});
      const head = await (await desk.ask('/rss.xml')).text();
      expect(head).toContain(
        '<cloud domain="tidings.test" port="80" path="/rsscloud/please-notify" registerProcedure="" protocol="http-post"/>',
      );
      const fields = { port, protocol: 'http-post', notifyProcedure: '', url1: `${SITE}/rss.xml` };
      const first = await desk.ask(
        '/rsscloud/please-notify',
        form({ ...fields, domain: '127.0.0.1', path: named.path }),
      );
      expect(await first.text()).toContain('<notifyResult success="true" msg="Thanks');
      const second = await desk.ask('/rsscloud/please-notify', {
        ...form({ ...fields, path: nameless.path }),
        headers: { accept: 'application/json' },
      });
      expect(await second.json()).toMatchObject({ success: true });
      expect(await named.received()).toMatchObject([
        { method: 'GET', query: { url: `${SITE}/rss.xml`, challenge: expect.stringMatching(/^\w{20,}$/) } },
      ]);
      expect(await nameless.received()).toMatchObject([
        { method: 'POST', body: `url=${encodeURIComponent(`${SITE}/rss.xml`)}` },
      ]);

      await desk.write('news.md', article('News'));
      await desk.drain();
      for (const box of [named, nameless])
        expect((await box.received()).slice(1)).toMatchObject([
          { method: 'POST', body: `url=${encodeURIComponent(`${SITE}/rss.xml`)}` },
        ]);

      desk.pass(20 * HOUR);
      await desk.ask('/rsscloud/please-notify', form({ ...fields, domain: '127.0.0.1', path: named.path }));
      desk.pass(6 * HOUR);
      await desk.write('news.md', article('News 2'));
      await desk.drain();
      expect(await named.received()).toHaveLength(4);
      expect(await nameless.received()).toHaveLength(2);
    });

    test('by XML-RPC, and told by a remote procedure', async () => {
      const box = inbox();
      const desk = await start({});
      await box.answer({ body: TRUE });
      const params = ['river.feedUpdated', Number(port), box.path, 'xml-rpc', [`${SITE}/rss.xml`, `${SITE}/atom.xml`]];
      const answer = await desk.ask('/xmlrpc', call('rssCloud.pleaseNotify', params));
      expect(readAnswer(await answer.text())).toEqual({ ok: true, value: true });
      await desk.write('news.md', article('News'));
      await desk.drain();
      const calls = (await box.received()).map(({ body }) => readCall(body));
      expect(calls[0]).toEqual({ method: 'river.feedUpdated', params: [`${SITE}/rss.xml`] });
      expect(
        calls
          .slice(1)
          .map((one) => one?.params[0])
          .toSorted(),
      ).toEqual([`${SITE}/atom.xml`, `${SITE}/rss.xml`]);
      const registered = await listSubscriptions(desk.home);
      expect(registered).toMatchObject([{ channel: 'rsscloud' }, { channel: 'rsscloud' }]);
      for (const { id } of registered) await removeSubscription(desk.home, id);
      await desk.drain();
      expect(await listSubscriptions(desk.home)).toEqual([]);
      expect(await box.received()).toHaveLength(3);
    });

    test('who could not be told and registers again is told at once', async () => {
      const box = inbox();
      const desk = await start({});
      const fields = { port, protocol: 'http-post', path: box.path, url1: `${SITE}/rss.xml` };
      await desk.ask('/rsscloud/please-notify', form(fields));
      await box.answer({ status: 503 });
      await desk.write('news.md', article('News'));
      await desk.drain();
      expect(await box.received()).toHaveLength(2);
      await box.answer({});
      await desk.ask('/rsscloud/please-notify', form(fields));
      await desk.drain();
      expect(await box.received()).toHaveLength(4);
      expect(await listSubscriptions(desk.home)).toMatchObject([{ exception: null }]);
    });

    test('refuses with a sentence and registers nobody', async () => {
      const box = inbox();
      const desk = await start({});
      const fields = { port, protocol: 'http-post', path: box.path, domain: '127.0.0.1', url1: `${SITE}/rss.xml` };
      const wrong: Record<string, string>[] = [
        { ...fields, url1: `${SITE}/none.xml` },
        { ...fields, protocol: 'soap' },
        { ...fields, port: '70000' },
        { ...fields, path: 'relative' },
        { ...fields, domain: '10.0.0.1' },
        { ...fields, domain: 'user@127.0.0.1' },
      ];
      for (const one of wrong) {
        const text = await (await desk.ask('/rsscloud/please-notify', form(one))).text();
        expect(text).toMatch(/<notifyResult success="false" msg="[^"]{20,}"\/>/);
      }
      expect(await box.received()).toEqual([]);
      await box.answer({ body: 'not the challenge' });
      expect(await (await desk.ask('/rsscloud/please-notify', form(fields))).text()).toContain('success="false"');
      const fault = await desk.ask('/xmlrpc', call('rssCloud.pleaseNotify', ['p', 80, '/', 'http-post', []]));
      expect(readAnswer(await fault.text())).toMatchObject({ ok: false, code: 4 });
      expect(await desk.home.db.prepare('SELECT count(*) AS n FROM subscriptions').first()).toEqual({ n: 0 });
    });

    test('publishers may ping by REST and by XML-RPC', async () => {
      const desk = await start({});
      const ping = async (url: string) => (await desk.ask('/rsscloud/ping', form({ url }))).text();
      expect(await ping(`${SITE}/rss.xml`)).toContain('<result success="true" msg="Thanks for the ping.');
      expect(await ping('http://elsewhere.test/rss.xml')).toContain('success="false"');
      const rpc = async (method: string, params: string[]) =>
        readAnswer(await (await desk.ask('/xmlrpc', call(method, params))).text());
      expect(await rpc('rssCloud.hello', [])).toEqual({ ok: true, value: true });
      expect(await rpc('rssCloud.ping', [`${SITE}/rss.xml`])).toEqual({ ok: true, value: true });
      expect(await rpc('weblogUpdates.ping', ['Tidings', SITE])).toMatchObject({ ok: true, value: { flerror: false } });
      expect(await rpc('weblogUpdates.extendedPing', ['X', 'http://x.test/', '', 'http://x.test/rss'])).toMatchObject({
        value: { flerror: true },
      });
      expect(await rpc('constructor', [])).toMatchObject({ ok: false, code: 4 });
    });
  });
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sink, startSink } from '../push/sink.ts';
import { type Asked, ask, type Both, neutral, OWN_TAG, SAME, startBoth } from './both.ts';
import { article, isEdge, type Running, TOKEN, until } from './process.ts';

/** Both homes on the same content, asked the same. It needs both at once, so it runs with one of the two suites only. */
let both: Both;
/** One for each home: what callbacks get is compared too. */
const sinks = new Map<Running, Sink>();
let searchEngine: Sink;

/** Two start at once, on a machine that may be busy. */
const START_MS = 240_000;
const ADMIN = { authorization: `Bearer ${TOKEN}` };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };

/** Nothing is dated within weeks of today: instants of these days stand for when something was done. */
const OLD = { date: '2025-03-04T05:06:07Z' };
const ARTICLES: Record<string, string> = {
  '_posts/2026-03-01-1.md': '---\ntitle: 첫 소식\ncategories: [경제]\ntags: [a, "b c"]\n---\n\n본문\n',
  'html.html': article(
    'Editor HTML',
    { ...OLD, tags: '[a]' },
    '<p data-ke-size="size16">A&nbsp;b <img src="x.png"></p><table><tr><td>1</td></tr></table>',
  ),
  'toml.md': '+++\ntitle = "TOML"\ndate = 2026-02-03T04:05:06Z\n+++\n\n* a\n* b\n',
  'broken.md': '---\ntitle: [속보] 깨진 제목\ndate: 2026-01-02\n---\n\n본문\n',
  'draft.md': article('Draft', { ...OLD, draft: 'true' }),
  'unreadable.md': '---\ntitle: "\ndate: {{{\n---\n',
  'emoji.md': article(
    '👨‍👩‍👧 & <b>',
    { ...OLD, authors: '[Ines Vidal, 김하늘]', lang: 'fr', aliases: '[/old/emoji]' },
    '# H\n\n:smile: `code` | a |\n\n```js\nx < 1\n```',
  ),
  'sound.md': article('Sound', { ...OLD, audio: '{ url: "https://a.example/s.mp3", type: audio/mpeg, length: 9 }' }),
  'gone.md': article('Gone', { ...OLD, tags: '[lonely]' }),
  'news.md': article('News', { ...OLD, tags: '[a]' }),
};
for (let n = 10; n < 36; n++)
  ARTICLES[`many/${n}.md`] = article(`Many ${n}`, { date: `2025-0${(n % 9) + 1}-11`, tags: '[a]' });

const config = (searchEngine: string) => `{
  site: { title: 'Alike', timezone: 'Asia/Seoul', language: 'ko', description: '같은 것' },
  feeds: { tagMinimum: 1, limit: 8, renamed: { 'tag/boat': 'tag/a' }, aliases: { '/alt.xml': '/rss.xml' },
    defined: [{ path: '/picked', title: 'Picked', where: { tag: 'a' }, content: 'excerpt' }] },
  push: { indexNow: { key: 'abcdefgh12345678', endpoint: '${searchEngine}/indexnow' } },
  content: { maxBytes: 50000 },
  hub: { rates: { address: 6 } },
}`;

describe.runIf(isEdge)('both homes answer alike', () => {
  beforeAll(async () => {
    searchEngine = await startSink();
    both = await startBoth({
      startMs: START_MS,
      files: ARTICLES,
      config: config(searchEngine.url),
      env: { TIDINGS_URL: SAME, TIDINGS_TRUST_PROXY: '127.0.0.0/8,::1/128' },
    });
    for (const home of both.each) {
      const sink = await startSink();
      sinks.set(home, sink);
      sink.reply = ({ path, query }) =>
        path === '/cloud' ? { body: new URLSearchParams(query).get('challenge') ?? '' } : undefined;
      both.names(home, 'SINK', sink.url);
      both.names(home, 'SINK-HOST', new URL(sink.url).host);
      home.write('gone.md', article('Gone', { ...OLD, tags: '[lonely]', draft: 'true' }));
    }
    await eachOnce(async (home) => (await home.get('/articles/gone/')).status === 410, 'withdrawn');
  }, START_MS + 60_000);
  afterAll(async () => {
    await both?.end();
    for (const sink of [searchEngine, ...sinks.values()]) await sink.close();
  }, 60_000);

  test('every feed in every format, its page, its codings, and what it says to who has it', async () => {
    const feeds = await feedPaths();
    expect(feeds.length).toBeGreaterThan(8);
    await together(feeds, async (rss) => {
      for (const path of formatsOf(rss)) {
        await both.alike({ path });
        await both.alike({ path, method: 'HEAD' });
        await both.alike({ path, headers: { 'if-none-match': OWN_TAG } });
        await both.alike({ path, headers: { 'if-none-match': '"other"', 'accept-encoding': 'gzip' } });
      }
      await both.alike({ path: rss.replace('rss.xml', ''), headers: BROWSER });
    });
    for (const coding of ['zstd', 'br', 'gzip', 'deflate', 'gzip;q=0, zstd', 'identity, gzip;q=0.5', ''])
      await both.alike({ path: '/atom.xml', headers: { 'accept-encoding': coding } });
    // `identity;q=0` and `*;q=0` are not asked for here: Miniflare, which stands for Cloudflare's network, gives an
    // answer of its own to who takes neither a body as it is nor one that it can code.
    for (const headers of [
      { 'if-match': '"other"' },
      { 'if-match': '*' },
      { 'if-none-match': '*' },
      { 'if-none-match': 'no tag' },
      { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
      { 'if-modified-since': 'yesterday' },
      { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'a-im': 'feed' },
      { range: 'bytes=0-9' },
      { origin: 'https://reader.example' },
      { origin: 'https://reader.example', 'access-control-request-method': 'GET' },
    ])
      for (const method of ['GET', 'HEAD', 'OPTIONS']) await both.alike({ path: '/rss.xml', method, headers });
  }, 120_000);

  test('archives, one after the other, to the first article', async () => {
    let next: string | undefined = '/atom.xml';
    let archives = 0;
    while (next !== undefined && archives < 30) {
      const { body } = await both.alike({ path: next });
      next = /<link[^>]*rel="prev-archive"[^>]*href="http:\/\/same\.example([^"]+)"/.exec(body)?.[1];
      if (next !== undefined) archives += 1;
    }
    expect(archives).toBeGreaterThan(2);
  }, 60_000);

  test('pages, lists, articles, former addresses and what is not there', async () => {
    const { body: sitemap } = await both.alike({ path: '/sitemap.xml' });
    const shards = [...sitemap.matchAll(/<loc>http:\/\/same\.example([^<]+)<\/loc>/g)].map(([, path = '']) => path);
    const { files } = await both.node.api<{ files: { article: { url: string } | null }[] }>('GET', '/api/articles');
    const articles = files.flatMap(({ article: one }) => (one ? new URL(one.url).pathname : []));
    expect(articles.length).toBeGreaterThan(30);
    const { body: docs } = await both.alike({ path: '/docs', headers: BROWSER });
    const manual = [...new Set([...docs.matchAll(/href="(\/docs\/[^"#]+)"/g)].map(([, path = '']) => path))];
    expect(manual.length).toBeGreaterThan(10);
    const paths = [
      ...['/', '/feed', '/feeds.opml', '/sitemap.xml', '/news-sitemap.xml', '/robots.txt', '/style.css', '/icon.svg'],
      ...['/copy.js', '/abcdefgh12345678.txt', '/healthz', '/readyz', '/openapi.json', '/docs?q=hub', '/docs/no'],
      // One kind of page is made by one function: some of each.
      ...[...shards.slice(0, 3), ...articles.filter((_, n) => n % 3 === 0), ...manual.slice(0, 6)],
      ...['/alt.xml', '/feed.xml', '/index.xml', '/tag/boat/rss.xml', '/old/emoji', '/tags/a/index.xml', '/feed/'],
      ...['/articles/gone/', '/tag/lonely/rss.xml', '/articles/draft/', '/tag/nobody/atom.xml', '/archives/x'],
      ...['/nothing', '/nothing.xml', '/rss.xmll', '/%E0%A4%A', '/a%00b', '//rss.xml', '/./rss.xml', '/rss.xml/'],
      ...['/RSS.xml', '/a%2fb', '/%72ss.xml', '/tag/b%20c/rss.xml', '/tag/B-C/', '/category/경제/'.normalize('NFD')],
      ...['/partners/daily/rss.xml', '/admin', '/admin/style.css', '/admin/live.js', '/hub', '/xmlrpc'],
      ...[
        '/rsscloud/ping',
        '/rsscloud/please-notify',
        '/rsscloud',
        '/rss.xml?key=1',
        '/feed?x=%22%3E',
        '/api',
        '/api/',
      ],
      ...['/healthz/', '/readyz?x', '/hub/status', '/favicon.ico', '/.well-known/security.txt'],
    ].map((path) => encodeURI(path).replaceAll('%25', '%'));
    await together([...new Set(paths)], async (path) => {
      await both.alike({ path });
      await both.alike({ path, method: 'HEAD', headers: BROWSER });
      if (!path.startsWith('/articles/') && !path.startsWith('/docs/')) await both.alike({ path, headers: BROWSER });
    });
    for (const accept of [
      ...['application/atom+xml', 'application/feed+json', 'application/rss+xml;q=0', 'text/*', 'image/png'],
      ...['application/json', 'application/atom+xml;q=0.5, application/rss+xml', ''],
    ])
      await both.alike({ path: '/feed', headers: { accept } });
    await both.alike({ path: '/', headers: { ...BROWSER, 'accept-language': 'fr', 'accept-encoding': 'zstd' } });
  }, 120_000);

  test('methods that an address does not take, and bodies that nobody reads', async () => {
    const paths = ['/', '/rss.xml', '/feed', '/hub', '/hub/status', '/rsscloud/please-notify', '/rsscloud/ping'];
    const more = ['/xmlrpc', '/api/runs', '/nothing', '/articles/gone/', '/old/emoji', '/healthz', '/docs', '/api/no'];
    await together([...paths, ...more, '/partners/daily/rss.xml'], async (path) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) await both.alike({ path, method });
      for (const body of ['short', 'x'.repeat(200_000)]) await both.alike({ path, method: 'POST', body });
    });
    const large = { method: 'PUT', body: 'x'.repeat(60_000) };
    await both.alike({ ...large, path: '/api/articles/too-large.md', headers: ADMIN });
    await both.alike({ ...large, path: '/api/articles/no-key.md' });
  }, 60_000);

  test('the hub takes subscriptions, asks callbacks, and tells them', async () => {
    const subscribe = (topic: string, more: Record<string, string> = {}) =>
      hub((home) => ({
        'hub.mode': 'subscribe',
        'hub.topic': SAME + topic,
        'hub.callback': `${sinks.get(home)?.url}${topic}?own=1&own=%20`,
        'hub.secret': 'a secret',
        ...more,
      }));
    await subscribe('/rss.xml', { 'hub.lease_seconds': '5000' });
    await subscribe('/atom.xml', { 'hub.content': 'delta' });
    await subscribe('/feed.json', { 'hub.initial': 'none' });
    await eachOnce(async (home) => (sinks.get(home)?.deliveries().length ?? 0) >= 2, 'the present documents');
    await settled();
    const notify = (path: string, more: Record<string, string>) =>
      both.alike((home) => ({
        path: '/rsscloud/please-notify',
        method: 'POST',
        headers: FORM,
        body: new URLSearchParams({
          ...{ port: new URL(sinks.get(home)?.url ?? '').port, path, protocol: 'http-post' },
          ...{ url1: `${SAME}/rss.xml`, domain: '127.0.0.1', ...more },
        }).toString(),
      }));
    await notify('/cloud', {});
    await notify('/cloud', { url1: `${SAME}/no.xml` });
    await eachOnce(
      async (home) => sinks.get(home)?.received.some(({ path }) => path === '/cloud') ?? false,
      'challenge',
    );
    const before = new Map<Running, string[]>();
    for (const path of formatsOf('/rss.xml')) await both.alike({ path });
    for (const home of both.each)
      before.set(
        home,
        formatsOf('/rss.xml').map((path) => both.tag(home, path)),
      );
    // Newer than every other, so that it is in the first document.
    const changed = article('Changed news', { date: '2026-05-06T07:08:09Z', tags: '[a]' });
    for (const home of both.each) home.write('news.md', changed);
    await eachOnce(async (home) => (sinks.get(home)?.deliveries().length ?? 0) >= 6, 'the change');
    await settled();
    for (const [n, path] of formatsOf('/rss.xml').entries())
      for (const im of ['feed', 'vcdiff, feed', 'gzip'])
        await both.alike((home) => ({
          path,
          headers: { 'a-im': im, 'if-none-match': before.get(home)?.[n] ?? '' },
        }));
    await hub((home) => ({
      'hub.mode': 'unsubscribe',
      'hub.topic': `${SAME}/rss.xml`,
      'hub.callback': `${sinks.get(home)?.url}/rss.xml?own=1&own=%20`,
    }));
    const asked = (home: Running) =>
      sinks.get(home)?.received.filter(({ query }) => query.includes('unsubscribe')) ?? [];
    await eachOnce(async (home) => asked(home).length > 0, 'asked about the end');
    await settled();
    for (const path of [...formatsOf('/rss.xml'), '/cloud'])
      expect(received(both.edge, path), path).toEqual(received(both.node, path));
  }, 120_000);

  test('the hub, rssCloud and XML-RPC refuse the same in the same words', async () => {
    const topic = `${SAME}/rss.xml`;
    const callback = 'http://127.0.0.1:8080/';
    await both.alike({ path: '/hub', method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' });
    for (const fields of [
      {},
      { 'hub.mode': 'dance' },
      { 'hub.mode': 'subscribe' },
      { 'hub.mode': 'subscribe', 'hub.topic': topic },
      { 'hub.mode': 'subscribe', 'hub.topic': `${SAME}/no.xml`, 'hub.callback': callback },
      { 'hub.mode': 'subscribe', 'hub.topic': 'http://other.example/', 'hub.callback': callback },
      { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': 'ftp://a.example/' },
      { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': `${callback}#part` },
      { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': 'http://10.0.0.1/' },
      { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': callback, 'hub.secret': 's'.repeat(200) },
      { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': callback, 'hub.lease_seconds': 'long' },
      { 'hub.mode': 'publish' },
      { 'hub.mode': 'publish', 'hub.url': topic },
      { 'hub.mode': 'publish', 'hub.topic': `${SAME}/no.xml` },
      { 'hub.mode': 'publish', 'hub.url': 'http://other.example/feed' },
      { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': `${callback}${'x'.repeat(40_000)}` },
    ])
      await hub(() => fields as Record<string, string>);
    for (const more of [{ 'hub.mode': 'unsubscribe' }, { 'hub.mode': 'subscribe', 'hub.content': 'half' }])
      await hub((home) => ({ ...more, 'hub.topic': topic, 'hub.callback': `${sinks.get(home)?.url}/refusal` }));
    await both.alike({ path: '/hub/status?callback=a&topic=b' });
    await both.alike({ path: `/hub/status?callback=${callback}&topic=${topic}`, headers: { 'x-hub-proof': 't=1' } });
    for (const accept of ['*/*', 'application/json']) {
      const cloud = (path: string, body: string) =>
        both.alike({ path, method: 'POST', headers: { ...FORM, accept }, body });
      await cloud('/rsscloud/please-notify', 'port=80');
      await cloud('/rsscloud/please-notify', `port=80&path=/x&protocol=soap&url1=${topic}`);
      await cloud('/rsscloud/please-notify', `port=0&path=/x&protocol=http-post&url1=${topic}`);
      await cloud('/rsscloud/ping', '');
      await cloud('/rsscloud/ping', `url=${topic}`);
      await cloud('/rsscloud/ping', 'url=http://other.example/');
      await cloud('/rsscloud/ping', 'x'.repeat(40_000));
    }
    const call = (name: string, ...params: string[]) =>
      `<methodCall><methodName>${name}</methodName><params>${params
        .map((value) => `<param><value>${value}</value></param>`)
        .join('')}</params></methodCall>`;
    for (const body of [
      ...[
        '',
        '<nonsense/>',
        call('no.such'),
        call('rssCloud.hello'),
        call('rssCloud.ping'),
        call('rssCloud.ping', topic),
      ],
      ...[call('weblogUpdates.ping'), call('weblogUpdates.ping', 'Site', SAME), call('rssCloud.pleaseNotify', 'x')],
      call('weblogUpdates.extendedPing', 'Site', 'http://other.example/', 'http://other.example/page', topic),
      call('rssCloud.pleaseNotify', '', '<i4>80</i4>', '/x', 'soap', `<array><data>${topic}</data></array>`),
      ...['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'x'.repeat(70_000)],
    ])
      await both.alike({ path: '/xmlrpc', method: 'POST', headers: { 'content-type': 'text/xml' }, body });
    await both.alike({ path: '/api/repository/push', method: 'POST', body: '{}' });
    // A client that no rule lets through more often than this.
    for (let turn = 0; turn < 8; turn++)
      await both.alike({ path: '/hub', headers: { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' } });
  }, 60_000);

  test('partners: made, changed, fed, refused, pushed to, and taken away', async () => {
    const api = (method: string, path: string, body?: unknown) =>
      both.alike({ method, path: `/api/partners${path}`, headers: ADMIN, body: body ? JSON.stringify(body) : '' });
    await api('POST', '', { id: 'Not an id' });
    await api('POST', '', { id: 'daily', name: 'Daily', content: 'most' });
    const keys = new Map<Running, string>();
    for (const home of both.each) {
      const settings = {
        id: 'daily',
        name: 'Daily',
        content: 'excerpt',
        webhook: { url: `${sinks.get(home)?.url}/hook` },
      };
      const { key } = await home.api<{ key: string }>('POST', '/api/partners', settings);
      keys.set(home, key);
    }
    await api('POST', '', { id: 'daily', name: 'Daily' });
    await settled();
    for (const path of formatsOf('/partners/daily/rss.xml')) {
      const fed = (headers: (key: string) => Record<string, string>, suffix: (key: string) => string = () => '') =>
        both.alike((home) => {
          const key = keys.get(home) ?? '';
          return { path: path + suffix(key), headers: headers(key) };
        });
      await fed(() => ({}));
      await fed(() => ({ authorization: 'Bearer wrong' }));
      await fed((key) => ({ authorization: `Bearer ${key}` }));
      await fed((key) => ({ authorization: `Basic ${btoa(`daily:${key}`)}` }));
      await fed(
        () => ({}),
        (key) => `?key=${key}`,
      );
      await fed((key) => ({ authorization: `Bearer ${key}`, 'accept-encoding': 'gzip' }));
      await fed((key) => ({ authorization: `Bearer ${key}`, 'if-none-match': '*' }));
    }
    await api('PATCH', '/daily', { name: 'Daily 2', limit: 3 });
    await api('PATCH', '/daily', { unknown: 1 });
    await api('POST', '/daily/keys');
    await api('POST', '/daily/keys');
    await api('POST', '/daily/secrets');
    await api('DELETE', '/daily/secrets/old');
    await api('DELETE', '/daily/secrets/old');
    await api('DELETE', '/daily/keys/none');
    await api('GET', '');
    await api('GET', '/daily');
    await api('GET', '/daily/check');
    await api('GET', '/daily/pushes');
    const updated = article('News for partners', { date: '2026-05-06T07:08:09Z', tags: '[a]' });
    for (const home of both.each) home.write('news.md', updated);
    await eachOnce(async (home) => received(home, '/hook').length > 0, 'the webhook');
    await settled();
    expect(received(both.edge, '/hook')).toEqual(received(both.node, '/hook'));
    await api('GET', '/daily/pushes');
    await api('GET', `/daily/proof?article=${encodeURIComponent('tag:same.example,2025-03-04:/articles/news/')}`);
    await api('GET', '/daily/proof?article=none');
    await api('GET', '/daily/record');
    await api('GET', '/daily/record?format=csv&limit=5');
    await api('POST', '/daily/replay', { article: 'none' });
    for (const body of ['', '{"events":1}', '{"events":["none"]}', '{"articles":[{"id":"none"}]}'])
      await both.alike((home) => ({
        ...{ path: '/partners/daily/acknowledgements', method: 'POST', body },
        headers: { authorization: `Bearer ${keys.get(home)}` },
      }));
    await both.alike({ path: '/partners/daily/acknowledgements', method: 'POST', body: '{}' });
  }, 120_000);

  test('every operation of /openapi.json, with and without the token, with wrong input', async () => {
    const { paths } = JSON.parse((await both.alike({ path: '/openapi.json' })).body) as {
      paths: Record<string, Record<string, unknown>>;
    };
    expect(Object.values(paths).flatMap(Object.keys).length).toBeGreaterThan(30);
    await together(Object.entries(paths), async ([template, operations]) => {
      const path = template.replaceAll(/\{[^}]+\}/g, 'none');
      for (const method of Object.keys(operations).map((name) => name.toUpperCase())) {
        await both.alike({ path, method });
        await both.alike({ path, method, headers: { authorization: 'Bearer wrong' } });
        // A mark of what each has done by itself.
        if (path === '/api/export/mark') continue;
        await both.alike({ path: `${path}?unknown=1&limit=many`, method, headers: ADMIN, body: '{"unknown":1}' });
        if (method !== 'GET') await both.alike({ path, method, headers: ADMIN, body: '{"x":' });
        if (method !== 'GET') await both.alike({ path, method, headers: ADMIN, body: '[]' });
      }
    });
  }, 120_000);

  test('operations with what they take: articles, feeds, subscribers, deliveries, withdrawals, runs', async () => {
    const file = (method: string, headers: Record<string, string> = {}, body = '') =>
      both.alike({ path: '/api/articles/put/a%20b.txt?run=later', method, headers: { ...ADMIN, ...headers }, body });
    await file('PUT', { 'if-match': '*' }, 'one');
    const { headers } = await file('PUT', { 'if-none-match': '*' }, 'one');
    const etag = headers.etag ?? '';
    expect(etag).toMatch(/^"/);
    await file('PUT', { 'if-none-match': '*' }, 'two');
    await file('GET', { 'if-none-match': etag });
    await file('GET');
    await file('HEAD');
    await file('PUT', { 'if-match': etag }, 'two');
    await file('DELETE', { 'if-match': etag });
    await file('DELETE');
    await file('DELETE');
    // None of them is an article, which the process would take in as soon as it is in its folder.
    for (const path of ['..%2fx.txt', 'a/../b.txt', '%00.txt', 'a%2fb.txt', `${'n'.repeat(300)}.txt`, 'no.exe'])
      for (const method of ['PUT', 'DELETE'])
        await both.alike({ path: `/api/articles/${path}?run=later`, method, headers: ADMIN, body: 'x' });
    const news = 'tag:same.example,2025-03-04:/articles/news/';
    const post = (path: string, body: unknown) =>
      both.alike({ path, method: 'POST', headers: ADMIN, body: JSON.stringify(body) });
    await settled();
    for (const path of [
      ...['/api/articles', '/api/articles?after=m', '/api/articles/toml.md', '/api/feeds', '/api/receivers'],
      ...['/api/subscribers', '/api/subscribers?topic=%2Fatom.xml', '/api/subscribers/2', '/api/withdrawals'],
      ...[`/api/ledger?article=${encodeURIComponent(news)}`, '/api/ledger?article=news.md', '/api/nothing'],
    ])
      await both.alike({ path, headers: ADMIN });
    await post('/api/deliveries/replay', { subscription: 2 });
    await post('/api/deliveries/replay', { topic: `${SAME}/atom.xml` });
    await settled();
    // The bearer is let in by the dashboard too.
    await both.alike({ path: '/admin/subscribers', headers: { ...BROWSER, ...ADMIN } });
    await both.alike({ path: '/admin/subscribers/2', headers: { ...BROWSER, ...ADMIN } }, false);
    for (const id of [2, 3, 4, 5, 6])
      await both.alike({ path: `/api/subscribers/${id}`, method: 'DELETE', headers: ADMIN });
    await both.alike({ path: '/api/subscribers/3', headers: ADMIN });
    await both.alike({ path: '/api/subscribers', headers: ADMIN });
    await post('/api/runs', { paths: ['toml.md'] });
    await post('/api/runs', { paths: 'toml.md' });
    await post('/api/withdrawals', { article: news, reason: 'A mistake' });
    await both.alike({ path: '/articles/news/' });
    await settled();
    await post('/api/restorations', { article: news });
    await both.alike({ path: '/articles/news/' });
    await settled();
    await post('/api/kills', { article: news, reason: 'A court' });
    await post('/api/kills', { article: 'none' });
    await settled();
    await both.alike({ path: '/api/withdrawals', headers: ADMIN });
    await both.alike({ path: '/api/import', method: 'POST', headers: ADMIN, body: '{"nonsense":1}\n' });
    await both.alike({ path: '/api/import?replace=maybe', method: 'POST', headers: ADMIN, body: '' });
  }, 120_000);

  test('what tells how things went has the same form', async () => {
    for (const [path, method] of [
      ['/api/runs?limit=1', 'GET'],
      ['/api/deliveries?limit=1', 'GET'],
      ['/api/export/mark', 'GET'],
    ] as const) {
      const shape = async (home: Running) => form(JSON.parse((await ask(home, { path, method, headers: ADMIN })).body));
      expect(await shape(both.edge), path).toEqual(await shape(both.node));
    }
    const names = async (home: Running) => {
      const { status, headers, body } = await ask(home, { path: '/metrics', headers: ADMIN });
      const lines = body.split('\n').map((line) => (line.startsWith('#') ? line : line.replace(/ \S+$/, '')));
      return { status, type: headers['content-type'], lines: [...new Set(lines)].sort() };
    };
    expect(await names(both.edge)).toEqual(await names(both.node));
    const { body: ledger } = await both.alike({ path: '/api/export?part=ledger', headers: ADMIN });
    expect(ledger).toContain('"in":"ledger"');
  }, 60_000);

  test('the dashboard, signed in and not, in both languages', async () => {
    const cookies = new Map<Running, string>();
    const signIn = (token: string, headers: Record<string, string> = {}): Asked => ({
      ...{ path: '/admin/session', method: 'POST', headers: { ...FORM, origin: SAME, ...headers } },
      body: new URLSearchParams({ token }).toString(),
    });
    await both.alike(signIn('wrong'));
    await both.alike(signIn(TOKEN, { origin: 'https://other.example' }));
    for (const home of both.each) {
      const { status, headers } = await ask(home, signIn(TOKEN));
      expect([status, headers.location]).toEqual([303, '/admin']);
      cookies.set(home, (headers['set-cookie'] ?? '').split(';', 1)[0] ?? '');
      both.names(home, 'COOKIE', cookies.get(home) ?? '');
    }
    await both.alike(signIn(TOKEN));
    const page = (path: string, more: Partial<Asked> = {}, counts = true) =>
      both.alike(
        (home) => ({ path, ...more, headers: { ...BROWSER, ...more.headers, cookie: cookies.get(home) ?? '' } }),
        counts,
      );
    for (const lang of ['en', 'ko']) {
      for (const path of ['/admin/articles', '/admin/subscribers', '/admin/partners'])
        await page(`${path}?lang=${lang}`);
      for (const path of ['/admin/partners/daily', '/admin/no', '/admin/subscribers/99'])
        await page(path, { headers: { 'accept-language': lang } });
      // They count runs, fetches and milliseconds.
      for (const path of ['', '/feeds', '/deliveries', '/runs', '/system'])
        await page(`/admin${path}`, { headers: { 'accept-language': lang } }, false);
    }
    await page('/admin/articles/file?path=toml.md');
    await page('/admin/articles/file?path=unreadable.md');
    const deed = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      page(path, {
        ...{ method: 'POST', headers: { ...FORM, origin: SAME, ...headers } },
        body: new URLSearchParams(fields).toString(),
      });
    await deed('/admin/runs', {});
    await deed('/admin/runs', {}, { origin: 'https://other.example' });
    await deed('/admin/held', { accept: 'yes' });
    await deed('/admin/partners', { id: 'Not an id', name: '' });
    await deed('/admin/partners/daily/settings', { settings: '{' });
    await deed('/admin/partners/daily/revoke', { key: 'none' });
    await deed('/admin/subscribers/99/push', {});
    await deed('/admin/session/end', {});
  }, 60_000);
});

/** Of one kind, some at a time: neither home does one thing after the other for its readers. */
async function together<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

async function feedPaths(): Promise<string[]> {
  const { body } = await both.alike({ path: '/feeds.opml' });
  return [...body.matchAll(/xmlUrl="http:\/\/same\.example([^"]+)"/g)].map(([, path = '']) => path);
}

const formatsOf = (rss: string) => [rss, rss.replace('rss.xml', 'atom.xml'), rss.replace('rss.xml', 'feed.json')];

function hub(fields: (home: Running) => Record<string, string>) {
  return both.alike((home) => ({
    ...{ path: '/hub', method: 'POST', headers: FORM },
    body: new URLSearchParams(fields(home)).toString(),
  }));
}

async function eachOnce(ask: (home: Running) => Promise<boolean>, what: string): Promise<void> {
  for (const home of both.each)
    await until(() => ask(home), 60_000, `${what} at ${home === both.edge ? 'edge' : 'node'}`);
}

/** Waits until neither home has anything left to do. */
async function settled(): Promise<void> {
  for (const home of both.each) {
    let left: string[] = [];
    const isDone = async () => {
      const { body } = await ask(home, { path: '/metrics', headers: ADMIN });
      left = body
        .split('\n')
        .filter((line) => /^tidings_(?:queue_depth|runs_open|verifications_pending).* [1-9]/.test(line));
      return left.length === 0;
    };
    await until(isDone, 60_000, 'nothing left to do').catch((error: Error) => {
      throw new Error(`${error.message}: ${left.join(', ')}`);
    });
  }
}

const own = (home: Running) =>
  new Map([
    [sinks.get(home)?.url ?? '', 'SINK'],
    [new URL(sinks.get(home)?.url ?? '').host, 'SINK-HOST'],
  ]);

/**
 * What a callback of a home got, in its order. Workers add the name of their zone to what they send; what depends on an
 * instant has another signature.
 */
function received(home: Running, at: string) {
  const all = sinks.get(home)?.received.filter(({ path }) => path === at) ?? [];
  return all.map(({ method, query, headers, body }) => {
    const { connection: _, 'cf-worker': __, 'x-hub-signature': hub, 'webhook-signature': webhook, ...kept } = headers;
    const same = neutral(body, own(home));
    return {
      ...{ method, body: same },
      query: neutral(query, own(home)).replace(/challenge=[^&]+/, 'challenge=…'),
      headers: neutral(JSON.stringify(Object.entries(kept).sort()), own(home)).replace(
        /("webhook-timestamp",")\d+/,
        '$1',
      ),
      signature: same === body ? hub : [typeof hub, typeof webhook],
    };
  });
}

/** The names in a JSON value. */
function form(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(form);
  if (typeof value !== 'object' || value === null) return '…';
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, form(inner)]));
}

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sink, startSink } from '../push/sink.ts';
import { article, type Running, start, TOKEN, until } from './process.ts';

/** A server below a path of somebody's site: `https://example.org/news`, and nothing of it elsewhere there. */
const ORIGIN = 'https://example.org';
const URL_BELOW = `${ORIGIN}/news`;
const BROWSER = { accept: 'text/html' };

let tidings: Running;
let sink: Sink;
beforeAll(async () => {
  sink = await startSink();
  tidings = await start({
    files: {
      'one.md': article('One', { tags: '[ferry]', aliases: '[/2020/one.html]' }),
      'two.md': article('Two', { tags: '[ferry]', categories: '[harbour]' }),
    },
    config: `{ site: { title: 'Below' },
      feeds: { tagMinimum: 1, renamed: { 'tag/boat': 'tag/ferry' },
        // As deep below the server as the server is below its site.
        defined: [{ path: '/news', title: 'News', where: { tag: 'ferry' } }] } }`,
    env: { TIDINGS_URL: URL_BELOW },
  });
}, 180_000);
afterAll(async () => {
  await tidings?.end();
  await sink.close();
}, 30_000);

/** Links of a page or document to this site: what a browser would load or go to, and where a form would be sent. */
function linksOf(text: string, from: string): URL[] {
  const links = [...text.matchAll(/\b(?:href|src|action|formaction|xmlUrl|htmlUrl)="([^"]+)"|<loc>([^<]+)<\/loc>/g)];
  return links
    .map(([, link, place]) => new URL((link ?? place ?? '').replaceAll('&amp;', '&'), ORIGIN + from))
    .filter(({ origin }) => origin === ORIGIN);
}

/** Every address that can be reached by links from some, each with what it answered to GET. */
async function crawled(from: string[], headers: Record<string, string>): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const left = [...from];
  for (let path = left.shift(); path !== undefined; path = left.shift()) {
    if (seen.has(path)) continue;
    const answer = await tidings.get(path, { headers });
    seen.set(path, answer.status);
    const to = answer.headers.get('location');
    if (to !== null) left.push(new URL(to, ORIGIN + path).pathname);
    if (!/html|xml|opml/.test(answer.headers.get('content-type') ?? '')) continue;
    for (const { pathname, search } of linksOf(await answer.text(), path)) left.push(pathname + search);
  }
  return seen;
}

/** What leads out of the server, or nowhere. */
const wrong = (seen: Map<string, number>) =>
  [...seen].filter(([path, status]) => !/^\/news(?:\/|$)/.test(path) || status >= 400);

test('robots are kept away from where it stands', async () => {
  const text = await (await tidings.get('/news/robots.txt')).text();
  expect(text).toContain('Disallow: /news/admin\nDisallow: /news/api/\n');
});

test('every link of every public page and list leads below the path, and to something', async () => {
  const seen = await crawled(['/news/', '/news/feeds.opml', '/news/sitemap.xml', '/news/docs?q=hub'], BROWSER);
  expect(wrong(seen)).toEqual([]);
  for (const path of [
    '/news/tag/ferry/',
    '/news/news/',
    '/news/news/rss.xml',
    '/news/articles/one/',
    '/news/style.css',
  ])
    expect(seen.get(path), path).toBe(200);
  expect([...seen.keys()].filter((path) => path.startsWith('/news/docs/')).length).toBeGreaterThan(10);
}, 60_000);

test('a proxy may take the path away or leave it', async () => {
  for (const path of ['/rss.xml', '/atom.xml', '/feed.json', '/tag/ferry/', '/articles/one/', '/healthz']) {
    const [whole, below] = [await tidings.get(`/news${path}`), await tidings.get(path)];
    expect([whole.status, await whole.text()], path).toEqual([200, await below.text()]);
    expect(whole.headers.get('etag')).toBe(below.headers.get('etag'));
  }
  expect((await tidings.get('/news')).status).toBe(200);
  expect((await tidings.get('/newsletter')).status).toBe(404);
});

test('documents say where they are, and where their hub is', async () => {
  for (const path of ['/rss.xml', '/atom.xml', '/feed.json', '/news/rss.xml']) {
    const answer = await tidings.get(`/news${path}`);
    const text = await answer.text();
    expect(answer.headers.get('link')).toBe(`<${URL_BELOW}/hub>; rel="hub", <${URL_BELOW}${path}>; rel="self"`);
    expect(text).toContain(`${URL_BELOW}${path}`);
    expect(text).toContain(`${URL_BELOW}/articles/one/`);
    // Nothing is said to be beside the path.
    expect(text.replaceAll(URL_BELOW, '')).not.toContain('example.org/');
  }
  const rss = await (await tidings.get('/news/rss.xml')).text();
  expect(rss).toMatch(/<cloud[^>]* path="\/news\/rsscloud\/please-notify"/);
  const { servers } = (await (await tidings.get('/news/openapi.json')).json()) as { servers: { url: string }[] };
  expect(servers).toEqual([{ url: URL_BELOW }]);
});

test('redirects lead below the path', async () => {
  for (const [from, to] of [
    ['/tag/boat/rss.xml', '/tag/ferry/rss.xml'],
    ['/2020/one.html', '/articles/one/'],
  ] as const)
    for (const prefix of ['/news', '']) {
      const moved = await tidings.get(prefix + from);
      expect([moved.status, moved.headers.get('location')]).toEqual([301, URL_BELOW + to]);
    }
});

test('the hub knows its topics by their whole address and by no other', async () => {
  const ask = (topic: string) =>
    tidings.get('/news/hub', {
      method: 'POST',
      body: new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': `${sink.url}/own` }),
    });
  expect((await ask(`${ORIGIN}/atom.xml`)).status).toBe(404);
  expect((await ask(`${URL_BELOW}/atom.xml`)).status).toBe(202);
  const told = await until(async () => sink.deliveries('/own')[0], 20_000, 'the document');
  expect(told.headers.link).toContain(`<${URL_BELOW}/atom.xml>; rel="self"`);
  expect(told.body).toBe(await (await tidings.get('/news/atom.xml')).text());
}, 30_000);

test('the dashboard: its cookie, its links and its forms stay below the path', async () => {
  const headers = { ...BROWSER, origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
  const entered = await tidings.get('/news/admin/session', {
    ...{ method: 'POST', headers },
    body: new URLSearchParams({ token: TOKEN }),
  });
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/news/admin']);
  const cookie = entered.headers.get('set-cookie') ?? '';
  expect(cookie).toContain('; Path=/news;');
  const session = { ...BROWSER, cookie: cookie.split(';', 1)[0] ?? '' };
  const seen = await crawled(['/news/admin', '/news/admin/articles/file?path=one.md'], session);
  // Where a form is sent takes no GET.
  const forms = /\/(?:push|end|withdraw|kill|restore|replay|settings|keys|revoke|remove|session|held)(?:\?|$)/;
  expect(wrong(new Map([...seen].filter(([path]) => !forms.test(path) || !path.startsWith('/news/'))))).toEqual([]);
  for (const part of ['articles', 'feeds', 'subscribers', 'deliveries', 'partners', 'runs', 'system'])
    expect(seen.get(`/news/admin/${part}`), part).toBe(200);
  const run = await tidings.get('/news/admin/runs', { method: 'POST', headers: { ...headers, ...session } });
  expect([run.status, run.headers.get('location')]).toEqual([303, '/news/admin/runs?note=run-started']);
  const left = await tidings.get('/news/admin/session/end', { method: 'POST', headers: { ...headers, ...session } });
  expect([left.status, left.headers.get('location')]).toEqual([303, '/news/admin']);
  expect(left.headers.get('set-cookie')).toContain('Path=/news');
  const lang = await tidings.get('/news/admin?lang=ko', { headers: session });
  expect(lang.headers.get('set-cookie')).toContain('Path=/news/admin');
}, 60_000);

test('programs are answered below the path, with bodies', async () => {
  const file = (method: string, body?: string) =>
    tidings.get('/news/api/articles/put/three.md?run=later', {
      ...{ method, headers: { authorization: `Bearer ${TOKEN}` } },
      ...(body === undefined ? {} : { body }),
    });
  expect((await file('PUT', article('Three'))).status).toBe(201);
  expect(await (await file('GET')).text()).toBe(article('Three'));
  expect((await file('DELETE')).status).toBe(204);
});

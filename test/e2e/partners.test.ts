import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tidings as command } from '../cli/tidings.ts';
import { type Sink, startSink } from '../push/sink.ts';
import { article, isEdge, type Running, sleep, start, TOKEN, until } from './process.ts';

let tidings: Running;
let sink: Sink;
beforeAll(async () => {
  sink = await startSink();
  tidings = await start({
    files: {
      'old.md': article('Old news', { categories: '[News]' }),
      'sport.md': article('A match', { categories: '[Sport]' }),
    },
    config: "{ site: { title: 'The Paper' }, hub: { retrySeconds: [1, 2, 5] } }",
  });
}, 120_000);
afterAll(async () => {
  await tidings.end();
  await sink.close();
}, 30_000);

interface Made {
  partner: { id: string; version: number; keys: { id: string }[]; feeds: Record<string, string> };
  key: string;
  webhookSecret: string;
}

let made: Made;
const bearer = (key: string) => ({ headers: { Authorization: `Bearer ${key}` } });
const titles = async (key: string) => {
  const answer = await tidings.get('/partners/portal/feed.json', bearer(key));
  if (answer.status !== 200) return [];
  return ((await answer.json()) as { items: { title: string }[] }).items.map(({ title }) => title);
};
const subscribe = (headers: Record<string, string>, path = '/portal') =>
  tidings.get('/hub', {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.topic': `${tidings.url}/partners/portal/atom.xml`,
      'hub.callback': sink.url + path,
      'hub.secret': 'of the portal',
    }),
  });

describe('a portal', () => {
  test('is made by the API, with its feeds', async () => {
    made = await tidings.api<Made>('POST', '/api/partners', {
      id: 'portal',
      name: 'The Portal',
      where: { category: 'News' },
      content: 'full',
      embargoSeconds: 6,
      attribution: '<p>First in <a href="{url}">{site}</a></p>',
      webhook: { url: `${sink.url}/hook` },
    });
    expect(made).toMatchObject({
      partner: { id: 'portal', version: 1 },
      webhookSecret: expect.stringMatching(/^whsec_/),
    });
    expect(Object.values(made.partner.feeds)).toEqual(
      ['rss.xml', 'atom.xml', 'feed.json'].map((file) => `${tidings.url}/partners/portal/${file}`),
    );
    const wrong = await tidings.api<object>('POST', '/api/partners', { id: 'portal', name: 'Again' });
    expect(wrong).toMatchObject({ status: 409, errors: [{ field: 'id' }] });
  });

  test('reads by its key, sent in three ways, and asks whether anything changed', async () => {
    for (const [path, init] of [
      ['rss.xml', bearer(made.key)],
      ['atom.xml', { headers: { Authorization: `Basic ${btoa(`portal:${made.key}`)}` } }],
      [`feed.json?key=${made.key}`, {}],
    ] as const) {
      const answer = await tidings.get(`/partners/portal/${path}`, init);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
      const text = await answer.text();
      expect(text).toContain('Old news');
      expect(text).toContain('First in');
      expect(text).not.toContain('A match');
      expect(text + [...answer.headers].join()).not.toContain(made.key);
      const etag = answer.headers.get('etag') ?? '';
      const headers = { ...('headers' in init ? init.headers : {}), 'If-None-Match': etag };
      expect((await tidings.get(`/partners/portal/${path}`, { headers })).status).toBe(304);
    }
  });

  test('is refused without it, like anybody and for any name', async () => {
    const texts = new Set<string>();
    for (const path of ['portal/rss.xml', 'portal/feed.json', 'nobody/rss.xml', '%70ortal/rss.xml']) {
      expect((await tidings.get(`/partners/${path}`)).status).toBe(401);
      const wrong = await tidings.get(`/partners/${path}`, bearer(`${made.key.slice(0, -4)}AAAA`));
      texts.add(`${wrong.status} ${wrong.headers.get('www-authenticate')} ${await wrong.text()}`);
    }
    expect(texts.size).toBe(1);
    for (const path of ['/feeds.opml', '/', '/sitemap.xml', '/metrics'])
      expect((await (await tidings.get(path)).text()).toLowerCase()).not.toContain('portal');
  });

  test('has an article when its embargo is over, and is pushed it', async () => {
    expect((await subscribe({})).status).toBe(404);
    expect((await subscribe(bearer(made.key).headers)).status).toBe(202);
    await until(async () => sink.deliveries('/portal').length > 0, 20_000, 'the first document');
    const began = Date.now();
    const date = new Date(began).toISOString();
    tidings.write('fresh.md', article('Fresh news', { date, categories: '[News]' }));
    const isPublic = async () => (await (await tidings.get('/feed.json')).text()).includes('Fresh news');
    await until(isPublic, 20_000, 'the article in the site’s own feed');
    // Only where the machine was quick enough is it still held back.
    const early = await titles(made.key);
    if (Date.now() < began + 5_000) expect(early).toEqual(['Old news']);
    if (isEdge) {
      // A Worker looks at each minute what is due; nobody waits for it here.
      await sleep(Math.max(0, began + 6_000 - Date.now()));
      await tidings.api('POST', '/api/runs', { paths: [] });
    }
    const told = await until(
      async () => sink.deliveries('/portal').find(({ body }) => body.includes('Fresh news')),
      30_000,
      'the article after its embargo',
    );
    expect(told.at).toBeGreaterThanOrEqual(began + 6_000);
    expect(told.headers['x-hub-signature']).toBe(
      `sha256=${createHmac('sha256', 'of the portal').update(told.body).digest('hex')}`,
    );
    expect(JSON.stringify(sink.received)).not.toContain(made.key);
    expect(await titles(made.key)).toEqual(['Fresh news', 'Old news']);
  });

  test('rotates its key, and its subscription ends with the old one', async () => {
    const next = await tidings.api<{ key: string }>('POST', '/api/partners/portal/keys');
    for (const key of [made.key, next.key]) expect(await titles(key)).toEqual(['Fresh news', 'Old news']);
    await tidings.api('DELETE', `/api/partners/portal/keys/${made.partner.keys[0]?.id}`);
    expect((await tidings.get('/partners/portal/rss.xml', bearer(made.key))).status).toBe(401);
    expect(await titles(next.key)).toEqual(['Fresh news', 'Old news']);
    const denied = await until(
      async () => sink.received.find(({ path, query }) => path === '/portal' && query.includes('hub.mode=denied')),
      20_000,
      'the denial',
    );
    expect(decodeURIComponent(denied.query)).toContain('revoked');
    made.key = next.key;
  });

  test('is shown, changed and removed by the command line, which names who did it', async () => {
    const env = { TIDINGS_DATA: join(tidings.folder, 'data'), TIDINGS_ADMIN_TOKEN: TOKEN };
    const changed = await command(['partners', 'change', 'portal', '--category', 'Sport', '--set', 'days=9000'], {
      env,
    });
    expect(changed).toMatchObject({ status: 0, out: 'portal is at version 2.\n' });
    expect(await titles(made.key)).toEqual(['A match']);
    const shown = await command(['partners', 'show', 'portal', '--json'], { env });
    expect(JSON.parse(shown.out)).toMatchObject({
      partner: { version: 2, days: 9000, where: { category: ['Sport'] } },
      log: expect.arrayContaining([
        expect.objectContaining({ action: 'changed', actor: expect.stringMatching(/^api .+@/) }),
        expect.objectContaining({ action: 'key-revoked' }),
      ]),
    });
    const added = await command(['partners', 'add', 'second', '--name', 'Second', '--limit', '1', '--json'], { env });
    expect((await tidings.get('/partners/second/rss.xml', bearer(JSON.parse(added.out).key))).status).toBe(200);
    expect((await command(['partners', 'add', 'second', '--limit', 'x'], { env })).status).toBe(2);
    expect(await command(['partners', 'change', 'second', '--set', 'limit=0'], { env })).toMatchObject({
      status: 1,
      err: expect.stringContaining('limit'),
    });
    expect((await command(['partners', 'list'], { env })).out).toMatch(/^ID +NAME[\s\S]*\nportal [\s\S]*\nsecond /);
    expect((await command(['partners', 'remove', 'portal'], { env })).status).toBe(0);
    expect((await tidings.get('/partners/portal/rss.xml', bearer(made.key))).status).toBe(401);
    expect((await command(['partners', 'show', 'portal'], { env })).status).toBe(1);
  });

  test('left its key in no line that was printed', () => {
    expect(tidings.output()).not.toContain(made.key.slice(17));
  });
});

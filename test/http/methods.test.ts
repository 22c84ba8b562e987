import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { article, type Publishing, publishing } from './publishing.ts';

let site: Publishing;
beforeAll(async () => {
  site = publishing();
  await site.publish({ 'a.md': article('A') });
});
afterAll(() => site.home.close());

test.each([
  ['/rss.xml', 'GET'],
  ['/', 'GET'],
  ['/articles/a/', 'GET'],
  ['/healthz', 'GET'],
  ['/feeds.opml', 'GET'],
  ['/hub', 'POST'],
  ['/feed.xml', 'GET'],
])('OPTIONS %s names what it takes, any other method is 405', async (path, method) => {
  const options = await site.get(path, {}, 'OPTIONS');
  expect(options.status).toBe(204);
  expect(options.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining([method, 'OPTIONS']));
  const refused = await site.get(path, {}, 'DELETE');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, expect.stringContaining(method)]);
});

test.each(['POST', 'DELETE', 'OPTIONS'])('%s where there is nothing gets the whole sentence', async (method) => {
  const answer = await site.get('/nothing', {}, method);
  const text = await answer.text();
  expect(answer.status).toBe(404);
  expect(text).toContain('There is nothing at /nothing.');
  expect(answer.headers.get('content-length')).toBe(String(text.length));
});

test.each(['/nothing', '/rss.xml', '/hub', '/api/runs', '/admin/runs'])(
  'a body that %s does not want is read before the answer, but no endless one',
  async (path) => {
    for (const [chunks, most] of [
      [20, 20],
      [100_000, 1_100],
    ] as const) {
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          if (sent === chunks) return controller.close();
          sent += 1;
          controller.enqueue(new Uint8Array(1_000));
        },
      });
      const init = { method: 'PUT', body, duplex: 'half', headers: { 'transfer-encoding': 'chunked' } };
      const answer = await createApp(site.home).request(site.home.url + path, init);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(sent).toBeGreaterThanOrEqual(Math.min(chunks, 1_000));
      expect(sent).toBeLessThanOrEqual(most);
    }
  },
);

test('a form of another site is refused, and is no failure of ours', async () => {
  const headers = { origin: 'https://other.example', 'content-type': 'application/x-www-form-urlencoded' };
  expect((await site.get('/admin/runs', headers, 'POST')).status).toBe(403);
});

test('what is behind a key is in no cache', async () => {
  for (const headers of [{ authorization: 'Bearer test-token' }, {}])
    expect((await site.get('/api/runs', headers)).headers.get('cache-control')).toBe('private, no-store');
});

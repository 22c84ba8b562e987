import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Received, type Sink, startSink } from '../push/sink.ts';
import { article, type Running, start, until } from './process.ts';

let tidings: Running;
let sink: Sink;
beforeAll(async () => {
  sink = await startSink();
  tidings = await start({ files: { 'first.md': article('First') }, config: '{ hub: { retrySeconds: [1, 1, 2] } }' });
}, 150_000);
afterAll(async () => {
  await tidings.end();
  await sink.close();
}, 30_000);

interface Message {
  type: string;
  data: { id: string; title: string; mandatory?: boolean; note?: string; content_html?: string };
}

test('a partner receives, verifies, misses some, has them replayed, and learns of corrections and retractions', async () => {
  const made = await tidings.api<{ key: string; webhookSecret: string }>('POST', '/api/partners', {
    id: 'portal',
    name: 'Portal',
    limit: 1,
    webhook: { url: `${sink.url}/portal` },
  });
  const verify = (one: Received, secret = made.webhookSecret) =>
    new Webhook(secret).verify(one.body, one.headers as Record<string, string>) as Message;
  const told = (type: string, title: string, after = 0) =>
    until(
      async () =>
        sink
          .deliveries('/portal')
          .slice(after)
          .find((one) => {
            const { type: is, data } = JSON.parse(one.body) as Message;
            return is === `article.${type}` && data.title === title;
          }),
      30_000,
      `${type} ${title}`,
    );
  const feed = async (file: string) => {
    const answer = await tidings.get(`/partners/portal/${file}`, {
      headers: { Authorization: `Bearer ${made.key}`, 'User-Agent': 'portal/1' },
    });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const proof = (path: string) =>
    tidings.api<{ has: boolean; withdrawal: { settledBy: string } | null }>(
      'GET',
      `/api/partners/portal/proof?article=${path}`,
    );

  tidings.write('storm.md', article('Storm'));
  const published = await told('published', 'Storm');
  const { data } = verify(published);
  expect(data.content_html).toContain('About Storm');
  await until(async () => (await proof('storm.md')).has, 10_000, 'proof of the push');

  // The partner loses what it took, while its secret is replaced.
  await tidings.api('POST', '/api/partners/portal/secrets');
  tidings.write('storm.md', article('Storm', { correction: 'It was Tuesday' }));
  const updated = await told('updated', 'Storm');
  expect(String(updated.headers['webhook-signature']).split(' ')).toHaveLength(2);
  expect(verify(updated).data).toMatchObject({ id: data.id, content_html: expect.stringContaining('It was Tuesday') });
  const before = sink.deliveries('/portal').length;
  const id = String(updated.headers['webhook-id']);
  expect(await tidings.api('POST', '/api/partners/portal/replay', { event: id })).toEqual({ events: [id] });
  const again = await told('updated', 'Storm', before);
  expect(again.headers['webhook-id']).toBe(id);

  // It has left the window of one entry when it is taken back.
  tidings.write('calm.md', article('Calm', { date: '2026-10-02T09:00:00Z' }));
  await told('published', 'Calm');
  await tidings.api('POST', '/api/withdrawals', { article: 'storm.md', reason: 'Not ours' });
  const withdrawn = verify(await told('withdrawn', 'Storm'));
  expect(withdrawn.data).toMatchObject({ id: data.id, mandatory: false, note: 'Not ours' });
  for (const file of ['atom.xml', 'rss.xml']) expect(await feed(file)).toContain('at:deleted-entry');
  await until(async () => (await proof('storm.md')).has, 10_000, 'proof of the withdrawal');

  // A kill is repeated until somebody takes it.
  let refused = 0;
  sink.reply = ({ path, body }) =>
    path === '/portal' && body.includes('"mandatory":true') && refused++ < 2 ? { status: 503 } : undefined;
  await tidings.api('POST', '/api/kills', { article: 'calm.md', reason: 'Libel' });
  await until(async () => (await proof('calm.md')).withdrawal?.settledBy === 'pushed', 30_000, 'the kill acknowledged');
  expect(refused).toBeGreaterThan(2);
  expect(verify(await told('withdrawn', 'Calm')).data).toMatchObject({ mandatory: true, note: 'Libel' });

  const answer = await tidings.get('/api/partners/portal/record?format=csv', {
    headers: { Authorization: 'Bearer end-to-end-token' },
  });
  expect(answer.headers.get('content-type')).toContain('text/csv');
  expect((await answer.text()).split('\r\n').map((line) => line.split(',')[1])).toEqual(
    expect.arrayContaining(['offered', 'fetched', 'pushed', 'withdrawn']),
  );
});

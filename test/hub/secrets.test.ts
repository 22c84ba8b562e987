import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { listSubscriptions } from '../../src/hub/subscriptions.ts';
import { createLog } from '../../src/log.ts';
import { lookForTrouble } from '../../src/push/alerts.ts';
import { regenerate } from '../../src/schedule.ts';
import { makeHome, type TestHome } from '../home.ts';
import { isIdle, publishDocument, subscription, until, work } from '../push/engine.ts';
import { type Sink, startSink } from '../push/sink.ts';

const SECRET = 'the-secret-of-a-subscriber';
const SECOND = 'the-secret-of-its-renewal';
const HOOK = 'token-of-the-publishers-chat';

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;
let ahead: number;
let logged: string[];
let answered: string[];

beforeEach(async () => {
  ahead = 0;
  logged = [];
  answered = [];
  sink = await startSink();
  const options = { config: { hub: { retrySeconds: [1] }, alerts: { url: `${sink.url}/${HOOK}` } } };
  const now = () => Date.now() + ahead;
  home = makeHome({ ...options, now, log: createLog('json', (line) => void logged.push(line)) });
  stop = work(home);
  writeFileSync(join(home.folder, 'content', 'news.md'), '---\ntitle: News\ndate: 2024-03-05\n---\nNews.\n');
  await regenerate(home, Date.now());
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await createApp(home).request(path, init);
  answered.push(JSON.stringify([...answer.headers]), await answer.clone().text());
  return answer;
}

const hub = (fields: Record<string, string>) =>
  ask('/hub', { method: 'POST', body: new URLSearchParams({ ...subscription(`${sink.url}/cb`), ...fields }) });

const topic = 'http://tidings.test/rss.xml';
const status = (secret: string, over: Partial<Record<'callback' | 'topic' | 'time' | 'proof', string>> = {}) => {
  const callback = over.callback ?? `${sink.url}/cb`;
  const of = over.topic ?? topic;
  const time = over.time ?? String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', secret).update(`${callback}\n${of}\n${time}`).digest('hex');
  return ask(`/hub/status?${new URLSearchParams({ callback, topic: of })}`, {
    headers: { 'X-Hub-Proof': over.proof ?? `t=${time}, sha256=${mac}` },
  });
};
const settled = () => until(() => isIdle(home));

test('secrets are in no page, log or answer', async () => {
  const admin = { headers: { Authorization: 'Bearer test-token' } };
  await hub({ 'hub.secret': SECRET });
  await hub({ 'hub.secret': `${SECRET}${'x'.repeat(200)}` });
  await settled();
  await hub({ 'hub.secret': SECOND });
  await settled();
  // Everything that can go wrong, and what is said of it.
  sink.reply = () => ({ status: 500, body: 'no' });
  await publishDocument(home, 'more');
  await until(async () => (await listSubscriptions(home))[0]?.exception !== null);
  await home.db
    .prepare("INSERT INTO hosts (origin, tried, failed, opens, seen_at) VALUES ('http://dead.test', 30, 20, 1, 0)")
    .run();
  ahead += 10_000;
  await lookForTrouble(home);
  await until(() => logged.some((line) => line.includes('alert.untold')));
  expect((await status(SECOND)).status).toBe(200);
  const pages = ['/', '/rss.xml', '/hub', '/metrics', '/healthz', '/admin', '/api/subscribers', '/api/subscribers/1'];
  for (const path of [...pages, '/api/deliveries', '/api/runs', '/api/feeds', '/api/articles', '/openapi.json'])
    await ask(path, admin);
  await ask('/api/deliveries/replay', { ...admin, method: 'POST', body: '{"subscription":1}' });
  await ask('/api/deliveries/replay', { ...admin, method: 'POST', body: `{"subscription":"${1}"}` });
  await ask('/api/subscribers/1', { ...admin, method: 'DELETE' });
  const everything = [...answered, ...logged].join('\n');
  expect(everything.length).toBeGreaterThan(10_000);
  expect(everything).toContain('hub.verify');
  for (const secret of [SECRET, SECOND, HOOK, 'test-token', '/cb?']) expect(everything).not.toContain(secret);
  expect(logged.join('\n')).not.toContain('/cb');
});

test('the state of a subscription is for who knows its secret; everybody else gets the same answer', async () => {
  await hub({ 'hub.secret': SECRET });
  await ask('/hub', { method: 'POST', body: new URLSearchParams(subscription(`${sink.url}/open`)) });
  await settled();
  const found = await status(SECRET);
  expect(found.status).toBe(200);
  expect(found.headers.get('cache-control')).toBe('no-store');
  expect(await found.json()).toMatchObject({
    topic,
    state: 'active',
    delivered: 1,
    version: 1,
    failure: null,
    deliveries: [{ outcome: 'delivered', status: 200, attempt: 1, version: 1, reason: null }],
  });
  const seconds = Math.floor(Date.now() / 1000);
  const refused = await Promise.all([
    status('wrong'),
    status(SECRET, { time: String(seconds - 400) }),
    status(SECRET, { time: String(seconds + 400) }),
    status(SECRET, { proof: '' }),
    status(SECRET, { proof: `t=${seconds}, sha256=${'0'.repeat(64)}` }),
    status(SECRET, { callback: `${sink.url}/other` }),
    status(SECRET, { topic: 'http://tidings.test/none.xml' }),
    status(SECRET, { callback: `${sink.url}/open` }),
    status('', { callback: `${sink.url}/open` }),
  ]);
  const texts = await Promise.all(refused.map((answer) => answer.text()));
  expect(new Set(refused.map((answer) => answer.status))).toEqual(new Set([404]));
  expect(new Set(texts).size).toBe(1);
});

test('the state says why the last deliveries failed, and when the next is', async () => {
  await hub({ 'hub.secret': SECRET });
  await settled();
  sink.reply = () => ({ status: 302 });
  await publishDocument(home, 'more');
  await until(async () => (await listSubscriptions(home))[0]?.exception?.failures === 1);
  const reason = 'The callback answered 302: redirects are not followed.';
  expect(await (await status(SECRET)).json()).toMatchObject({
    state: 'retrying',
    failure: { reason, attempts: 1, nextAt: expect.stringMatching(/^\d{4}-/) },
    deliveries: [{ outcome: 'failed', status: 302, reason }, { outcome: 'delivered' }],
  });
});

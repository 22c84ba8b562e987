import { createHmac } from 'node:crypto';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { article, type Publishing, publishing } from '../http/publishing.ts';
import { isIdle, post, until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

const TITLES: Record<string, (text: string) => (string | undefined)[]> = {
  '/rss.xml': (text) => parseRssFeed(text).items?.map((item) => item.title) ?? [],
  '/atom.xml': (text) =>
    parseAtomFeed(text).entries?.map((entry) => (typeof entry.title === 'string' ? entry.title : entry.title?.value)) ??
    [],
  '/feed.json': (text) => parseJsonFeed(text).items?.map((item) => item.title) ?? [],
};

let site: Publishing;
let sink: Sink;
let stop: () => Promise<void>;

async function open(hub = {}): Promise<void> {
  site = publishing({ config: { hub, feeds: { limit: 3 } } });
  stop = work(site.home);
  await site.publish({
    'a.md': article('A', { date: '2026-10-01T00:00:00Z' }),
    'b.md': article('B', { date: '2026-10-02T00:00:00Z' }),
    'c.md': article('C', { date: '2026-10-03T00:00:00Z' }),
  });
}

beforeEach(async () => {
  sink = await startSink();
});
afterEach(async () => {
  await stop();
  await sink.close();
  await site.home.close();
});

async function subscribe(path: string, topic: string, more: Record<string, string> = {}): Promise<void> {
  const form = { 'hub.mode': 'subscribe', 'hub.topic': site.home.url + topic, 'hub.callback': sink.url + path };
  expect((await post(site.home, { ...form, ...more })).status).toBe(202);
  const before = sink.deliveries(path).length;
  await until(async () => sink.deliveries(path).length > before && (await isIdle(site.home)));
}

/** Publishes, and waits until everyone was told. */
async function told(files: Record<string, string | null>): Promise<void> {
  await site.publish(files);
  await until(() => isIdle(site.home));
}

const text = (path: string) => sink.deliveries(path).at(-1)?.body ?? '';

describe.each(Object.keys(TITLES))('%s', (topic) => {
  const titles = (body: string) => TITLES[topic]?.(body);

  test('who asked for it gets new and changed entries alone, signed; the others all of them', async () => {
    await open();
    await subscribe('/delta', topic, { 'hub.content': 'delta', 'hub.secret': 's' });
    await subscribe('/full', topic);
    expect(titles(text('/delta'))).toEqual(['C', 'B', 'A']);
    await told({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
    expect(titles(text('/delta'))).toEqual(['D']);
    expect(titles(text('/full'))).toEqual(['D', 'C', 'B']);
    const [delta, full] = ['/delta', '/full'].map((path) => sink.deliveries(path).at(-1));
    const mac = createHmac('sha256', 's').update(text('/delta')).digest('hex');
    expect(delta?.headers['x-hub-signature']).toBe(`sha256=${mac}`);
    expect(delta?.headers['content-type']).toBe(full?.headers['content-type']);
    await told({
      'c.md': article('C, corrected', { date: '2026-10-03T00:00:00Z' }),
      'e.md': article('E', { date: '2026-10-05T00:00:00Z' }),
    });
    expect(titles(text('/delta'))).toEqual(['E', 'C, corrected']);
  });

  test('the whole document when an entry is taken back', async () => {
    await open();
    await subscribe('/delta', topic, { 'hub.content': 'delta' });
    await told({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }), 'c.md': null });
    // Atom names it, and the document of the new entries does so too.
    expect(titles(text('/delta'))).toEqual(topic === '/atom.xml' ? ['D'] : ['D', 'B', 'A']);
    if (topic === '/atom.xml') expect(text('/delta')).toContain('deleted-entry');
    await told({ 'd.md': null });
    expect(titles(text('/delta'))).toEqual(['B', 'A']);
  });
});

test('a retry sends what is new since the version that the subscriber has, a renewal everything', async () => {
  await open({ retrySeconds: [1] });
  await subscribe('/delta', '/rss.xml', { 'hub.content': 'delta' });
  sink.reply = () => ({ status: 503 });
  await site.publish({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
  await until(() => sink.deliveries('/delta').length === 2);
  sink.reply = () => undefined;
  await told({ 'e.md': article('E', { date: '2026-10-05T00:00:00Z' }) });
  expect(TITLES['/rss.xml']?.(text('/delta'))).toEqual(['E', 'D']);
  await subscribe('/delta', '/rss.xml', { 'hub.content': 'full' });
  expect(TITLES['/rss.xml']?.(text('/delta'))).toEqual(['E', 'D', 'C']);
  await told({ 'f.md': article('F', { date: '2026-10-06T00:00:00Z' }) });
  expect(TITLES['/rss.xml']?.(text('/delta'))).toEqual(['F', 'E', 'D']);
});

test("the publisher's choice is for those who made none", async () => {
  await open({ delta: true });
  await subscribe('/any', '/rss.xml');
  await subscribe('/full', '/rss.xml', { 'hub.content': 'full' });
  await told({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
  expect(TITLES['/rss.xml']?.(text('/any'))).toEqual(['D']);
  expect(TITLES['/rss.xml']?.(text('/full'))).toEqual(['D', 'C', 'B']);
});

test('the whole document when the version that the subscriber has is not remembered', async () => {
  await open({ delta: true });
  await subscribe('/any', '/rss.xml');
  await site.home.db.prepare('DELETE FROM document_versions').run();
  await told({ 'd.md': article('D', { date: '2026-10-04T00:00:00Z' }) });
  expect(TITLES['/rss.xml']?.(text('/any'))).toEqual(['D', 'C', 'B']);
});

test('any other content is refused with a sentence', async () => {
  await open();
  const form = { 'hub.mode': 'subscribe', 'hub.topic': `${site.home.url}/rss.xml`, 'hub.callback': `${sink.url}/x` };
  const answer = await post(site.home, { ...form, 'hub.content': 'some' });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('hub.content');
});

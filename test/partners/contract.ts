import { describe, expect, inject, test } from 'vitest';
import type { Home } from '../../src/home.ts';
import { createApp } from '../../src/http/app.ts';
import { consume } from '../../src/push/consumer.ts';
import { REPUBLISH, republish } from '../../src/republish.ts';
import { housekeep } from '../../src/schedule.ts';
import type { Message } from '../../src/storage/ports.ts';
import { requestRun } from '../../src/storage/runs.ts';
import type { WithoutQueue } from '../push/contract.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 4, 1, 9);

interface Got {
  method: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

/** What partners are promised in every home, on its own database. `make` gives a home with an empty one. */
export function partnersContract(make: (now: () => number) => Promise<WithoutQueue>): void {
  describe('partners', { timeout: 60_000 }, () => {
    const { http } = inject('servers');
    let inboxes = 0;

    async function start() {
      const messages: Message[] = [];
      // A regeneration goes on by itself, as the API waits for its end; everything else is handed over by the suite.
      const take = (message: Message, delaySeconds: number) => {
        if (delaySeconds > 0) return;
        if (message.type === REPUBLISH) outliving.push(Promise.resolve().then(() => republish(home)));
        else messages.push(message);
      };
      const queue = {
        send: async (message: Message, { delaySeconds = 0 } = {}) => take(message, delaySeconds),
        sendBatch: async (more: Message[], { delaySeconds = 0 } = {}) =>
          void more.map((message) => take(message, delaySeconds)),
      };
      const outliving: Promise<unknown>[] = [];
      const clock = { now: START };
      const made = await make(() => clock.now);
      const home: Home = { ...made, queue, now: () => clock.now, waitUntil: (work) => void outliving.push(work) };
      const app = createApp(home);
      const drain = async () => {
        while (messages.length > 0 || outliving.length > 0) {
          await Promise.all(outliving.splice(0));
          const batch = messages.splice(0, 10).map((body, index) => ({
            id: String(index),
            body,
            attempts: 1,
            ack: () => {},
            retry: () => {},
          }));
          await consume(home, batch);
        }
      };
      const publish = async (title: string, front = '', ago = 0) => {
        const date = new Date(clock.now - ago).toISOString();
        const text = `---\ntitle: ${title}\ndate: ${date}\n${front}---\n${`The words of ${title} are its own. `.repeat(5)}\n`;
        const path = `${title.toLowerCase()}.md`;
        await home.source.put(path, new TextEncoder().encode(text));
        await requestRun(home, { trigger: 'upload', paths: [path] });
        await republish(home);
        await drain();
      };
      const api = async (method: string, path: string, body?: unknown) => {
        const answer = await app.request(`/api/partners${path}`, {
          method,
          headers: { Authorization: `Bearer ${home.adminToken}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        await drain();
        const text = await answer.text();
        return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
      };
      const titles = async (id: string, key: string) => {
        const answer = await app.request(`/partners/${id}/feed.json?key=${key}`);
        await drain();
        return ((await answer.json()) as { items: { title: string }[] }).items.map(({ title }) => title);
      };
      const pass = async (ms: number) => {
        clock.now += ms;
        await housekeep(home);
        await drain();
      };
      /** Every text that the database holds. */
      const stored = async () => {
        const tables = await home.db
          .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
          )
          .all<{ name: string }>();
        const rows = [];
        for (const { name } of tables) rows.push(...(await home.db.prepare(`SELECT * FROM "${name}"`).all()));
        return JSON.stringify(rows);
      };
      const inbox = `partner-${home.name}-${START}-${++inboxes}`;
      const received = async () => (await (await fetch(`${http}/received/${inbox}`)).json()) as Got[];
      const subscribe = async (topic: string, headers: Record<string, string> = {}, mode = 'subscribe') => {
        const fields = {
          'hub.mode': mode,
          'hub.topic': topic,
          'hub.callback': `${http}/inbox/${inbox}`,
          'hub.secret': 's',
        };
        const answer = await app.request('/hub', { method: 'POST', headers, body: new URLSearchParams(fields) });
        await drain();
        return { status: answer.status, text: await answer.text() };
      };
      return { home, app, clock, publish, api, titles, pass, stored, subscribe, received, drain };
    }

    test('a partner has its articles after their embargo, by its key', async () => {
      const { app, publish, api, titles, pass, drain } = await start();
      await publish('Old', 'categories: [News]\n', 5 * HOUR);
      const made = await api('POST', '', {
        id: 'portal',
        name: 'Portal',
        where: { category: 'news' },
        embargoSeconds: 7200,
        html: 'strict',
        attribution: '<p>From <a href="{url}">{site}</a></p>',
        requestsPerMinute: 12,
      });
      expect(made).toMatchObject({ status: 201, body: { partner: { version: 1, html: 'strict' } } });
      const { key } = made.body;
      await publish('Fresh', 'categories: [News]\n');
      await publish('Other', 'categories: [Sport]\n', 3 * HOUR);
      expect(await titles('portal', key)).toEqual(['Old']);
      await pass(2 * HOUR);
      expect(await titles('portal', key)).toEqual(['Fresh', 'Old']);
      for (const headers of [
        { Authorization: `Bearer ${key}` },
        { Authorization: `Basic ${btoa(`portal:${key}`)}` },
        { Authorization: `Basic ${btoa(`anybody:${key}`)}` },
      ]) {
        const answer = await app.request('/partners/portal/rss.xml', { headers });
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
        const text = await answer.text();
        expect(text).toContain('<p>From <a href="http://tidings.test/articles/fresh/">');
        expect(text).not.toContain(key);
        const again = { headers: { ...headers, 'If-None-Match': answer.headers.get('etag') ?? '' } };
        expect((await app.request('/partners/portal/rss.xml', again)).status).toBe(304);
      }
      for (const wrong of ['', `?key=${key}x`, '?key='])
        expect((await app.request(`/partners/portal/rss.xml${wrong}`)).status).toBe(401);
      const statuses = new Set<number>();
      for (let n = 0; n < 14; n++) statuses.add((await app.request(`/partners/portal/rss.xml?key=${key}`)).status);
      expect(statuses).toEqual(new Set([200, 429]));
      await drain();
    });

    test('a change of settings and a removal reach the feeds, and are logged', async () => {
      const { home, app, publish, api, titles } = await start();
      await publish('One', 'tags: [Bus]\n', HOUR);
      await publish('Two', 'tags: [Train]\n');
      const { body } = await api('POST', '', { id: 'portal', name: 'Portal', where: { tag: 'bus' } });
      expect(await titles('portal', body.key)).toEqual(['One']);
      expect((await api('PATCH', '/portal', { where: null, formats: ['json'] })).body.partner.version).toBe(2);
      expect(await titles('portal', body.key)).toEqual(['Two', 'One']);
      expect((await app.request(`/partners/portal/rss.xml?key=${body.key}`)).status).toBe(404);
      const wrong = await api('PATCH', '/portal', { embargoSeconds: -1 });
      expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'embargoSeconds' }] } });
      expect((await api('GET', '/portal')).body.log.map(({ action }: { action: string }) => action)).toEqual([
        'changed',
        'created',
      ]);
      expect((await api('DELETE', '/portal')).status).toBe(204);
      expect((await app.request(`/partners/portal/feed.json?key=${body.key}`)).status).toBe(401);
      expect(await home.db.prepare("SELECT 1 FROM documents WHERE address LIKE '/partners/%'").first()).toBeNull();
    });

    test('a topic is subscribed to by a key, which nothing keeps, and ends with it', async () => {
      const { publish, api, stored, subscribe, received, drain, home } = await start();
      await publish('One');
      const { body } = await api('POST', '', { id: 'portal', name: 'Portal' });
      const { key, partner } = body;
      const topic = 'http://tidings.test/partners/portal/atom.xml';
      const unknown = await subscribe('http://tidings.test/nothing.xml');
      expect(unknown.status).toBe(404);
      for (const refused of [topic, `${topic}?key=wrong`, 'http://tidings.test/partners/nobody/atom.xml'])
        expect(await subscribe(refused)).toEqual(unknown);
      expect(await subscribe(topic, { Authorization: `Bearer ${key}x` })).toEqual(unknown);
      expect(await subscribe(topic, { Authorization: `Bearer ${key}` })).toMatchObject({ status: 202 });
      expect(await subscribe(`${topic}?key=${key}`)).toMatchObject({ status: 202 });
      await publish('Two');
      const got = await received();
      const asked = got.filter(({ method }) => method === 'GET');
      expect(new Set(asked.map(({ query }) => query['hub.topic']))).toEqual(new Set([topic]));
      const told = got.filter(({ method }) => method === 'POST').at(-1);
      expect(told?.body).toContain('The words of Two');
      expect(told?.headers.link).toContain(`<${topic}>; rel="self"`);
      expect(JSON.stringify(got)).not.toContain(key);
      const secret = key.slice('tdp_'.length + 13);
      expect(await stored()).not.toContain(secret);

      const next = await api('POST', '/portal/keys');
      expect(next.status).toBe(201);
      expect((await api('DELETE', `/portal/keys/${partner.keys[0].id}`)).status).toBe(204);
      const denied = (await received()).at(-1);
      expect(denied?.query).toMatchObject({ 'hub.mode': 'denied', 'hub.topic': topic });
      expect(denied?.query['hub.reason']).toContain('revoked');
      expect(await home.db.prepare('SELECT count(*) AS n FROM subscriptions').first()).toEqual({ n: 0 });
      expect(await subscribe(topic, { Authorization: `Bearer ${key}` })).toEqual(unknown);

      expect(await subscribe(topic, { Authorization: `Bearer ${next.body.key}` })).toMatchObject({ status: 202 });
      const before = (await received()).length;
      expect(await subscribe(topic, {}, 'unsubscribe')).toEqual(unknown);
      expect((await received()).length).toBe(before);
      expect((await api('DELETE', '/portal')).status).toBe(204);
      await drain();
      expect((await received()).at(-1)?.query).toMatchObject({ 'hub.mode': 'denied', 'hub.topic': topic });
    });

    test('rssCloud takes a registration for a partner’s feed by its key alone', async () => {
      const { app, publish, api, home, drain } = await start();
      await publish('One');
      const { body } = await api('POST', '', { id: 'portal', name: 'Portal' });
      const { hostname, port } = new URL(http);
      const register = async (url: string) => {
        const form = {
          port,
          domain: hostname,
          path: '/inbox/cloud',
          protocol: 'http-post',
          url1: url,
          notifyProcedure: '',
        };
        const answer = await app.request('/rsscloud/please-notify', {
          method: 'POST',
          headers: { Accept: 'application/json' },
          body: new URLSearchParams(form),
        });
        await drain();
        return (await answer.json()) as { success: string | boolean; msg: string };
      };
      const topic = 'http://tidings.test/partners/portal/rss.xml';
      expect(String((await register(topic)).success)).toBe('false');
      expect(String((await register(`${topic}?key=wrong`)).success)).toBe('false');
      expect(String((await register(`${topic}?key=${body.key}`)).success)).toBe('true');
      const rows = await home.db.prepare('SELECT topic, asked_topic, partner_key FROM subscriptions').all();
      expect(rows).toEqual([
        { topic: '/partners/portal/rss.xml', asked_topic: topic, partner_key: body.partner.keys[0].id },
      ]);
    });
  });
}

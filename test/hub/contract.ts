import { describe, expect, inject, test } from 'vitest';
import type { Home } from '../../src/home.ts';
import { createApp } from '../../src/http/app.ts';
import { metrics } from '../../src/http/metrics.ts';
import { listDeliveries, replaySubscription, replayTopic } from '../../src/hub/deliveries.ts';
import { forgetSisters, poll } from '../../src/hub/sister-documents.ts';
import { provenText, subscriptionStatus } from '../../src/hub/status.ts';
import { listSubscriptions } from '../../src/hub/subscriptions.ts';
import { findTopic } from '../../src/hub/topics.ts';
import { lookForTrouble } from '../../src/push/alerts.ts';
import { consume } from '../../src/push/consumer.ts';
import { sweepBlobs } from '../../src/storage/orphans.ts';
import type { Message } from '../../src/storage/ports.ts';
import { createDatabaseRates, createMemoryRates, forgetRates, type Rates } from '../../src/storage/rates.ts';
import { collectBlobs } from '../../src/storage/retired.ts';
import type { WithoutQueue } from '../push/contract.ts';
import { commitDocument, post, subscription } from '../push/engine.ts';

/** What the hub does beyond the Recommendation in every home, on its own database. `make` gives a home with an empty one. */
export function hubContract(make: () => Promise<WithoutQueue>): void {
  describe('hub', () => {
    const { http } = inject('servers');

    async function start(hub: Partial<Home['config']['hub']> = {}, alerts: Partial<Home['config']['alerts']> = {}) {
      const messages: Message[] = [];
      const queue = {
        send: async (message: Message, { delaySeconds = 0 } = {}) =>
          void (delaySeconds === 0 && messages.push(message)),
        sendBatch: async (more: Message[], { delaySeconds = 0 } = {}) =>
          void (delaySeconds === 0 && messages.push(...more)),
      };
      const made = await make();
      const config = {
        ...made.config,
        hub: { ...made.config.hub, topics: [`${http}/*`], ...hub },
        alerts: { ...made.config.alerts, ...alerts },
      };
      const outliving: Promise<unknown>[] = [];
      let ahead = 0;
      const now = () => Date.now() + ahead;
      const rates = createMemoryRates(now);
      const home: Home = { ...made, config, queue, now, rates, waitUntil: (work) => void outliving.push(work) };
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
      const pass = (seconds: number) => {
        ahead += seconds * 1000;
      };
      return { home, drain, pass };
    }

    /** Confirms any challenge, takes any delivery. */
    const callback = `${http}/confirm`;

    test('a sister site’s document is fetched, told, and fetched again only when it is asked for', async () => {
      const { home, drain, pass } = await start({ poll: [`${http}/document/*`] });
      const topic = `${http}/document/1`;
      expect((await post(home, { ...subscription(callback), 'hub.topic': topic })).status).toBe(202);
      await drain();
      const [row] = await listSubscriptions(home);
      expect(row).toMatchObject({ topic, delivered: 1, exception: null });
      const stored = await home.db.prepare('SELECT * FROM documents WHERE address = ?').bind(topic).first();
      expect(stored).toMatchObject({ version: 1, content_type: 'text/x-feed; charset=x' });
      pass(60);
      const ping = await post(home, { 'hub.mode': 'publish', 'hub.url': topic });
      expect(ping).toEqual({ status: 202, text: `${topic}: it will be fetched, and distributed if it has changed.\n` });
      await drain();
      pass(60);
      await poll(home);
      await drain();
      expect(await home.db.prepare('SELECT failures, status, etag FROM sisters').first()).toEqual({
        failures: 0,
        status: 304,
        etag: '"1"',
      });
      expect(await findTopic(home, topic.replace('http:', 'HTTP:'))).toBe(topic);
    });

    test('a document that is not there is denied; what nobody subscribed to is forgotten', async () => {
      const { home, drain, pass } = await start();
      await post(home, { ...subscription(callback), 'hub.topic': `${http}/status/404` });
      await drain();
      expect(await listSubscriptions(home)).toEqual([]);
      expect(await home.db.prepare('SELECT status, error FROM sisters').first()).toEqual({
        status: 404,
        error: 'The topic answers 404: there is no such document.',
      });
      pass(2 * 86_400);
      await forgetSisters(home);
      expect(await home.db.prepare('SELECT * FROM sisters').all()).toEqual([]);
    });

    test('a document is sent again to one or to all; the log and the state say so', async () => {
      const { home, drain, pass } = await start();
      await commitDocument(home, 'news');
      const fields = subscription(callback, { 'hub.secret': 'secret of one' });
      await post(home, fields);
      await drain();
      const [{ id = 0 } = {}] = await listSubscriptions(home);
      expect(await replaySubscription(home, id)).toBe(true);
      expect(await replaySubscription(home, id + 1)).toBe(false);
      await drain();
      expect(await replayTopic(home, '/rss.xml')).toBe(1);
      expect(await replayTopic(home, '/none.xml')).toBeNull();
      pass(5);
      await drain();
      const log = await listDeliveries(home, { limit: 10 });
      expect(log.map(({ outcome, subscription: of }) => [outcome, of])).toEqual([
        ['slice', null],
        ['delivered', id],
        ['delivered', id],
      ]);
      expect(await listDeliveries(home, { limit: 10, failed: true })).toEqual([]);
      expect(await listDeliveries(home, { limit: 1, before: log[0]?.id, topic: '/rss.xml' })).toEqual([log[1]]);

      const topic = fields['hub.topic'] ?? '';
      const time = Math.floor(home.now() / 1000);
      const bytes = new TextEncoder().encode(provenText(callback, topic, time));
      const proof = `t=${time}, sha256=${home.hmac('sha256', 'secret of one', bytes)}`;
      expect(await subscriptionStatus(home, { callback, topic, proof })).toMatchObject({
        topic,
        state: 'active',
        delivered: 2,
        version: 2,
        failure: null,
        deliveries: [{ outcome: 'delivered', version: 1 }, { outcome: 'delivered' }],
      });
      expect(await subscriptionStatus(home, { callback, topic, proof: proof.replace(/.$/, 'x') })).toBeNull();
      const text = await metrics(home);
      expect(text).toContain('tidings_deliveries_total{channel="websub",outcome="delivered"} 3\n');
      expect(text).toContain('tidings_subscriptions{topic="/rss.xml",state="active"} 1\n');
    });

    test('trouble is told once', async () => {
      const { home, drain, pass } = await start({}, { url: `${http}/hit` });
      await home.db
        .prepare("INSERT INTO hosts (origin, tried, failed, opens, seen_at) VALUES ('http://dead.test', 30, 20, 1, 0)")
        .run();
      for (let times = 0; times < 2; times++) {
        pass(60);
        await lookForTrouble(home);
        await drain();
      }
      expect(await home.db.prepare('SELECT kind, told, mended_at FROM alerts').all()).toEqual([
        { kind: 'suspended', told: 1, mended_at: null },
      ]);
      await home.db.prepare('DELETE FROM hosts').run();
      pass(60);
      await lookForTrouble(home);
      await drain();
      expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
    });

    test('a blob that nothing names goes, a document’s stays', async () => {
      const { home, pass } = await start();
      const orphan = 'ab'.repeat(32);
      await home.blobs.put(orphan, new Uint8Array([1]));
      const blob = home.sha256('a document');
      await home.blobs.put(blob, new TextEncoder().encode('a document'));
      await home.db
        .prepare(
          `INSERT INTO documents (address, feed, format, version, blob, size, content_type, last_modified)
           VALUES ('/swept.xml', '', 'rss', 1, ?, 10, 'text/xml', '')`,
        )
        .bind(blob)
        .run();
      await sweepBlobs(home);
      pass(3_601);
      await collectBlobs(home);
      expect([await home.blobs.has(orphan), await home.blobs.has(blob)]).toEqual([false, true]);
      await home.db.prepare("DELETE FROM settings WHERE name = 'blob-sweep'").run();
    });

    test('a schedule that stops by itself is noticed by whoever asks whether the server lives', async () => {
      const { home, drain, pass } = await start({}, { url: `${http}/hit` });
      const ran = async (tick: number) => {
        await home.db
          .prepare(
            `INSERT INTO runs (id, job, tick, trigger, state, request, started_at)
             VALUES (?1, 'regeneration', ?1, 'schedule', 'running', '{}', ?1)`,
          )
          .bind(tick)
          .run();
        await home.db.prepare("UPDATE runs SET state = 'done', finished_at = tick").run();
      };
      const app = createApp(home);
      const ask = async () => {
        await (await app.request(`${home.url}/healthz`)).text();
        await drain();
        return (await app.request(`${home.url}/readyz`)).text();
      };
      for (const minutes of [15, 10, 5]) await ran(home.now() - minutes * 60_000);
      expect(await ask()).toBe('ready\n');
      pass(14 * 60);
      expect(await ask()).toMatch(/^ready\nsilent: The schedule has stopped: it has started no run since 20/);
      expect(await home.db.prepare('SELECT kind, told FROM alerts').all()).toEqual([{ kind: 'silent', told: 1 }]);
      await ran(home.now());
      pass(60);
      await ask();
      expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
      for (const table of ['runs', 'run_counts']) await home.db.prepare(`DELETE FROM ${table}`).run();
    });

    describe.each<[string, (home: Home, now: () => number) => Rates]>([
      ['in memory', (_, now) => createMemoryRates(now)],
      ['in the database', (home, now) => createDatabaseRates(home.db, now)],
    ])('rates %s', (where, create) => {
      test('let through as many as they may within a minute, each name by itself', async () => {
        const { home } = await start();
        let now = 60_000 * 1_000 + 45_000;
        const rates = create(home, () => now);
        const take = async (name: string, times: number) => {
          const waits: number[] = [];
          for (let time = 0; time < times; time++) waits.push(await rates.take(`${where} ${name}`, 3));
          return waits;
        };
        expect(await take('a', 5)).toEqual([0, 0, 0, 15, 15]);
        expect(await take('b', 1)).toEqual([0]);
        now += 15_000;
        expect(await take('a', 4)).toEqual([0, 0, 0, 60]);
        await forgetRates(home.db, now + 60_000);
        expect(await home.db.prepare('SELECT * FROM rates').all()).toEqual([]);
      });
    });
  });
}

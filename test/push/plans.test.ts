import { afterEach, beforeEach, expect, test } from 'vitest';
import { listSubscriptions, purgeExpired } from '../../src/hub/subscriptions.ts';
import type { NodeDatabase } from '../../src/node/sqlite.ts';
import { sweep } from '../../src/push/outbox.ts';
import { tidy } from '../../src/push/tidy.ts';
import type { Database, Statement } from '../../src/storage/ports.ts';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, post, publishDocument, subscription, until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

let home: TestHome;
let sink: Sink;
beforeEach(async () => {
  home = makeHome({ config: { hub: { retrySeconds: [1] } } });
  sink = await startSink();
});
afterEach(async () => {
  await sink.close();
  await home.close();
});

/** The same home, with the text of every statement that was prepared. */
function recorded(of: TestHome, texts: Set<string>): TestHome {
  const db: Database = {
    prepare: (sql) => {
      texts.add(sql);
      return of.db.prepare(sql);
    },
    batch: <T>(statements: Statement[]) => of.db.batch<T>(statements),
  };
  return { ...of, db };
}

/** What a million subscribers of one topic may not be looked at for: all of them, or all of the topic. */
const ALL = [
  /^SCAN (?:s|subscriptions)\b/,
  /^SEARCH (?:s|subscriptions) USING INDEX subscriptions_topic \(topic=\?\)$/,
];

test('nothing that subscribers ask for, and no part of a fan-out, reads all subscriptions or all of a topic', async () => {
  const texts = new Set<string>();
  const watched = recorded(home, texts);
  const stop = work(Object.assign(watched, { queue: home.queue }));
  await insertSubscriptions(watched, `${sink.url}/many`, 110);
  await publishDocument(watched, 'one');
  await until(() => isIdle(home), 30_000);
  await post(watched, subscription(`${sink.url}/mine`));
  await until(() => sink.deliveries('/mine').length > 0, 30_000);
  await post(watched, subscription(`${sink.url}/mine`, { 'hub.initial': 'none' }));
  await until(() => isIdle(home), 30_000);
  sink.reply = ({ path, method }) => {
    if (method === 'GET') return undefined;
    return path === '/many/7' ? { status: 410 } : path === '/many/8' ? { status: 503 } : undefined;
  };
  await publishDocument(watched, 'two');
  await until(() => sink.deliveries('/many/8').length > 1, 30_000);
  sink.reply = () => undefined;
  await until(() => isIdle(home), 30_000);
  await post(watched, { ...subscription(`${sink.url}/mine`), 'hub.mode': 'unsubscribe' });
  await until(() => isIdle(home), 30_000);
  // Of a feed that is gone somebody may still want to be rid.
  const gone = {
    ...subscription(`${sink.url}/mine`),
    'hub.mode': 'unsubscribe',
    'hub.topic': 'http://tidings.test/x.xml',
  };
  expect((await post(watched, gone)).status).toBe(404);
  await listSubscriptions(watched, { topic: '/rss.xml', after: 100, limit: 10 });
  await purgeExpired(watched);
  await sweep(watched);
  await tidy(watched);
  await stop();

  const db = home.db as NodeDatabase;
  const concerned = [...texts].filter((sql) => /\bsubscriptions\b/.test(sql));
  const reads: string[] = [];
  for (const sql of concerned) {
    for (const { detail } of await db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all<{ detail: string }>())
      if (ALL.some((pattern) => pattern.test(detail))) reads.push(`${detail}: ${sql.replace(/\s+/g, ' ')}`);
  }
  // The ways that were meant to be taken were.
  expect(concerned.length).toBeGreaterThan(12);
  expect(reads).toEqual([]);
}, 90_000);

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Home } from '../../src/home.ts';
import { lookForTrouble } from '../../src/push/alerts.ts';
import { sweep } from '../../src/push/outbox.ts';
import { expectTicks } from '../../src/push/silence.ts';
import { regenerate } from '../../src/schedule.ts';
import { writeSetting } from '../../src/storage/settings.ts';
import { makeHome, type TestHome } from '../home.ts';
import { until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

let sink: Sink;
let home: TestHome;
let stop: () => Promise<void>;
let now: number;

beforeEach(async () => {
  sink = await startSink();
  now = Date.now();
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

function begin(alerts: object = {}) {
  const config = { hub: { retrySeconds: [1] }, alerts: { url: `${sink.url}/chat`, ...alerts } };
  home = makeHome({ config, now: () => now });
  stop = work(home);
}

/** A look, some time after the last one. */
async function look(seconds = 60) {
  now += seconds * 1000;
  await lookForTrouble(home);
}

const messages = () => sink.deliveries('/chat').map(({ body }) => JSON.parse(body));
const suspend = (origin: string) =>
  home.db
    .prepare('INSERT INTO hosts (origin, tried, failed, opens, seen_at) VALUES (?, 30, 20, 1, 0)')
    .bind(origin)
    .run();

test('an origin that rests is told of once, and again when it is mended', async () => {
  begin();
  await look();
  await suspend('http://dead.test');
  for (let times = 0; times < 3; times++) await look();
  await until(() => messages().length === 1);
  expect(messages()[0]).toMatchObject({
    type: 'alert',
    server: 'http://tidings.test',
    alerts: [{ kind: 'suspended', subject: 'http://dead.test', state: 'begun', mendedAt: null }],
  });
  await home.db.prepare('DELETE FROM hosts').run();
  for (let times = 0; times < 3; times++) await look();
  await until(() => messages().length === 2);
  expect(messages()[1].alerts).toMatchObject([{ kind: 'suspended', subject: 'http://dead.test', state: 'mended' }]);
  await until(async () => (await home.db.prepare('SELECT * FROM alerts').first()) === null);
});

test('many at once are one message, in the form of a chat', async () => {
  begin({ form: 'slack' });
  for (let number = 0; number < 30; number++) await suspend(`http://dead-${number}.test`);
  await look();
  await until(() => messages().length === 1);
  const { text } = messages()[0] as { text: string };
  expect(text.split('\n')).toHaveLength(22);
  expect(text).toContain(
    '⚠ Nobody at http://dead-0.test is told for a while: 20 of the last 30 attempts there failed.',
  );
  expect(text).toContain('… and 10 more');
});

test.each(['slack', 'discord'])('in a chat of %s nobody is mentioned, whatever a title says', async (form) => {
  begin({ form });
  await writeSetting(home, 'held', JSON.stringify({ message: '"<!channel> @everyone & more" would go.' })).run();
  await look();
  await until(() => messages().length === 1);
  const [message] = messages();
  if (form === 'slack') expect(message.text).toContain('"&lt;!channel&gt; @everyone &amp; more" would go.');
  else
    expect(message).toMatchObject({ content: expect.stringContaining('@everyone'), allowed_mentions: { parse: [] } });
});

test('Discord gets no more than it takes', async () => {
  begin({ form: 'discord' });
  for (let number = 0; number < 40; number++) await suspend(`http://${'long-'.repeat(10)}${number}.test`);
  await look();
  await until(() => messages().length === 1);
  expect((messages()[0] as { content: string }).content).toHaveLength(2_000);
});

test('work that waits longer than the bound', async () => {
  begin({ queueAgeSeconds: 100 });
  await stop();
  await home.db
    .prepare("INSERT INTO outbox (type, ref, due_at, created_at, wake_at) VALUES ('fanout', '/x', ?, 0, 0)")
    .bind(now)
    .run();
  await look(90);
  expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
  await look(20);
  expect(await home.db.prepare('SELECT kind FROM alerts').all()).toEqual([{ kind: 'queue' }]);
  stop = work(home);
  await until(() => messages().length === 1);
});

test('no successful run for as many ticks as configured, and the first that succeeds', async () => {
  const broken = { list: () => Promise.reject(new Error('the disk is gone')) };
  begin({ silentTicks: 2 });
  const source = { ...home.source, ...broken };
  const failing = { ...home, source } as unknown as TestHome;
  const tick = async (on: Home) => {
    now += 300_000;
    await regenerate(on, now);
    await lookForTrouble(home);
  };
  await tick(home);
  await tick(failing);
  expect(messages()).toEqual([]);
  await tick(failing);
  await until(() => messages().length === 1);
  expect(messages()[0].alerts).toMatchObject([
    { kind: 'silent', message: expect.stringContaining('No scheduled run has succeeded for 2 ticks.') },
  ]);
  await tick(failing);
  await tick(home);
  await until(() => messages().length === 2);
  expect(messages()[1].alerts).toMatchObject([{ kind: 'silent', state: 'mended' }]);
});

test('a run that does not end', async () => {
  begin();
  await home.db
    .prepare("INSERT INTO runs (id, trigger, state, request, started_at) VALUES ('a', 'api', 'running', '{}', ?)")
    .bind(now)
    .run();
  await look(3_500);
  expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
  await look(200);
  await until(() => messages().length === 1);
  expect(messages()[0].alerts).toMatchObject([{ kind: 'silent', message: expect.stringContaining('does not end') }]);
});

test('whoever cannot be told is told later, of all that is still so', async () => {
  begin();
  sink.reply = () => ({ status: 500 });
  await suspend('http://one.test');
  await look();
  await until(() => messages().length === 1);
  await suspend('http://two.test');
  await look();
  sink.reply = () => undefined;
  // What was refused is tried again by the clock.
  await until(async () => {
    now += 60_000;
    await sweep(home);
    return messages().at(-1).alerts.length === 2;
  });
  expect(messages().at(-1).alerts).toMatchObject([{ subject: 'http://one.test' }, { subject: 'http://two.test' }]);
});

test('without an address the state is kept, and nothing is sent', async () => {
  begin({ url: undefined });
  await suspend('http://one.test');
  await look();
  await until(async () => (await home.db.prepare('SELECT told FROM alerts').first())?.told === 1);
  expect(messages()).toEqual([]);
});

test('a schedule that starts no run any more, and none that is switched off', async () => {
  begin({ silentTicks: 2 });
  for (let times = 0; times < 3; times++) {
    now += 300_000;
    await regenerate(home, now);
  }
  await look(10 * 60);
  await look(50);
  expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
  await look(20);
  await until(() => messages().length === 1);
  expect(messages()[0].alerts).toMatchObject([{ kind: 'silent', message: expect.stringContaining('has stopped') }]);
  await expectTicks(home, null);
  await look();
  await until(() => messages().length === 2);
  expect(messages()[1].alerts).toMatchObject([{ kind: 'silent', state: 'mended' }]);
  await look(86_400);
  expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
  // A start counts anew, by the schedule's own wait.
  await expectTicks(home, 3_600_000);
  await look(2 * 3_600);
  expect(await home.db.prepare('SELECT * FROM alerts').all()).toEqual([]);
  await look(120);
  expect(await home.db.prepare('SELECT kind FROM alerts').all()).toEqual([{ kind: 'silent' }]);
});

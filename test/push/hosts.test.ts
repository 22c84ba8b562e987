import { afterEach, beforeEach, expect, test } from 'vitest';
import { listSubscriptions } from '../../src/hub/subscriptions.ts';
import { heldUntil, remember, throughBreaker } from '../../src/push/hosts.ts';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, publishDocument, until, work } from './engine.ts';
import { type Sink, startSink } from './sink.ts';

const ORIGIN = 'http://dead.test';
let now: number;
let home: TestHome;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  home = makeHome({ now: () => now });
});
afterEach(() => home.close());

const note = (tried: number, failed: number) => home.db.batch(remember(home, [{ origin: ORIGIN, tried, failed }]));
const host = () => home.db.prepare('SELECT tried, failed, opens, open_until FROM hosts').first();
const isOpen = async () => typeof (await throughBreaker(home, ORIGIN, async () => 'tried')) === 'number';

test('an origin where all is well leaves no row', async () => {
  await note(100, 0);
  expect(await host()).toBeNull();
});

test('the breaker opens above half of at least twenty attempts', async () => {
  await note(19, 19);
  expect(await isOpen()).toBe(false);
  await note(19, 0);
  expect(await isOpen()).toBe(false);
  await note(1, 1);
  expect(await isOpen()).toBe(true);
});

test('many old successes do not hide that it fails now', async () => {
  await note(1, 1);
  for (let i = 0; i < 50; i += 1) await note(100, 0);
  await note(120, 120);
  expect(await isOpen()).toBe(true);
});

test('after the pause one is tried at a time; a failure doubles the pause, a success closes it', async () => {
  await note(20, 20);
  expect(await host()).toMatchObject({ opens: 1, open_until: now + 60_000 });
  now += 60_000;
  let end = () => {};
  const first = throughBreaker(home, ORIGIN, () => new Promise<void>((done) => (end = done)));
  await until(() => home.db.prepare('SELECT 1').first() !== null);
  expect(await isOpen()).toBe(true);
  end();
  await first;
  expect(await isOpen()).toBe(false);
  await note(1, 1);
  expect(await host()).toMatchObject({ opens: 2, open_until: now + 120_000 });
  expect(await isOpen()).toBe(true);
  now += 120_000;
  await note(1, 0);
  expect(await host()).toBeNull();
});

test('those who come back are spread over ten seconds', () => {
  const times = Array.from({ length: 100 }, () => heldUntil(home, { open_until: now + 5_000 }) - now - 5_000);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...times)).toBeLessThanOrEqual(10_000);
  expect(new Set(times).size).toBeGreaterThan(50);
});

test('a tenth that hangs, and its retries, hold nobody else back', async () => {
  const live = makeHome();
  const sink = await startSink();
  const hangs = (path: string) => path.endsWith('7');
  sink.reply = ({ path }) => (hangs(path) ? { delayMs: Number.POSITIVE_INFINITY } : undefined);
  await insertSubscriptions(live, sink.url, 600);
  const stop = work(live);
  const healthy = () => sink.deliveries().filter(({ path }) => !hangs(path));
  await publishDocument(live, 'first');
  await until(() => healthy().length === 540);
  await until(async () => (await live.db.prepare('SELECT 1 FROM slices').first()) === null);
  await new Promise((done) => setTimeout(done, 11_000));
  expect((await live.db.prepare('SELECT max(attempts) AS most FROM deliveries').first())?.most).toBe(1);
  const started = Date.now();
  await publishDocument(live, 'second');
  await until(() => healthy().length === 1_080);
  expect(Date.now() - started).toBeLessThan(4_000);
  sink.reply = () => undefined;
  await stop();
  await sink.close();
  await live.close();
}, 60_000);

test('thousands of callbacks at a dead origin delay nobody, and wait until it may be tried', async () => {
  const live = makeHome();
  const [healthy, dead]: Sink[] = [await startSink(), await startSink()] as const;
  dead.reply = () => ({ delayMs: Number.POSITIVE_INFINITY });
  await insertSubscriptions(live, dead.url, 1_500);
  await insertSubscriptions(live, healthy.url, 500);
  const stop = work(live);
  const started = Date.now();
  await publishDocument(live, 'news');
  await until(() => healthy.deliveries().length === 500);
  expect(Date.now() - started).toBeLessThan(8_000);
  await until(async () => (await live.db.prepare('SELECT 1 FROM slices').first()) === null);
  expect(dead.deliveries().length).toBeLessThan(600);
  const waiting = await listSubscriptions(live, { limit: 2_000 });
  const held = waiting.filter(({ exception }) => exception !== null);
  expect(held).toHaveLength(1_500);
  expect(held.filter(({ exception }) => (exception?.nextAt ?? 0) > Date.now() + 30_000).length).toBeGreaterThan(900);
  const { open_until } = (await live.db.prepare('SELECT open_until FROM hosts').first()) ?? {};
  const due = await live.db
    .prepare('SELECT count(*) AS n FROM outbox WHERE due_at < ? AND claimed_until = 0')
    .bind(Number(open_until))
    .first();
  expect(due).toEqual({ n: 0 });
  expect(await isIdle(live)).toBe(false);
  dead.reply = () => undefined;
  await stop();
  await healthy.close();
  await dead.close();
  await live.close();
}, 40_000);

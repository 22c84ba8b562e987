import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { metrics } from '../../src/http/metrics.ts';
import { regenerate } from '../../src/schedule.ts';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, publishDocument, until, work } from '../push/engine.ts';
import { type Sink, startSink } from '../push/sink.ts';

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;
beforeEach(async () => {
  sink = await startSink();
  home = makeHome({ config: { hub: { retrySeconds: [1] } } });
  stop = work(home);
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

interface Metric {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

/** Reads the text format and fails where `promtool check metrics` would. */
function read(text: string): Map<string, Metric> {
  expect(text.endsWith('\n')).toBe(true);
  const found = new Map<string, Metric>();
  const series = new Set<string>();
  let open: [string, Metric] | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') {
        expect(found.has(name), `${name} is told of once`).toBe(false);
        open = [name, { type: '', help: rest, samples: [] }];
        found.set(...open);
      } else if (open?.[0] === name) open[1].type = rest;
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/.exec(
      line,
    );
    if (!sample) throw new Error(`No line of the format: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const key = `${name}{${labels}}`;
    expect(series.has(key), `${key} is there once`).toBe(false);
    series.add(key);
    const [family = '', metric] = open ?? [];
    expect([family, ...['_bucket', '_sum', '_count'].map((end) => family + end)]).toContain(name);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]);
    expect(Number.isNaN(Number(value))).toBe(false);
    metric?.samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  for (const [name, { type, help, samples }] of found) {
    expect(['gauge', 'counter', 'histogram'], name).toContain(type);
    expect(help, name).toMatch(/\.$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name, 'base units').not.toMatch(/_(ms|milliseconds|minutes)(_|$)/);
    if (type === 'histogram') checkHistogram(name, samples);
    else for (const { value } of samples) expect(value, name).toBeGreaterThanOrEqual(0);
  }
  return found;
}

function checkHistogram(name: string, samples: Metric['samples']) {
  for (const channel of new Set(samples.map(({ labels }) => labels.channel))) {
    const mine = samples.filter(({ labels }) => labels.channel === channel);
    const buckets = mine.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)));
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    const values = buckets.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(values.at(-1)).toBe(mine.find((one) => one.name === `${name}_count`)?.value);
    expect(mine.some((one) => one.name === `${name}_sum`)).toBe(true);
  }
}

const value = (found: Map<string, Metric>, name: string, labels: Record<string, string> = {}) =>
  found.get(name)?.samples.find((one) => Object.entries(labels).every(([label, text]) => one.labels[label] === text))
    ?.value;

test('an empty installation has valid metrics', async () => {
  const answer = await createApp(home).request('/metrics');
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const found = read(await answer.text());
  expect(value(found, 'tidings_queue_oldest_seconds')).toBe(0);
});

test('what was done is counted, and is still after a restart', async () => {
  await regenerate(home, Date.now());
  await insertSubscriptions(home, sink.url, 12);
  await insertSubscriptions(home, `${sink.url}/sister`, 1);
  await home.db.prepare(`UPDATE subscriptions SET topic = 'https://s.test/"a\\b"?key=1' WHERE id = 13`).run();
  sink.reply = ({ path }) => (path === '/3' ? { status: 500 } : path === '/4' ? { status: 410 } : undefined);
  await publishDocument(home, 'news');
  await until(async () => value(read(await metrics(home)), 'tidings_delivery_retries_total') === 1);
  sink.reply = () => undefined;
  await until(() => isIdle(home));
  await home.db
    .prepare("INSERT INTO hosts (origin, tried, failed, opens, seen_at) VALUES ('http://dead.test', 30, 20, 1, 0)")
    .run();
  const before = read(await metrics(home));
  const deliveries = { channel: 'websub' };
  expect(value(before, 'tidings_deliveries_total', { ...deliveries, outcome: 'delivered' })).toBe(11);
  expect(value(before, 'tidings_deliveries_total', { ...deliveries, outcome: 'gone' })).toBe(1);
  expect(value(before, 'tidings_deliveries_total', { ...deliveries, outcome: 'failed' })).toBeGreaterThanOrEqual(1);
  expect(value(before, 'tidings_subscriptions', { topic: '/rss.xml', state: 'active' })).toBe(11);
  expect(value(before, 'tidings_subscriptions', { topic: 'https://s.test/\\"a\\\\b\\"', state: 'active' })).toBe(1);
  expect(value(before, 'tidings_breakers_open')).toBe(1);
  expect(value(before, 'tidings_runs_total', { state: 'done' })).toBe(1);
  await stop();
  const { folder } = home;
  const again = makeHome({ folder });
  expect(await metrics(again)).toBe(await metrics(home));
  await again.close();
  stop = work(home);
});

test('work that waits shows by its depth and age', async () => {
  await stop();
  await home.db
    .prepare(
      "INSERT INTO outbox (type, ref, due_at, created_at) VALUES ('fanout', '/x', ?, 0), ('fanout', '/y', 9e15, 0)",
    )
    .bind(home.now() - 90_000)
    .run();
  const found = read(await metrics(home));
  expect(value(found, 'tidings_queue_depth', { type: 'fanout' })).toBe(2);
  expect(value(found, 'tidings_queue_oldest_seconds')).toBeGreaterThanOrEqual(90);
  stop = work(home);
});

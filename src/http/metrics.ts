import type { Home } from '../home.ts';
import { BUCKETS_MS } from '../push/counts.ts';

/** Topics that have lines of their own; the rest are told together. */
const TOPICS = 500;

type Labels = Record<string, string>;
interface Sample {
  /** After the metric's name: `_bucket`, `_sum`, `_count`. */
  suffix?: string;
  labels?: Labels;
  value: number;
}

/**
 * The numbers of this installation in Prometheus' text format. Counters are kept by the database: they outlive restarts
 * and are the same whichever process is asked.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export async function metrics(home: Home): Promise<string> {
  const { db } = home;
  const now = home.now();
  const all = <T>(sql: string, ...values: number[]) =>
    db
      .prepare(sql)
      .bind(...values)
      .all<T>();
  const [one] = await all<Record<'articles' | 'documents' | 'breakers' | 'pending' | 'open', number>>(
    `SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM documents) AS documents,
       (SELECT count(*) FROM hosts WHERE opens > 0) AS breakers, (SELECT count(*) FROM verifications) AS pending,
       (SELECT count(*) FROM runs WHERE state IN ('queued', 'running')) AS open`,
  );
  const files = await all<{ state: string; files: number }>(
    "SELECT state, count(*) AS files FROM files WHERE state <> 'accepted' GROUP BY state",
  );
  const queue = await all<{ type: string; depth: number; oldest: number | null }>(
    'SELECT type, count(*) AS depth, min(iif(due_at <= ?1, due_at, NULL)) AS oldest FROM outbox GROUP BY type',
    now,
  );
  const attempts = await all<Counted>('SELECT * FROM delivery_counts ORDER BY channel, outcome, retry, bucket');
  const runs = await all<{ state: string; runs: number; last_at: number }>('SELECT * FROM run_counts ORDER BY state');
  const alerts = await all<{ kind: string; alerts: number }>(
    'SELECT kind, count(*) AS alerts FROM alerts WHERE mended_at IS NULL GROUP BY kind',
  );
  const oldest = Math.min(...queue.map((row) => row.oldest ?? now));

  return [
    metric('tidings_articles', 'gauge', 'Articles that are published.', [{ value: one?.articles ?? 0 }]),
    metric('tidings_files', 'gauge', 'Article files by state.', [
      { labels: { state: 'published' }, value: one?.articles ?? 0 },
      ...files.map((row) => ({ labels: { state: row.state }, value: row.files })),
    ]),
    metric('tidings_documents', 'gauge', 'Documents that are stored.', [{ value: one?.documents ?? 0 }]),
    metric(
      'tidings_runs_total',
      'counter',
      'Regenerations that ended, by state.',
      runs.map((row) => ({ labels: { state: row.state }, value: row.runs })),
    ),
    metric('tidings_runs_open', 'gauge', 'Regenerations that wait or run.', [{ value: one?.open ?? 0 }]),
    metric(
      'tidings_run_last_timestamp_seconds',
      'gauge',
      'When a regeneration last ended, by state.',
      runs.map((row) => ({ labels: { state: row.state }, value: row.last_at / 1000 })),
    ),
    metric('tidings_subscriptions', 'gauge', 'Subscriptions by topic and state.', await subscriptions(home)),
    metric('tidings_verifications_pending', 'gauge', 'Requests that wait for the word of their callback.', [
      { value: one?.pending ?? 0 },
    ]),
    metric('tidings_deliveries_total', 'counter', 'Attempts at telling, by channel and outcome.', byOutcome(attempts)),
    metric(
      'tidings_delivery_retries_total',
      'counter',
      'Attempts that were not the first, by channel.',
      retries(attempts),
    ),
    metric('tidings_delivery_seconds', 'histogram', 'How long attempts took, by channel.', latencies(attempts)),
    metric(
      'tidings_queue_depth',
      'gauge',
      'Work that was decided and is not done, by type.',
      queue.map((row) => ({ labels: { type: row.type }, value: row.depth })),
    ),
    metric('tidings_queue_oldest_seconds', 'gauge', 'How long the oldest work that is due has waited.', [
      { value: Math.max(0, now - oldest) / 1000 },
    ]),
    metric('tidings_breakers_open', 'gauge', 'Origins that rest because too many attempts failed.', [
      { value: one?.breakers ?? 0 },
    ]),
    metric(
      'tidings_alerts_open',
      'gauge',
      'What the publisher has to see to, by kind.',
      alerts.map((row) => ({ labels: { kind: row.kind }, value: row.alerts })),
    ),
  ].join('');
}

interface Counted {
  channel: string;
  outcome: string;
  retry: number;
  bucket: number;
  attempts: number;
  ms: number;
}

function byOutcome(rows: Counted[]): Sample[] {
  return summed(rows, ({ channel, outcome }) => ({ channel, outcome }));
}

function retries(rows: Counted[]): Sample[] {
  return summed(
    rows.map((row) => ({ ...row, attempts: row.retry === 1 ? row.attempts : 0 })),
    ({ channel }) => ({ channel }),
  );
}

function summed(rows: Counted[], labelsOf: (row: Counted) => Labels): Sample[] {
  const samples = new Map<string, { labels: Labels; value: number }>();
  for (const row of rows) {
    const labels = labelsOf(row);
    const key = JSON.stringify(labels);
    const sample = samples.get(key) ?? { labels, value: 0 };
    samples.set(key, sample);
    sample.value += row.attempts;
  }
  return [...samples.values()];
}

function latencies(rows: Counted[]): Sample[] {
  return [...new Set(rows.map(({ channel }) => channel))].flatMap((channel) => {
    const mine = rows.filter((row) => row.channel === channel);
    const sum = (those: Counted[]) => those.reduce((total, row) => total + row.attempts, 0);
    const buckets = BUCKETS_MS.map((bound) => ({
      suffix: '_bucket',
      labels: { channel, le: String(bound / 1000) },
      value: sum(mine.filter(({ bucket }) => bucket > 0 && bucket <= bound)),
    }));
    return [
      ...buckets,
      { suffix: '_bucket', labels: { channel, le: '+Inf' }, value: sum(mine) },
      { suffix: '_sum', labels: { channel }, value: mine.reduce((total, row) => total + row.ms, 0) / 1000 },
      { suffix: '_count', labels: { channel }, value: sum(mine) },
    ];
  });
}

/** All of a topic by its index alone; those that are not served with the rest are few and are looked at one by one. */
async function subscriptions(home: Home): Promise<Sample[]> {
  const totals = await home.db
    .prepare('SELECT topic, count(*) AS total FROM subscriptions GROUP BY topic ORDER BY total DESC')
    .all<{ topic: string; total: number }>();
  const odd = await home.db
    .prepare(
      `SELECT s.topic, iif(d.reason IN ('suspended', 'ended'), d.reason, 'retrying') AS state, count(*) AS total
       FROM deliveries d JOIN subscriptions s ON s.id = d.subscription WHERE d.reason <> 'first' GROUP BY 1, 2`,
    )
    .all<{ topic: string; state: string; total: number }>();
  const shown = new Set(totals.slice(0, TOPICS).map(({ topic }) => topic));
  const counts = new Map<string, { labels: Labels; value: number }>();
  const add = (topic: string, state: string, count: number) => {
    const labels = { topic: shown.has(topic) ? nameOf(topic) : 'other', state };
    const key = JSON.stringify(labels);
    const sample = counts.get(key) ?? { labels, value: 0 };
    counts.set(key, sample);
    sample.value += count;
  };
  for (const { topic, total } of totals) add(topic, 'active', total);
  for (const { topic, state, total } of odd) {
    add(topic, 'active', -total);
    add(topic, state, total);
  }
  return [...counts.values()].map((sample) => ({ ...sample, value: Math.max(0, sample.value) }));
}

/** A sister site's query may hold what is nobody's business here. */
const nameOf = (topic: string) => topic.replace(/\?.*$/, '');

function metric(name: string, type: 'gauge' | 'counter' | 'histogram', help: string, samples: Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ suffix = '', labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

const escaped = (text: string) => text.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`));

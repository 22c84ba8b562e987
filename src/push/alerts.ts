import type { Home } from '../home.ts';
import { UNHEARD } from '../partners/recalls.ts';
import { partnerOfReceiver } from '../partners/receiver.ts';
import { heldRun } from '../storage/held.ts';
import { OutboundError } from '../storage/ports.ts';
import { NOBODY, slackText } from './channels/chat.ts';
import { listReceivers } from './channels/receivers.ts';
import { enqueue, type Work, wake } from './outbox.ts';
import { nextAttempt, retryAfterMs } from './retry.ts';
import { silence } from './silence.ts';

/** Milliseconds between two looks, at least: timers may come often. */
const LOOK_MS = 5_000;
const TIMEOUT_MS = 10_000;
/** Milliseconds after which news that nobody takes is given up. */
const GIVEN_UP_MS = 3 * 86_400_000;
/** Origins that are named in a look; more than these have one cause. */
const ORIGINS = 50;
/** Milliseconds that partners have to acknowledge a kill before the publisher is told who has not. */
const KILL_MS = 3_600_000;
/** Partners that are named in a message. */
const NAMED = 10;
/** Lines of a message; chats refuse long ones. */
const LINES = 20;

/** Something that the publisher has to know of. */
interface Trouble {
  kind: 'silent' | 'held' | 'suspended' | 'queue' | 'kill';
  subject: string;
  message: string;
}

/** A row of `alerts`. */
interface Alert {
  id: number;
  kind: string;
  subject: string;
  message: string;
  since: number;
  told: number;
  mended_at: number | null;
}

const looked = new WeakMap<Home, number>();

/**
 * Looks whether Tidings has fallen silent: no successful run for `alerts.silentTicks` ticks, a run that waits for the
 * publisher, an origin that rests because it failed, a channel that is suspended, work older than
 * `alerts.queueAgeSeconds`, a kill that partners have not acknowledged. What is new, and what is mended, is told once each
 * at `alerts.url`.
 */
export async function lookForTrouble(home: Home): Promise<void> {
  const now = home.now();
  const last = looked.get(home) ?? 0;
  if (now - last < LOOK_MS && now >= last) return;
  looked.set(home, now);
  const troubles = [
    ...(await silence(home)).map((message) => ({ kind: 'silent' as const, subject: '', message })),
    ...(await held(home)),
    ...(await suspended(home)),
    ...(await queue(home)),
    ...(await unacknowledged(home)),
  ];
  const json = JSON.stringify(troubles);
  const same = "json_extract(t.value, '$.kind') = alerts.kind AND json_extract(t.value, '$.subject') = alerts.subject";
  const [begun, mended] = await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO alerts (kind, subject, message, since)
         SELECT value ->> 'kind', value ->> 'subject', value ->> 'message', ? FROM json_each(?) WHERE true
         ON CONFLICT DO NOTHING`,
      )
      .bind(now, json),
    home.db
      .prepare(
        `UPDATE alerts SET mended_at = ? WHERE mended_at IS NULL AND kind <> '${UNHEARD}'
           AND NOT EXISTS (SELECT 1 FROM json_each(?) t WHERE ${same})`,
      )
      .bind(now, json),
  ]);
  const news = (begun?.changes ?? 0) + (mended?.changes ?? 0);
  if (news === 0) return;
  home.log.warn('alert', { begun: begun?.changes ?? 0, mended: mended?.changes ?? 0 });
  await home.db.batch([enqueue(home, 'alert', 'news')]);
  await wake(home, [{ type: 'alert', ref: 'news' }]);
}

async function held(home: Home): Promise<Trouble[]> {
  const found = await heldRun(home);
  return found ? [{ kind: 'held', subject: '', message: `A run waits for you: ${found.message}` }] : [];
}

async function suspended(home: Home): Promise<Trouble[]> {
  const rows = await home.db
    .prepare('SELECT origin, failed, tried FROM hosts WHERE opens > 0 ORDER BY opened_at, origin LIMIT ?')
    .bind(ORIGINS)
    .all<{ origin: string; failed: number; tried: number }>();
  const receivers = (await listReceivers(home)).filter(({ suspendedAt }) => suspendedAt !== null);
  return [
    ...rows.map(({ origin, failed, tried }) => ({
      kind: 'suspended' as const,
      subject: origin,
      message: `Nobody at ${origin} is told for a while: ${failed} of the last ${tried} attempts there failed.`,
    })),
    ...receivers.slice(0, ORIGINS).map(({ key, channel, origin, status, error }) => ({
      kind: 'suspended' as const,
      subject: key,
      message: `The ${channel} at ${origin} takes nothing any more (${error ?? status}): ${remedy(key)}`,
    })),
  ];
}

function remedy(receiver: string): string {
  const partner = partnerOfReceiver(receiver);
  if (partner === null) return 'look at the push section of the configuration.';
  return `ask the partner ${partner}, then: tidings partners replay ${partner} --since TIME`;
}

/** Kills of which partners have not said within the hour that they know. */
async function unacknowledged(home: Home): Promise<Trouble[]> {
  const rows = await home.db
    .prepare(
      `SELECT r.article, l.title, count(*) AS n, group_concat(r.partner, ', ') AS partners
       FROM recalls AS r JOIN ledger AS l ON l.id = r.article
       WHERE r.settled_at IS NULL AND r.type = 'killed' AND r.at <= ? GROUP BY r.article LIMIT ?`,
    )
    .bind(home.now() - KILL_MS, ORIGINS)
    .all<{ article: string; title: string; n: number; partners: string }>();
  return rows.map(({ article, title, n, partners }) => {
    const named = partners.split(', ').slice(0, NAMED).join(', ');
    const message = `${n} partners have not acknowledged that "${title}" was killed: ${named}${n > NAMED ? ', …' : ''}`;
    return { kind: 'kill', subject: article, message };
  });
}

async function queue(home: Home): Promise<Trouble[]> {
  const { queueAgeSeconds } = home.config.alerts;
  const row = await home.db
    .prepare("SELECT count(*) AS works FROM outbox WHERE due_at <= ? AND type <> 'alert'")
    .bind(home.now() - queueAgeSeconds * 1000)
    .first<{ works: number }>();
  if (!row?.works) return [];
  return [{ kind: 'queue', subject: '', message: `Work has waited for more than ${queueAgeSeconds} seconds.` }];
}

/** Tells the publisher what is new. One message for all of it; tried again until somebody takes it. */
export async function tellAlerts(home: Home, work: Work): Promise<number | null> {
  const { url, form } = home.config.alerts;
  const alerts = await home.db
    .prepare('SELECT * FROM alerts WHERE told = 0 OR mended_at IS NOT NULL ORDER BY id LIMIT 200')
    .all<Alert & Record<string, string | number | null>>();
  if (alerts.length === 0) return null;
  // Without an address the log is the only place that says it.
  for (const { kind, message } of alerts) if (kind === UNHEARD) home.log.warn('alert', { kind, message });
  const delay = url === null ? null : await send(home, url, FORMS[form](home, alerts), work.attempts);
  if (delay !== null && home.now() - Math.min(...alerts.map(({ since }) => since)) < GIVEN_UP_MS) return delay;
  const seen = JSON.stringify(alerts.map(({ id, mended_at }) => ({ id, mended: mended_at === null ? 0 : 1 })));
  const mine = (mended: number) =>
    `id IN (SELECT value ->> 'id' FROM json_each(?) WHERE value ->> 'mended' = ${mended})`;
  await home.db.batch([
    home.db.prepare(`UPDATE alerts SET told = 1 WHERE ${mine(0)}`).bind(seen),
    home.db.prepare(`DELETE FROM alerts WHERE kind = '${UNHEARD}' AND told = 1`),
    home.db.prepare(`DELETE FROM alerts WHERE ${mine(1)}`).bind(seen),
  ]);
  return null;
}

/** When to try again, in epoch milliseconds; null when it was taken. The address is a secret of its owner's. */
async function send(home: Home, url: string, body: object, failures: number): Promise<number | null> {
  let wait: number | null = null;
  let outcome: string;
  try {
    const headers = { 'content-type': 'application/json' };
    const request = { url, method: 'POST', headers, body: JSON.stringify(body), timeoutMs: TIMEOUT_MS } as const;
    const answer = await home.request(request);
    if (answer.status >= 200 && answer.status < 300) return null;
    wait = retryAfterMs(answer.headers.get('retry-after'), home.now());
    outcome = String(answer.status);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    outcome = error.reason;
  }
  home.log.warn('alert.untold', { host: new URL(url).host, outcome });
  const now = home.now();
  const schedule = home.config.hub.retrySeconds;
  const failure = { failures, schedule, retryAfterMs: wait, forbidden: false, now, random: Math.random() };
  return nextAttempt({ ...failure, leaseUntil: Number.POSITIVE_INFINITY });
}

/** A message in the form that the receiver understands. */
const FORMS: Record<'json' | 'slack' | 'discord', (home: Home, alerts: Alert[]) => object> = {
  json: (home, alerts) => ({
    type: 'alert',
    server: home.url,
    at: new Date(home.now()).toISOString(),
    alerts: alerts.map(({ kind, subject, message, since, mended_at }) => ({
      kind,
      subject,
      state: mended_at === null ? 'begun' : 'mended',
      message,
      since: new Date(since).toISOString(),
      mendedAt: mended_at === null ? null : new Date(mended_at).toISOString(),
    })),
  }),
  slack: (home, alerts) => ({ text: slackText(asText(home, alerts)) }),
  discord: (home, alerts) => ({ content: asText(home, alerts).slice(0, 2_000), ...NOBODY }),
};

function asText(home: Home, alerts: Alert[]): string {
  const lines = alerts
    .slice(0, LINES)
    .map(({ message, since, mended_at }) =>
      mended_at === null ? `⚠ ${message}` : `✓ Mended, after ${duration(mended_at - since)}: ${message}`,
    );
  if (alerts.length > LINES) lines.push(`… and ${alerts.length - LINES} more`);
  return [`Tidings at ${home.url}`, ...lines].join('\n');
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

import type { Home } from '../../home.ts';
import type { Statement } from '../../storage/ports.ts';
import { countAttempts } from '../counts.ts';
import { throughBreaker } from '../hosts.ts';
import { lanes } from '../lanes.ts';
import type { Work } from '../outbox.ts';
import { nextAttempt } from '../retry.ts';
import { inTurn } from '../turns.ts';
import type { Attempt, Notice, Outcome } from './channel.ts';
import { type Configured, type ReceiverRow, receiverOf } from './receivers.ts';

/** Milliseconds that a receiver has to take a notice; Standard Webhooks asks for 15 to 30 seconds. */
const DEADLINE_MS = 15_000;
/** Requests to one receiver at a time. */
const WIDTH = 4;
/** Notices in one step, where one attempt takes no more than that; a Worker's invocation may make a thousand queries. */
const STEP: Record<Home['name'], number> = { node: 200, workers: 40 };
/** Milliseconds of failures after which a receiver counts as away. */
const PATIENCE_MS = 2 * 86_400_000;
/** Milliseconds after which a notice that its receiver does not take, or whose page does not come, is given up. */
const NOTICE_MS = 5 * 86_400_000;
/** The same for one that waits for a receiver that is away. */
const KEPT_MS = 30 * 86_400_000;
/** Milliseconds between two attempts at telling of a kill, at most. */
const KILL_MS = 3_600_000;
/** Answers that speak of what was sent and not of the receiver. */
const OBJECTIONS = new Set([400, 413, 415, 422]);

type Pending = Notice & { attempts: number };

/** Where a receiver stands before its first attempt. */
const FRESH: Pick<ReceiverRow, 'failures' | 'failing_since' | 'suspended_at' | 'not_before' | 'status'> = {
  failures: 0,
  failing_since: null,
  suspended_at: null,
  not_before: 0,
  status: null,
};

/**
 * Tells a receiver what it has not been told. While it fails one attempt is made at a time, by the same schedule as
 * deliveries to subscribers; what waits meanwhile is told when one is taken. After two days of failures it is suspended:
 * that is said once, and it is tried on at the slowest pace, or every hour as long as a kill waits. 410 suspends it at
 * once and for good.
 */
export async function announce(home: Home, work: Work): Promise<number | null> {
  const one = await receiverOf(home, work.ref);
  if (!one) {
    await home.db.prepare('DELETE FROM notices WHERE receiver = ?').bind(work.ref).run();
    return null;
  }
  const stored = await home.db.prepare('SELECT * FROM receivers WHERE key = ?').bind(one.key).first<ReceiverRow>();
  const row = stored ?? FRESH;
  if (row.suspended_at !== null && row.status === 410) {
    await home.db.prepare('DELETE FROM notices WHERE receiver = ?').bind(one.key).run();
    return null;
  }
  if (row.not_before > home.now()) return row.not_before;

  const { atMost } = one.announcer;
  const isProbe = row.failing_since !== null;
  const due = await home.db
    .prepare(
      `SELECT subject, type, seq, at, created_at AS createdAt, attempts FROM notices
       WHERE receiver = ? AND due_at <= ? ORDER BY type = 'killed' DESC, due_at, seq LIMIT ?`,
    )
    .bind(one.key, home.now(), isProbe ? atMost : Math.max(atMost, STEP[home.name]))
    .all<Pending & { [column: string]: string | number }>();
  await Promise.all(due.map(({ subject, seq }) => home.freshness.settle(subject, seq)));
  const groups = Array.from({ length: Math.ceil(due.length / atMost) }, (_, at) =>
    due.slice(at * atMost, (at + 1) * atMost),
  );
  const stop: { until: number | null; failure: Attempt | null } = { until: null, failure: null };
  await inTurn(groups, WIDTH, async (group) => {
    if (stop.failure || stop.until !== null) return;
    const came = await attempt(home, one, group);
    if (typeof came === 'number') {
      stop.until = came;
      return;
    }
    await settle(home, one, group, came, row.failures + 1);
    if (came.attempt && came.attempt.outcome !== 'delivered' && !isObjection(came.attempt)) stop.failure = came.attempt;
    else if (came.attempt && row.suspended_at !== null)
      home.log.info('push.resumed', { channel: one.channel, origin: one.origin });
  });
  if (stop.failure) return fail(home, one, row, stop.failure);
  if (stop.until !== null) return stop.until;
  const next = await home.db
    .prepare('SELECT min(due_at) AS at FROM notices WHERE receiver = ?')
    .bind(one.key)
    .first<{ at: number | null }>();
  return next?.at ?? null;
}

/** One attempt in its turn, or when to come back where the origin's breaker is open. */
function attempt(home: Home, { key, origin, announcer, receiver }: Configured, group: Pending[]) {
  const once = async (): Promise<Outcome> => {
    const started = home.now();
    try {
      return await announcer.announce(home, { key, receiver }, group, DEADLINE_MS);
    } catch (error) {
      // Something in what was to be told; it is not to keep the rest from being told.
      home.log.error('push.announce', { receiver: key, subject: group[0]?.subject, error: String(error) });
      const ms = home.now() - started;
      return { attempt: { outcome: 'failed', status: null, error: 'internal', ms, retryAfterMs: null } };
    }
  };
  return lanes(home).slow.run(origin, () => throughBreaker(home, origin, once));
}

const isObjection = ({ status, error }: Attempt) => error === 'internal' || (status !== null && OBJECTIONS.has(status));

/** Writes what came of one attempt, in one transaction. What was asked for again meanwhile stays. */
async function settle(home: Home, one: Configured, group: Pending[], came: Outcome, number: number): Promise<void> {
  const { attempt, later = [], rest = [], waits: until = [], facts = [] } = came;
  const statements: Statement[] = [...facts, ...keepWaiting(home, one, until)];
  const waits = new Set([...later, ...until.map(({ notice }) => notice)].map(({ subject }) => subject));
  const left = new Set(rest.map(({ subject }) => subject));
  const tried = group.filter(({ subject }) => !waits.has(subject) && !left.has(subject));
  if (attempt === null || attempt.outcome === 'delivered') statements.push(...done(home, one, tried));
  else if (isObjection(attempt)) statements.push(...postpone(home, one, tried, attempt));
  if (later.length > 0)
    statements.push(
      ...postpone(
        home,
        one,
        group.filter((notice) => later.some(({ subject }) => subject === notice.subject)),
        null,
      ),
    );
  if (attempt)
    statements.push(
      log(home, one, tried, attempt, number),
      ...countAttempts(home, [{ channel: one.channel, attempt, isRetry: number > 1 }]),
    );
  if (attempt?.outcome === 'delivered' || (attempt && isObjection(attempt)))
    statements.push(recovery(home, one, attempt));
  if (statements.length > 0) await home.db.batch(statements);
}

function done(home: Home, { key }: Configured, notices: Pending[]): Statement[] {
  if (notices.length === 0) return [];
  return [
    home.db
      .prepare(
        `DELETE FROM notices WHERE receiver = ?1 AND EXISTS (SELECT 1 FROM json_each(?2)
           WHERE value ->> 'subject' = notices.subject AND value ->> 'seq' = notices.seq)`,
      )
      .bind(key, JSON.stringify(notices.map(({ subject, seq }) => ({ subject, seq })))),
  ];
}

/** Notices whose time comes at an instant that is known. */
function keepWaiting(home: Home, { key }: Configured, waits: { notice: Notice; until: number }[]): Statement[] {
  if (waits.length === 0) return [];
  const rows = waits.map(({ notice: { subject, seq }, until }) => ({ subject, seq, until }));
  return [
    home.db
      .prepare(
        `UPDATE notices SET due_at = j.value ->> 'until' FROM json_each(?2) AS j
         WHERE receiver = ?1 AND subject = j.value ->> 'subject' AND seq = j.value ->> 'seq'`,
      )
      .bind(key, JSON.stringify(rows)),
  ];
}

/** Notices that are tried again by themselves; given up after five days, but for kills. */
function postpone(home: Home, one: Configured, notices: Pending[], attempt: Attempt | null): Statement[] {
  const again: { subject: string; seq: number; dueAt: number }[] = [];
  const over: Pending[] = [];
  for (const notice of notices) {
    const dueAt = nextAttempt({
      failures: notice.attempts + 1,
      schedule: home.config.hub.retrySeconds,
      retryAfterMs: attempt?.retryAfterMs ?? null,
      forbidden: false,
      now: home.now(),
      leaseUntil: notice.createdAt + NOTICE_MS,
      random: Math.random(),
    });
    const { subject, seq, type } = notice;
    if (type === 'killed')
      again.push({ subject, seq, dueAt: Math.min(dueAt ?? home.now() + KILL_MS, home.now() + KILL_MS) });
    else if (dueAt === null) over.push(notice);
    else again.push({ subject, seq, dueAt });
  }
  for (const { subject, type } of over)
    home.log.warn('push.notice', { channel: one.channel, origin: one.origin, subject, type, state: 'given up' });
  const update = home.db
    .prepare(
      `UPDATE notices SET attempts = attempts + 1, due_at = j.value ->> 'dueAt' FROM json_each(?2) AS j
       WHERE receiver = ?1 AND subject = j.value ->> 'subject' AND seq = j.value ->> 'seq'`,
    )
    .bind(one.key, JSON.stringify(again));
  return [update, ...done(home, one, over)];
}

function log(home: Home, one: Configured, notices: Pending[], attempt: Attempt, number: number): Statement {
  const [first] = notices;
  const topic = notices.length === 1 && first ? first.subject : `${notices.length} ${one.announcer.about}`;
  return home.db
    .prepare(
      `INSERT INTO delivery_log (at, topic, version, receiver, origin, attempt, outcome, status, error, ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      home.now(),
      topic,
      Math.max(0, ...notices.map(({ seq }) => seq)),
      one.key,
      one.origin,
      number,
      attempt.outcome,
      attempt.status,
      attempt.error,
      attempt.ms,
    );
}

/** The receiver answers, so all is well with it. */
function recovery(home: Home, { key, channel, origin, announcer }: Configured, attempt: Attempt): Statement {
  const now = home.now();
  return home.db
    .prepare(
      `INSERT INTO receivers (key, channel, origin, about, told_at, status) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (key) DO UPDATE SET failures = 0, failing_since = NULL, suspended_at = NULL, not_before = 0,
         told_at = excluded.told_at, status = excluded.status, error = NULL`,
    )
    .bind(key, channel, origin, announcer.about, now, attempt.status);
}

/** When the next attempt is: the last before a suspension when the two days end, and soon while a kill waits. */
async function hastened(home: Home, one: { key: string; planned: number; since: number }): Promise<number> {
  const { key, planned, since } = one;
  const now = home.now();
  const kill = await home.db
    .prepare("SELECT 1 AS one FROM notices WHERE receiver = ? AND type = 'killed' LIMIT 1")
    .bind(key)
    .first();
  const end = since + PATIENCE_MS;
  return Math.min(planned, end > now ? end : planned, kill ? now + KILL_MS : planned);
}

/** The receiver did not take it. Gives when it is tried again. */
async function fail(
  home: Home,
  { key, channel, origin, announcer }: Configured,
  row: typeof FRESH,
  attempt: Attempt,
): Promise<number | null> {
  const now = home.now();
  const failures = row.failures + 1;
  const since = row.failing_since ?? now;
  const isGone = attempt.outcome === 'gone';
  const isAway = isGone || now - since >= PATIENCE_MS;
  const suspendedAt = isAway ? (row.suspended_at ?? now) : null;
  const planned = isGone
    ? null
    : nextAttempt({
        failures,
        schedule: home.config.hub.retrySeconds,
        retryAfterMs: attempt.retryAfterMs,
        forbidden: attempt.error === 'refused',
        now,
        leaseUntil: Number.POSITIVE_INFINITY,
        random: Math.random(),
      });
  const dueAt = planned && (await hastened(home, { key, planned, since }));
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO receivers (key, channel, origin, about, failures, failing_since, suspended_at, not_before, status, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, failing_since = excluded.failing_since,
           suspended_at = excluded.suspended_at, not_before = excluded.not_before, status = excluded.status,
           error = excluded.error`,
      )
      .bind(
        key,
        channel,
        origin,
        announcer.about,
        failures,
        since,
        suspendedAt,
        dueAt ?? 0,
        attempt.status,
        attempt.error,
      ),
    home.db
      .prepare("DELETE FROM notices WHERE receiver = ? AND ((created_at < ? AND type <> 'killed') OR ?)")
      .bind(key, now - KEPT_MS, isGone),
  ]);
  if (suspendedAt !== null && row.suspended_at === null)
    home.log.error('push.suspended', { channel, origin, failures, status: attempt.status, error: attempt.error });
  return dueAt;
}

import type { NEWS } from '../config/schema.ts';
import type { Home } from '../home.ts';
import type { Attempt, Notice } from '../push/channels/channel.ts';
import type { Statement } from '../storage/ports.ts';
import { receiverKey } from './receiver.ts';

/** An event as it was sent to a partner's webhook. */
export interface PushedEvent {
  /** `webhook-id`: the same through all attempts and replays. */
  id: string;
  type: (typeof NEWS)[number];
  /** Of the article as it was sent; null of a withdrawal. */
  version: string | null;
  notice: Pick<Notice, 'subject' | 'seq' | 'at'>;
}

/** A statement that remembers an attempt at an event: one row for each event, with the last attempt. */
export function recordPush(home: Home, partner: string, event: PushedEvent, attempt: Attempt): Statement {
  const { id, type, version, notice } = event;
  const now = home.now();
  return home.db
    .prepare(
      `INSERT INTO pushes (partner, id, article, type, version, seq, at, first_at, last_at, attempts, status, error, taken_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, ?9, ?10, ?11)
       ON CONFLICT (partner, id) DO UPDATE SET type = excluded.type, version = excluded.version,
         last_at = excluded.last_at, attempts = attempts + 1, status = excluded.status, error = excluded.error,
         taken_at = coalesce(excluded.taken_at, taken_at)`,
    )
    .bind(
      partner,
      id,
      notice.subject,
      type,
      version,
      notice.seq,
      notice.at,
      now,
      attempt.status,
      attempt.error,
      attempt.outcome === 'delivered' ? now : null,
    );
}

/** An event of a partner, as programs see it. Instants are ISO 8601. */
export interface PushView {
  id: string;
  type: string;
  article: string;
  version: string | null;
  at: string;
  attempts: number;
  lastAt: string;
  status: number | null;
  error: string | null;
  /** When the partner answered 2xx; null while it has not. */
  takenAt: string | null;
}

/** A row of `pushes`. */
export interface PushRow {
  id: string;
  article: string;
  type: string;
  version: string | null;
  seq: number;
  at: string;
  first_at: number;
  last_at: number;
  attempts: number;
  status: number | null;
  error: string | null;
  taken_at: number | null;
}

export const asTime = (at: number) => new Date(at).toISOString();

export function pushView(row: PushRow): PushView {
  return {
    id: row.id,
    type: row.type,
    article: row.article,
    version: row.version,
    at: row.at,
    attempts: row.attempts,
    lastAt: asTime(row.last_at),
    status: row.status,
    error: row.error,
    takenAt: row.taken_at === null ? null : asTime(row.taken_at),
  };
}

/** How a partner's webhook stands: what waits, what failed, when it is tried again, and what was sent. */
export interface PushState {
  /** Null where the partner has no webhook. */
  receiver: {
    origin: string;
    failures: number;
    status: number | null;
    error: string | null;
    failingSince: string | null;
    suspendedAt: string | null;
    /** When the next attempt is made; null where nothing holds it back. */
    nextAt: string | null;
    /** Seconds before each further attempt; after two days it is suspended, and the last of them goes on. */
    scheduleSeconds: number[];
  } | null;
  /** Open events, one for each article at most; `dueAt` is later where an embargo has not ended. */
  waiting: { article: string; type: string; at: string; dueAt: string; attempts: number }[];
  /** The newest first. */
  pushes: PushView[];
}

/**
 * @param before events that happened before an instant, ISO 8601
 */
export async function pushState(
  home: Home,
  partner: string,
  {
    article,
    failed = false,
    before,
    limit = 100,
  }: { article?: string; failed?: boolean; before?: string; limit?: number },
): Promise<PushState> {
  const key = receiverKey(partner);
  const row = await home.db.prepare('SELECT * FROM receivers WHERE key = ?').bind(key).first<{
    origin: string;
    failures: number;
    status: number | null;
    error: string | null;
    failing_since: number | null;
    suspended_at: number | null;
    not_before: number;
  }>();
  const waiting = await home.db
    .prepare(
      `SELECT subject, type, at, due_at, attempts FROM notices WHERE receiver = ?1 AND (?2 = '' OR subject = ?2)
       ORDER BY due_at, seq LIMIT ?3`,
    )
    .bind(key, article ?? '', limit)
    .all<{ subject: string; type: string; at: string; due_at: number; attempts: number }>();
  const pushes = await home.db
    .prepare(
      `SELECT * FROM pushes WHERE partner = ?1 AND (?2 = '' OR article = ?2) AND (?3 = 0 OR taken_at IS NULL)
         AND (?4 = '' OR at < ?4) ORDER BY at DESC, seq DESC LIMIT ?5`,
    )
    .bind(partner, article ?? '', failed ? 1 : 0, before ?? '', limit)
    .all<PushRow & { [column: string]: string | number | null }>();
  return {
    receiver: row && {
      origin: row.origin,
      failures: row.failures,
      status: row.status,
      error: row.error,
      failingSince: row.failing_since === null ? null : asTime(row.failing_since),
      suspendedAt: row.suspended_at === null ? null : asTime(row.suspended_at),
      nextAt: row.not_before > home.now() ? asTime(row.not_before) : null,
      scheduleSeconds: home.config.hub.retrySeconds,
    },
    waiting: waiting.map(({ subject, type, at, due_at, attempts }) => ({
      article: subject,
      type: type === 'killed' ? 'article.withdrawn' : `article.${type}`,
      at,
      dueAt: asTime(due_at),
      attempts,
    })),
    pushes: pushes.map(pushView),
  };
}

import type { Config } from '../../config/schema.ts';
import type { Home } from '../../home.ts';
import type { Statement } from '../../storage/ports.ts';
import type { Announcer, Receiver } from './channel.ts';
import { announcers } from './channels.ts';

/** A receiver, with the channel that tells it. */
export interface Configured {
  /** Channel and a hash of the address. */
  key: string;
  channel: string;
  origin: string;
  announcer: Announcer;
  receiver: Receiver;
}

const known = new WeakMap<Config, Configured[]>();

/** Everybody whom the configuration names. An address that stands twice in one channel counts once. */
export function configured(home: Pick<Home, 'config' | 'sha256'>): Configured[] {
  const found = known.get(home.config);
  if (found) return found;
  const all = Object.entries(announcers).flatMap(([channel, announcer]) =>
    announcer.receivers(home).map((receiver) => ({
      key: `${channel} ${home.sha256(receiver.url).slice(0, 16)}`,
      channel,
      origin: new URL(receiver.url).origin,
      announcer,
      receiver,
    })),
  );
  const unique = [...new Map(all.map((one) => [one.key, one])).values()];
  known.set(home.config, unique);
  return unique;
}

/** The receiver of a key, whoever names it; null when nobody does any more. */
export async function receiverOf(home: Home, key: string): Promise<Configured | null> {
  const named = configured(home).find((one) => one.key === key);
  if (named) return named;
  const channel = key.split(' ')[0] ?? '';
  const announcer = Object.hasOwn(announcers, channel) ? announcers[channel] : undefined;
  const receiver = await announcer?.find?.(home, key);
  return announcer && receiver ? { key, channel, origin: new URL(receiver.url).origin, announcer, receiver } : null;
}

/** Channels whose receivers the database names: they come and go by other hands. */
const storedChannels = () => Object.entries(announcers).flatMap(([channel, { find }]) => (find ? [channel] : []));

/**
 * Statements that make the database know whom the configuration names, and forget who is gone from it. Who is new is
 * told of what happens from here on.
 */
export function recordReceivers(home: Home): Statement[] {
  for (const channel of Object.keys(home.config.push.channels))
    if (!Object.hasOwn(announcers, channel))
      home.log.warn('push.channels', {
        channel,
        error: 'There is no such channel; docs/channels.md says how to add it.',
      });
  const json = JSON.stringify(
    configured(home).map(({ key, channel, origin, announcer: { about } }) => ({ key, channel, origin, about })),
  );
  const gone = (table: string, column: string) =>
    home.db
      .prepare(
        `DELETE FROM ${table} WHERE ${column} NOT IN (SELECT value ->> 'key' FROM json_each(?))
           AND substr(${column}, 1, instr(${column}, ' ') - 1) NOT IN (SELECT value FROM json_each(?))
           AND EXISTS (SELECT 1 FROM ${table})`,
      )
      .bind(json, JSON.stringify(storedChannels()));
  return [
    home.db
      .prepare(
        `INSERT OR IGNORE INTO receivers (key, channel, origin, about, cursor)
         SELECT value ->> 'key', value ->> 'channel', value ->> 'origin', value ->> 'about',
           coalesce((SELECT max(seq) FROM events), 0) FROM json_each(?)`,
      )
      .bind(json),
    gone('receivers', 'key'),
    gone('notices', 'receiver'),
    gone('told', 'receiver'),
    gone('submissions', 'receiver'),
  ];
}

/** A receiver as people and programs may see it: of its address, which may be a secret, the origin alone. */
export interface ReceiverView {
  key: string;
  channel: string;
  origin: string;
  /** Notices that wait. */
  waiting: number;
  /** Failed attempts in a row, with what went wrong last. */
  failures: number;
  status: number | null;
  error: string | null;
  /** Epoch milliseconds, as are those below. */
  failingSince: number | null;
  /** Set when it failed for two days, or wants nothing any more. */
  suspendedAt: number | null;
  /** When it is tried again; null when it is not kept waiting. */
  nextAt: number | null;
  toldAt: number | null;
}

/** Every receiver as it stands, in the order of channel and key. */
export async function listReceivers(home: Home): Promise<ReceiverView[]> {
  const rows = await home.db
    .prepare(
      `SELECT r.*, (SELECT count(*) FROM notices WHERE receiver = r.key) AS waiting FROM receivers r ORDER BY r.key`,
    )
    .all<ReceiverRow & { waiting: number }>();
  const now = home.now();
  return rows.map((row) => ({
    key: row.key,
    channel: row.channel,
    origin: row.origin,
    waiting: row.waiting,
    failures: row.failures,
    status: row.status,
    error: row.error,
    failingSince: row.failing_since,
    suspendedAt: row.suspended_at,
    nextAt: row.not_before > now ? row.not_before : null,
    toldAt: row.told_at,
  }));
}

/** A receiver as the database has it. */
export interface ReceiverRow {
  key: string;
  channel: string;
  origin: string;
  failures: number;
  failing_since: number | null;
  suspended_at: number | null;
  not_before: number;
  status: number | null;
  error: string | null;
  told_at: number | null;
}

import type { Home } from '../home.ts';
import { ANNOUNCE } from '../push/channels/notices.ts';
import { enqueue, wake } from '../push/outbox.ts';
import { forRows } from '../storage/rows.ts';
import type { PushRow } from './pushes.ts';
import { receiverKey } from './receiver.ts';

/** Which events are to be sent again: one by its id, those of an article, or those that happened within a time. */
export type Replayed = { event: string } | { article: string } | { since: string; until?: string };

/** Articles whose events are sent again at once. */
const MOST = 5_000;

/** An event that is to be sent again. */
interface Event extends Pick<PushRow, 'id' | 'article' | 'type' | 'seq' | 'at'> {
  withdrawn: number;
}

/**
 * Sends events to a partner's webhook once more, under their own ids: for each article the last one that is meant, told as
 * the article is now. Of an article that was taken back only that is sent. Where an event of an article is open already,
 * that one says it.
 *
 * @returns the ids of the events that are sent; null where the partner has no webhook
 */
export async function replay(home: Home, partner: string, which: Replayed): Promise<string[] | null> {
  const key = receiverKey(partner);
  const receiver = await home.db
    .prepare('SELECT status, suspended_at FROM receivers WHERE key = ?')
    .bind(key)
    .first<{ status: number | null; suspended_at: number | null }>();
  if (!receiver) return null;
  const meant = await eventsOf(home, partner, which);
  const events = await Promise.all(
    [...new Map(meant.map((event) => [event.article, event])).values()].map((event) =>
      asItStands(home, partner, event),
    ),
  );
  if (events.length === 0) return [];
  const now = home.now();
  await home.db.batch([
    ...forRows(
      home.db,
      `INSERT INTO notices (receiver, subject, type, seq, at, created_at, due_at)
       SELECT ?2, value ->> 'article', replace(value ->> 'type', 'article.', ''), value ->> 'seq', value ->> 'at', ?3, ?3
       FROM json_each(?1) WHERE true ON CONFLICT (receiver, subject) DO UPDATE SET due_at = min(due_at, excluded.due_at)`,
      events,
      key,
      now,
    ),
    // Whoever asks for it says that the webhook is there again.
    home.db
      .prepare('UPDATE receivers SET not_before = 0, status = iif(status = 410, NULL, status) WHERE key = ?')
      .bind(key),
    enqueue(home, ANNOUNCE, key),
  ]);
  await wake(home, [{ type: ANNOUNCE, ref: key }]);
  return events.map(({ id }) => id);
}

const COLUMNS = `id, article, type, seq, at,
  EXISTS (SELECT 1 FROM recalls AS r WHERE r.partner = pushes.partner AND r.article = pushes.article AND r.type <> 'updated')
    OR NOT EXISTS (SELECT 1 FROM articles WHERE id = pushes.article) AS withdrawn`;

/** In the order in which they happened. */
async function eventsOf(home: Home, partner: string, which: Replayed): Promise<Event[]> {
  const ask = (where: string, ...values: string[]) =>
    home.db
      .prepare(`SELECT ${COLUMNS} FROM pushes WHERE partner = ? AND ${where} ORDER BY at DESC, seq DESC LIMIT ${MOST}`)
      .bind(partner, ...values)
      .all<Event & { [column: string]: string | number }>();
  const found =
    'event' in which
      ? await ask('id = ?', which.event)
      : 'article' in which
        ? await ask('article = ?', which.article)
        : await ask('at >= ? AND at < ?', which.since, which.until ?? '~');
  return found.reverse();
}

/** Of an article that was taken back, the event that said so. */
async function asItStands(home: Home, partner: string, event: Event): Promise<Event> {
  if (!event.withdrawn || event.type === 'article.withdrawn') return event;
  const last = await home.db
    .prepare(
      `SELECT ${COLUMNS} FROM pushes WHERE partner = ? AND article = ? AND type = 'article.withdrawn'
       ORDER BY at DESC, seq DESC LIMIT 1`,
    )
    .bind(partner, event.article)
    .first<Event & { [column: string]: string | number }>();
  return last ?? event;
}

import type { Home } from '../../home.ts';
import type { Statement } from '../../storage/ports.ts';
import { forRows } from '../../storage/rows.ts';
import { enqueueSelected, wake } from '../outbox.ts';

/** The type of the work that tells a receiver; its ref is the receiver's key. */
export const ANNOUNCE = 'announce';

/** Milliseconds that a changed document waits for others that change with it, so that they go in one request. */
export const GATHER_MS = 1_500;

/** Nothing is told of an article before the site's feed shows it. */
const SHOWN = "NOT EXISTS (SELECT 1 FROM feeds WHERE key = '' AND built < wanted)";

/**
 * Whether an event may be for a partner: it has or awaits the article, or had it once. Whether it may have it now is
 * found out at the attempt. A kill was told to all partners when it was decided.
 */
const CONCERNS_PARTNER = `coalesce(e.because, '') <> 'killed' AND (
  EXISTS (SELECT 1 FROM memberships WHERE article = e.article AND feed = 'partners/' || substr(r.key, 9))
  OR EXISTS (SELECT 1 FROM partner_schedule WHERE article = e.article AND partner = substr(r.key, 9))
  OR EXISTS (SELECT 1 FROM offers WHERE article = e.article AND partner = substr(r.key, 9))
  OR EXISTS (SELECT 1 FROM recalls WHERE article = e.article AND partner = substr(r.key, 9)))`;

/**
 * Statements for the batch that commits the site's feed, and for the end of a run: what happened to articles since each
 * receiver's cursor becomes its notices, with their work, and the cursor moves. Where the site's feed is not committed
 * they do nothing, and the next ones do it all.
 */
export function announceArticles(home: Home): Statement[] {
  const now = home.now();
  return [
    home.db
      .prepare(
        `INSERT INTO notices (receiver, subject, type, seq, at, created_at, due_at)
         SELECT r.key, e.article, iif(e.type = 'updated' AND sum(e.type = 'published') > 0, 'published', e.type),
           max(e.seq), e.at, ?1, ?1
         FROM receivers r JOIN events e ON e.seq > r.cursor
         WHERE r.about = 'articles' AND ${SHOWN} AND (r.channel <> 'partner' OR ${CONCERNS_PARTNER})
         GROUP BY r.key, e.article
         ON CONFLICT (receiver, subject) DO UPDATE SET seq = excluded.seq, at = excluded.at, due_at = excluded.due_at,
           attempts = 0, type = iif(type = 'published' AND excluded.type = 'updated', 'published', excluded.type)`,
      )
      .bind(now),
    enqueueSelected(home, ANNOUNCE, {
      select: `SELECT key AS ref, ? AS due_at FROM receivers
         WHERE about = 'articles' AND EXISTS (SELECT 1 FROM events WHERE seq > receivers.cursor) AND ${SHOWN}`,
      values: [now],
      again: true,
    }),
    home.db.prepare(
      `UPDATE receivers SET cursor = (SELECT max(seq) FROM events)
       WHERE about = 'articles' AND EXISTS (SELECT 1 FROM events WHERE seq > receivers.cursor) AND ${SHOWN}`,
    ),
  ];
}

/**
 * Statements for the batch that gives articles other addresses: search engines are to be told of these, though nobody
 * else hears of it as news.
 */
export function announceMoves(home: Home, articles: string[]): Statement[] {
  if (home.config.push.indexNow === null || articles.length === 0) return [];
  const now = home.now();
  return [
    ...forRows(
      home.db,
      `INSERT INTO notices (receiver, subject, type, seq, at, created_at, due_at)
       SELECT r.key, value, 'updated', 0, ?2, ?3, ?3 FROM json_each(?1) CROSS JOIN receivers AS r
       WHERE r.channel = 'indexnow'
       ON CONFLICT (receiver, subject) DO NOTHING`,
      articles,
      new Date(now).toISOString(),
      now,
    ),
    enqueueSelected(home, ANNOUNCE, {
      select: `SELECT key AS ref, ? AS due_at FROM receivers WHERE channel = 'indexnow'`,
      values: [now + GATHER_MS],
      again: true,
    }),
  ];
}

/** Sends the messages for what was decided here and by `announceDocuments`, when it is committed. */
export async function wakeAnnouncements(home: Home): Promise<void> {
  const wanted = await home.db
    .prepare('SELECT type, ref, due_at FROM outbox WHERE type = ? AND due_at <= ?')
    .bind(ANNOUNCE, home.now() + GATHER_MS)
    .all<{ type: string; ref: string; due_at: number }>();
  for (const work of wanted) await wake(home, [work], work.due_at);
}

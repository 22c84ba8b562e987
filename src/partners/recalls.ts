import type { Home } from '../home.ts';
import { ANNOUNCE } from '../push/channels/notices.ts';
import { enqueueSelected } from '../push/outbox.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import type { CompiledPartner, SelectedArticle } from './compiled.ts';
import { receiverKey } from './receiver.ts';

/** The kind of alert that is told once and cannot be mended: a withdrawal that a partner never heard of. */
export const UNHEARD = 'unheard';
/** Days that a partner has to come for what it has to learn; then that is reported, and a kill goes on. */
export const RECALL_DAYS = 30;
const RECALL_MS = RECALL_DAYS * 86_400_000;
/** Updates outside the window, and withdrawals, that a partner's documents carry at most. */
const UPDATES = 50;
const WITHDRAWALS = 200;
/** What a withdrawal says where the article is still published and the partner's filter means it no more. */
export const NOT_FOR_PARTNER = 'not-for-partner';

/** What a partner that had an article has to learn of it. */
export interface Recall {
  partner: string;
  article: string;
  /** A newer version, a withdrawal, or a withdrawal that has to be acknowledged. */
  type: 'updated' | 'withdrawn' | 'killed';
  reason: string | null;
}

const AGAIN = `ON CONFLICT (partner, article) DO UPDATE SET type = excluded.type, reason = excluded.reason, at = excluded.at,
  shown = NULL, settled_at = NULL, settled_by = NULL`;

/**
 * Statements for the batch that takes articles back, before they leave their feeds: every partner that has one in its
 * feeds or archives, or was ever offered it, has to learn that. Kills are everybody's; see {@link recallFromAll}.
 */
export function recallWithdrawn(home: Home, articles: { article: string; reason: string }[]): Statement[] {
  const told = articles.filter(({ reason }) => reason !== 'killed');
  return [
    ...forRows(
      home.db,
      `INSERT INTO recalls (partner, article, type, reason, at)
     SELECT had.partner, had.article, 'withdrawn', had.reason, ?2 FROM (
       SELECT substr(m.feed, 10) AS partner, m.article, j.value ->> 'reason' AS reason
         FROM json_each(?1) AS j CROSS JOIN memberships AS m ON m.article = j.value ->> 'article'
         WHERE m.feed GLOB 'partners/*'
       UNION SELECT o.partner, o.article, j.value ->> 'reason'
         FROM json_each(?1) AS j CROSS JOIN offers AS o ON o.article = j.value ->> 'article') AS had
     WHERE had.partner IN (SELECT id FROM partners) ${AGAIN}`,
      told,
      home.now(),
    ),
    ...remade(
      home,
      told.map(({ article }) => article),
    ),
  ];
}

/** Statements by which the feeds of partners that were offered these articles are made anew, also where they left them. */
function remade(home: Home, articles: string[]): Statement[] {
  return forRows(
    home.db,
    `UPDATE feeds SET wanted = wanted + 1 WHERE key IN
       (SELECT 'partners/' || o.partner FROM json_each(?1) AS j CROSS JOIN offers AS o ON o.article = j.value)`,
    articles,
  );
}

/** Statements by which every partner has to learn of a kill, its webhook at once: whatever its embargo or filter is. */
export function recallFromAll(home: Home, article: string, at: string): Statement[] {
  const now = home.now();
  return [
    home.db
      .prepare(
        `INSERT INTO recalls (partner, article, type, reason, at)
         SELECT id, ?1, 'killed', 'killed', ?2 FROM partners WHERE true ${AGAIN}`,
      )
      .bind(article, now),
    home.db.prepare("UPDATE feeds SET wanted = wanted + 1 WHERE kind = 'partner'"),
    // Who is away, or wants nothing any more, is told all the same.
    home.db.prepare(
      `UPDATE receivers SET not_before = 0, status = iif(status = 410, NULL, status) WHERE channel = 'partner'`,
    ),
    home.db
      .prepare(
        `INSERT INTO notices (receiver, subject, type, seq, at, created_at, due_at)
         SELECT key, ?1, 'killed', (SELECT coalesce(max(seq), 0) FROM events), ?2, ?3, ?3
         FROM receivers WHERE channel = 'partner'
         ON CONFLICT (receiver, subject) DO UPDATE SET type = excluded.type, seq = excluded.seq, at = excluded.at,
           due_at = excluded.due_at, attempts = 0`,
      )
      .bind(article, at, now),
    enqueueSelected(home, ANNOUNCE, {
      select: `SELECT key AS ref, ${now} AS due_at FROM receivers WHERE channel = 'partner'`,
      values: [],
      again: true,
    }),
  ];
}

/** Statements by which partners that had these articles have to learn of a newer version; what was taken back is here again. */
export function recallUpdated(home: Home, articles: string[]): Statement[] {
  return [
    ...forRows(
      home.db,
      `DELETE FROM recalls WHERE type <> 'updated' AND reason IS NOT '${NOT_FOR_PARTNER}'
         AND article IN (SELECT value FROM json_each(?1))`,
      articles,
    ),
    ...forRows(
      home.db,
      `INSERT INTO recalls (partner, article, type, at)
       SELECT DISTINCT o.partner, o.article, 'updated', ?2
       FROM json_each(?1) AS j CROSS JOIN offers AS o ON o.article = j.value WHERE o.partner IN (SELECT id FROM partners)
       ${AGAIN} WHERE recalls.reason IS NOT '${NOT_FOR_PARTNER}'`,
      articles,
      home.now(),
    ),
    ...remade(home, articles),
  ];
}

/**
 * Statements by which partners that had an article which is no longer for them learn that, as of any withdrawal; and
 * those for whom it is again, that it is. An article that only became too old for a partner's feeds stays with it.
 *
 * @param articles published ones, as they are now
 */
export async function recallUnmeant(
  home: Home,
  partners: ReadonlyMap<string, CompiledPartner>,
  articles: { id: string; selected: SelectedArticle }[],
): Promise<Statement[]> {
  if (articles.length === 0 || partners.size === 0) return [];
  const of = new Map(articles.map(({ id, selected }) => [id, selected]));
  const had = await home.db
    .prepare(
      `SELECT DISTINCT o.partner, o.article, r.reason FROM json_each(?) AS j CROSS JOIN offers AS o ON o.article = j.value
       LEFT JOIN recalls AS r ON r.partner = o.partner AND r.article = o.article`,
    )
    .bind(JSON.stringify([...of.keys()]))
    .all<{ partner: string; article: string; reason: string | null }>();
  const changes = had.flatMap(({ partner, article, reason }): Recall[] => {
    const compiled = partners.get(partner);
    const selected = of.get(article);
    if (!compiled || !selected) return [];
    const isMeant = compiled.stayOf(selected) !== null;
    if (isMeant === (reason !== NOT_FOR_PARTNER)) return [];
    return isMeant
      ? [{ partner, article, type: 'updated', reason: null }]
      : [{ partner, article, type: 'withdrawn', reason: NOT_FOR_PARTNER }];
  });
  if (changes.length === 0) return [];
  const now = home.now();
  const rows = changes.map((one) => ({ ...one, receiver: receiverKey(one.partner), feed: `partners/${one.partner}` }));
  return [
    ...forRows(
      home.db,
      `INSERT INTO recalls (partner, article, type, reason, at)
       SELECT value ->> 'partner', value ->> 'article', value ->> 'type', value ->> 'reason', ?2
       FROM json_each(?1) WHERE true ${AGAIN}`,
      rows,
      now,
    ),
    // Archives that were made show it still; they go with the feed's next documents.
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO tombstones (feed, article, at) SELECT value ->> 'feed', value ->> 'article', ?2
       FROM json_each(?1) WHERE value ->> 'type' = 'withdrawn'`,
      rows,
      new Date(now).toISOString(),
    ),
    ...forRows(
      home.db,
      `UPDATE feeds SET wanted = wanted + 1 WHERE key IN (SELECT value ->> 'feed' FROM json_each(?1))`,
      rows,
    ),
    ...forRows(
      home.db,
      `INSERT INTO notices (receiver, subject, type, seq, at, created_at, due_at)
       SELECT value ->> 'receiver', value ->> 'article', value ->> 'type',
         (SELECT coalesce(max(seq), 0) FROM events), ?2, ?3, ?3
       FROM json_each(?1) WHERE value ->> 'receiver' IN (SELECT key FROM receivers WHERE channel = 'partner')
       ON CONFLICT (receiver, subject) DO UPDATE SET type = excluded.type, seq = excluded.seq, at = excluded.at,
         due_at = excluded.due_at, attempts = 0`,
      rows,
      new Date(now).toISOString(),
      now,
    ),
    enqueueSelected(home, ANNOUNCE, {
      select: `SELECT DISTINCT value ->> 'receiver' AS ref, ${now} AS due_at FROM json_each(?)
        WHERE value ->> 'receiver' IN (SELECT key FROM receivers WHERE channel = 'partner')`,
      values: [JSON.stringify(rows)],
      again: true,
    }),
  ];
}

/** What a partner's documents say beside their newest entries. */
export interface OpenRecalls {
  /** Ids of articles that the partner had in an older version, the newest update first. */
  updated: string[];
  /** Withdrawals of the last thirty days, and kills that were not acknowledged, the newest first. */
  withdrawn: { id: string; url: string; title: string; at: string; reason: string }[];
}

/** By partner. */
export async function openRecalls(home: Home, partners: string[]): Promise<Map<string, OpenRecalls>> {
  if (partners.length === 0) return new Map();
  const since = home.now() - RECALL_MS;
  const rows = await home.db
    .prepare(
      `SELECT r.partner, r.article AS id, r.type, r.reason, r.at, l.url, l.title
       FROM json_each(?1) AS j CROSS JOIN recalls AS r ON r.partner = j.value JOIN ledger AS l ON l.id = r.article
       WHERE r.at > ?2 OR (r.type = 'killed' AND r.settled_at IS NULL)
       ORDER BY r.settled_at IS NULL DESC, r.at DESC, r.article`,
    )
    .bind(JSON.stringify(partners), since)
    .all<{
      partner: string;
      id: string;
      type: Recall['type'];
      reason: string | null;
      at: number;
      url: string;
      title: string;
    }>();
  const of = Map.groupBy(rows, ({ partner }) => partner);
  return new Map(
    partners.map((partner) => {
      const own = of.get(partner) ?? [];
      const updated = own.filter(({ type }) => type === 'updated').map(({ id }) => id);
      const withdrawn = own.flatMap(({ id, type, reason, at, url, title }) =>
        type === 'updated' ? [] : [{ id, url, title, at: new Date(at).toISOString(), reason: reason ?? type }],
      );
      return [partner, { updated: updated.slice(0, UPDATES), withdrawn: withdrawn.slice(0, WITHDRAWALS) }];
    }),
  );
}

/**
 * Statements for the batch that commits partners' documents: what of their recalls they say, from these versions on.
 *
 * @param versions JSON: `[{ partner, versions }, …]`
 */
export function showRecalls(home: Home, said: { partner: string; id: string }[], versions: string): Statement[] {
  return forRows(
    home.db,
    `UPDATE recalls SET shown = v.value ->> 'versions' FROM json_each(?2) AS v
     WHERE recalls.partner = v.value ->> 'partner' AND shown IS NULL
       AND (recalls.partner, article) IN (SELECT value ->> 'partner', value ->> 'id' FROM json_each(?1))`,
    said,
    versions,
  );
}

/** Statements by which a partner that fetched a document knows what it says. A kill wants to be acknowledged. */
export function settleFetched(home: Home, partner: string, format: string, version: number): Statement[] {
  const says = "partner = ?1 AND settled_at IS NULL AND shown ->> ('$.' || ?2) <= ?3";
  return [
    home.db.prepare(`DELETE FROM recalls WHERE type = 'updated' AND ${says}`).bind(partner, format, version),
    home.db
      .prepare(`UPDATE recalls SET settled_at = ?4, settled_by = 'fetched' WHERE type = 'withdrawn' AND ${says}`)
      .bind(partner, format, version, home.now()),
  ];
}

/** A statement by which a partner knows an article as it is now, or that it was taken back. */
export function settleTold(
  home: Home,
  partner: string,
  article: string,
  { what, by }: { what: 'updated' | 'withdrawn'; by: 'pushed' | 'acknowledged' },
): Statement {
  if (what === 'updated')
    return home.db
      .prepare("DELETE FROM recalls WHERE partner = ? AND article = ? AND type = 'updated'")
      .bind(partner, article);
  return home.db
    .prepare(
      `UPDATE recalls SET settled_at = ?3, settled_by = ?4
       WHERE partner = ?1 AND article = ?2 AND type <> 'updated' AND settled_at IS NULL`,
    )
    .bind(partner, article, home.now(), by);
}

/** What has had its time: an open one ends, and documents say it no more. */
const LAPSED = "at <= ? AND (settled_at IS NULL OR shown IS NOT NULL) AND (type <> 'killed' OR settled_at IS NOT NULL)";

/** Whether there is anything that {@link lapseRecalls} has to do. */
export async function hasLapsedRecalls(home: Home): Promise<boolean> {
  const row = await home.db
    .prepare(`SELECT 1 AS one FROM recalls WHERE ${LAPSED} LIMIT 1`)
    .bind(home.now() - RECALL_MS)
    .first();
  return row !== null;
}

/**
 * Statements that end what nobody came for in thirty days, with an alert for each withdrawal that a partner does not know
 * of, and have documents made without what has stood for its time; for a run's begin.
 */
export function lapseRecalls(home: Home): Statement[] {
  const now = home.now();
  const before = now - RECALL_MS;
  const unheard = "type = 'withdrawn' AND settled_at IS NULL AND at <= ?";
  return [
    home.db
      .prepare(
        `UPDATE feeds SET wanted = wanted + 1 WHERE key IN (SELECT 'partners/' || partner FROM recalls WHERE ${LAPSED})`,
      )
      .bind(before),
    home.db
      .prepare(
        `INSERT INTO alerts (kind, subject, message, since)
         SELECT '${UNHEARD}', partner || ' ' || article,
           'The partner ' || partner || ' has not fetched or acknowledged in ${RECALL_DAYS} days that "' ||
             coalesce((SELECT title FROM ledger WHERE id = article), article) || '" was withdrawn.', ?
         FROM recalls WHERE ${unheard} ON CONFLICT DO NOTHING`,
      )
      .bind(now, before),
    enqueueSelected(home, 'alert', {
      select: `SELECT 'news' AS ref, ${now} AS due_at WHERE EXISTS (SELECT 1 FROM recalls WHERE ${unheard})`,
      values: [before],
      again: true,
    }),
    home.db.prepare("DELETE FROM recalls WHERE type = 'updated' AND at <= ?").bind(before),
    home.db.prepare(`UPDATE recalls SET settled_at = ?, settled_by = 'expired' WHERE ${unheard}`).bind(now, before),
    home.db.prepare(`UPDATE recalls SET shown = NULL WHERE ${LAPSED}`).bind(before),
  ];
}

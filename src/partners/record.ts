import type { Home } from '../home.ts';
import { asTime } from './pushes.ts';

/** A line of what is known of a partner: something offered, fetched, pushed, acknowledged or withdrawn. */
export interface RecordLine {
  /** ISO 8601. */
  at: string;
  kind: 'offered' | 'fetched' | 'pushed' | 'acknowledged' | 'withdrawn';
  /** Null of a fetch, which is of a document. */
  article: string | null;
  /** Of the article; null of a fetch, and of a withdrawal. */
  version: string | null;
  /** Documents and their versions, `rss 12 atom 12`; null where it is none. */
  documents: string | null;
  /** The event's id, the program, how a withdrawal was settled. */
  detail: string | null;
  /** Status of the last answer, or why there was none; times of a fetch. */
  outcome: string | null;
}

/** The columns of the record as CSV. */
export const RECORD_COLUMNS = ['at', 'kind', 'article', 'version', 'documents', 'detail', 'outcome'] as const;

/** What is asked of the record. */
export interface RecordQuery {
  kind?: RecordLine['kind'] | undefined;
  article?: string | undefined;
  /** Epoch milliseconds: from the first, before the second. */
  since?: number | undefined;
  until?: number | undefined;
  /** Lines that are passed over, and how many are given. */
  offset?: number | undefined;
  limit: number;
}

/** All kinds of lines with the same columns. */
const LINES = `
  SELECT at, 'offered' AS kind, article, version, shown AS documents, NULL AS detail, NULL AS outcome
    FROM offers WHERE partner = ?1 AND shown <> '{}'
  UNION ALL SELECT last_at, 'fetched', NULL, NULL, json_object(format, version), agent, times
    FROM partner_fetches WHERE partner = ?1
  UNION ALL SELECT last_at, 'pushed', article, version, NULL, type || ' ' || id, coalesce(status, error)
    FROM pushes WHERE partner = ?1
  UNION ALL SELECT at, 'acknowledged', article, nullif(version, ''), NULL, NULL, NULL
    FROM acknowledgements WHERE partner = ?1
  UNION ALL SELECT at, 'withdrawn', article, NULL, shown, type || iif(reason <> type, ' ' || reason, ''), settled_by
    FROM recalls WHERE partner = ?1 AND type <> 'updated'`;

/** What is known of a partner, the newest first. */
export async function partnerRecord(home: Home, partner: string, query: RecordQuery): Promise<RecordLine[]> {
  const { kind = '', article = '', since = 0, until = Number.MAX_SAFE_INTEGER, offset = 0, limit } = query;
  const rows = await home.db
    .prepare(
      `SELECT * FROM (${LINES}) WHERE (?2 = '' OR kind = ?2) AND (?3 = '' OR article = ?3) AND at >= ?4 AND at < ?5
       ORDER BY at DESC, kind, article, version LIMIT ?6 OFFSET ?7`,
    )
    .bind(partner, kind, article, since, until, limit, offset)
    .all<{
      at: number;
      kind: RecordLine['kind'];
      article: string | null;
      version: string | null;
      documents: string | null;
      detail: string | null;
      outcome: string | number | null;
    }>();
  return rows.map(({ at, documents, outcome, ...line }) => ({
    at: asTime(at),
    ...line,
    documents: documents === null ? null : documentsOf(documents),
    outcome: outcome === null ? null : String(outcome),
  }));
}

const documentsOf = (json: string) =>
  Object.entries(JSON.parse(json) as Record<string, number>)
    .map(([format, version]) => `${format} ${version}`)
    .join(' ');

/**
 * Lines as CSV with a head.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function recordCsv(lines: RecordLine[]): string {
  const rows = [RECORD_COLUMNS, ...lines.map((line) => RECORD_COLUMNS.map((column) => line[column]))];
  return `${rows.map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

/** A text that a table program would take for a formula is given a quote before it. */
function field(value: string | null): string {
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Forgets what is older than `partners.recordDays`; but that a partner has an article, and what it has not learned of it
 * yet, is remembered. For each tick.
 */
export async function trimRecord(home: Home): Promise<void> {
  const before = home.now() - home.config.partners.recordDays * 86_400_000;
  await home.db.batch([
    home.db
      .prepare(
        `DELETE FROM offers WHERE at < ? AND EXISTS (SELECT 1 FROM offers AS later
           WHERE later.article = offers.article AND later.partner = offers.partner AND later.at > offers.at)`,
      )
      .bind(before),
    home.db.prepare('DELETE FROM partner_fetches WHERE last_at < ?').bind(before),
    home.db.prepare('DELETE FROM pushes WHERE last_at < ?').bind(before),
    home.db.prepare('DELETE FROM acknowledgements WHERE at < ?').bind(before),
    home.db.prepare('DELETE FROM recalls WHERE at < ? AND settled_at IS NOT NULL').bind(before),
  ]);
}

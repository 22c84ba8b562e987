import type { Home } from '../home.ts';
import { asTime, type PushRow, type PushView, pushView } from './pushes.ts';

/** What is known of one version of an article at a partner. Instants are ISO 8601. */
export interface VersionProof {
  /** The article's last significant update, as its entry says it. */
  version: string;
  /** When it stood in the partner's documents, and in which of their versions; none where it was pushed alone. */
  offered: { at: string; from: Record<string, number>; until: Record<string, number> | null }[];
  /** Documents with it that the partner fetched. */
  fetched: { format: string; documentVersion: number; agent: string; firstAt: string; lastAt: string; times: number }[];
  pushed: PushView[];
  /** When the partner said that it has it; its webhook's 2xx stands with what was pushed. */
  acknowledgedAt: string | null;
}

/** Whether a partner has an article, and how that is known. */
export interface ArticleProof {
  partner: string;
  article: string;
  title: string;
  /** The version that is published; null when the article was taken back. */
  current: string | null;
  /**
   * Whether the partner has it as it is: fetched, taken by its webhook or acknowledged; of a withdrawal, whether the
   * partner knows of it.
   */
  has: boolean;
  /** The newest first. */
  versions: VersionProof[];
  /** Set when it was taken back, or is no longer for this partner. */
  withdrawal: {
    type: 'withdrawn' | 'killed';
    reason: string | null;
    at: string;
    settledAt: string | null;
    settledBy: string | null;
    pushed: PushView[];
    acknowledgedAt: string | null;
  } | null;
}

/**
 * Has this partner got this article, in which version, and how is that known?
 *
 * @returns null where history knows no such article
 */
export async function proofOf(home: Home, partner: string, article: string): Promise<ArticleProof | null> {
  const known = await home.db
    .prepare('SELECT title, updated, withdrawn FROM ledger WHERE id = ?')
    .bind(article)
    .first<{ title: string; updated: string; withdrawn: string | null }>();
  if (!known) return null;
  const [offers, fetches, pushes, acknowledged, recall] = await Promise.all([
    offersOf(home, partner, article),
    fetchesOf(home, partner, article),
    home.db
      .prepare('SELECT * FROM pushes WHERE partner = ? AND article = ? ORDER BY at DESC, seq DESC')
      .bind(partner, article)
      .all<PushRow & { [column: string]: string | number | null }>(),
    home.db
      .prepare('SELECT version, at FROM acknowledgements WHERE partner = ? AND article = ?')
      .bind(partner, article)
      .all<{ version: string; at: number }>(),
    home.db
      .prepare(
        "SELECT type, reason, at, settled_at, settled_by FROM recalls WHERE partner = ? AND article = ? AND type <> 'updated'",
      )
      .bind(partner, article)
      .first<{
        type: 'withdrawn' | 'killed';
        reason: string | null;
        at: number;
        settled_at: number | null;
        settled_by: string | null;
      }>(),
  ]);
  const acknowledgedAt = new Map(acknowledged.map(({ version, at }) => [version, asTime(at)]));
  const names = [...new Set([...offers, ...fetches, ...pushes, ...acknowledged].map(({ version }) => version ?? ''))];
  const versions = names
    .filter((version) => version !== '')
    .sort()
    .reverse()
    .map(
      (version): VersionProof => ({
        version,
        offered: offers
          .filter((one) => one.version === version && one.shown !== '{}')
          .map(({ at, shown, gone }) => ({
            at: asTime(at),
            from: JSON.parse(shown) as Record<string, number>,
            until: gone === null ? null : (JSON.parse(gone) as Record<string, number>),
          })),
        fetched: fetches
          .filter((one) => one.version === version)
          .map(({ format, document, agent, first_at, last_at, times }) => ({
            format,
            documentVersion: document,
            agent,
            firstAt: asTime(first_at),
            lastAt: asTime(last_at),
            times,
          })),
        pushed: pushes.filter((one) => one.version === version).map(pushView),
        acknowledgedAt: acknowledgedAt.get(version) ?? null,
      }),
    );
  const current = known.withdrawn === null ? known.updated : null;
  const isHad = ({ version, fetched, pushed, acknowledgedAt: said }: VersionProof) =>
    version === current && (fetched.length > 0 || said !== null || pushed.some(({ takenAt }) => takenAt !== null));
  const isKnown = recall?.settled_at != null && recall.settled_by !== 'expired';
  return {
    partner,
    article,
    title: known.title,
    current,
    has: recall ? isKnown : versions.some(isHad),
    versions,
    withdrawal: recall && {
      type: recall.type,
      reason: recall.reason,
      at: asTime(recall.at),
      settledAt: recall.settled_at === null ? null : asTime(recall.settled_at),
      settledBy: recall.settled_by,
      pushed: pushes.filter(({ type }) => type === 'article.withdrawn').map(pushView),
      acknowledgedAt: acknowledgedAt.get('') ?? null,
    },
  };
}

function offersOf(home: Home, partner: string, article: string) {
  return home.db
    .prepare('SELECT version, at, shown, gone FROM offers WHERE article = ? AND partner = ? ORDER BY at')
    .bind(article, partner)
    .all<{ version: string; at: number; shown: string; gone: string | null }>();
}

/** Which fetched versions of documents showed which version of the article. */
const FETCHED = `offers AS o
  JOIN json_each(o.shown) AS s
  JOIN partner_fetches AS f ON f.partner = o.partner AND f.format = s.key AND f.version >= s.value
    AND (o.gone IS NULL OR f.version < (o.gone ->> ('$.' || s.key)))`;

function fetchesOf(home: Home, partner: string, article: string) {
  return home.db
    .prepare(
      `SELECT o.version, f.format, f.version AS document, f.agent, f.first_at, f.last_at, f.times FROM ${FETCHED}
       WHERE o.article = ? AND o.partner = ? ORDER BY f.last_at DESC LIMIT 200`,
    )
    .bind(article, partner)
    .all<{
      version: string;
      format: string;
      document: number;
      agent: string;
      first_at: number;
      last_at: number;
      times: number;
    }>();
}

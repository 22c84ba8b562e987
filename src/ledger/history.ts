import type { ArticleData, Correction, Problem } from '../articles/article.ts';
import type { Home } from '../home.ts';
import type { LedgerRow } from './identity.ts';
import { type Retraction, retractionOf } from './retractions.ts';
import { SIGNIFICANT } from './significance.ts';

/** Events that are shown of an article, the newest. */
const EVENTS = 100;

/** What is known of one article: what is published of it, and what the ledger remembers. */
export interface ArticleHistory {
  id: string;
  path: string;
  url: string;
  title: string;
  state: 'published' | 'withdrawn';
  /** ISO 8601, as are all instants here. */
  published: string;
  /** The last significant update, which names the version that partners have or have not. */
  updated: string;
  firstSeen: string;
  withdrawn: { at: string; reason: string | null } | null;
  /** Set while the publisher's command stands. */
  retraction: Pick<Retraction, 'kind' | 'reason' | 'at'> | null;
  corrections: Correction[];
  image: { url: string; expires: string | null } | null;
  /** Keys of the feeds in which it stands. */
  feeds: string[];
  /** The newest first; `because` says what made it one. */
  events: { seq: number; type: string; at: string; because: string[] }[];
  problems: Problem[];
  /** What counts as a significant update, by the words of `because`. */
  significant: typeof SIGNIFICANT;
}

/** @returns null where history knows no article of this id */
export async function historyOf(home: Home, id: string): Promise<ArticleHistory | null> {
  const known = await home.db
    .prepare(
      `SELECT l.*, a.data, coalesce(a.path, l.path) AS path,
         (SELECT problems FROM files WHERE article = l.id LIMIT 1) AS problems
       FROM ledger AS l LEFT JOIN articles AS a ON a.id = l.id WHERE l.id = ?`,
    )
    .bind(id)
    .first<
      Omit<LedgerRow, 'retracted'> & { withdrawn_reason: string | null; data: string | null; problems: string | null }
    >();
  if (!known) return null;
  const events = await home.db
    .prepare('SELECT seq, type, at, because FROM events WHERE article = ? ORDER BY seq DESC LIMIT ?')
    .bind(id, EVENTS)
    .all<{ seq: number; type: string; at: string; because: string | null }>();
  const feeds = await home.db
    .prepare('SELECT DISTINCT feed FROM memberships WHERE article = ? ORDER BY feed')
    .bind(id)
    .all<{ feed: string }>();
  const data = known.data === null ? null : (JSON.parse(known.data) as ArticleData);
  const retraction = await retractionOf(home, id);
  const { withdrawn } = known;
  return {
    id,
    path: known.path,
    url: known.url,
    title: known.title,
    state: withdrawn === null ? 'published' : 'withdrawn',
    published: known.published,
    updated: known.updated,
    firstSeen: known.first_seen,
    withdrawn: withdrawn === null ? null : { at: withdrawn, reason: known.withdrawn_reason },
    retraction: retraction && { kind: retraction.kind, reason: retraction.reason, at: retraction.at },
    corrections: data?.corrections ?? [],
    image: data?.image ? { url: data.image.url, expires: data.image.expires ?? null } : null,
    feeds: feeds.map(({ feed }) => feed),
    events: events.map(({ because, ...event }) => ({ ...event, because: because?.split(' ') ?? [] })),
    problems: JSON.parse(known.problems ?? '[]') as Problem[],
    significant: SIGNIFICANT,
  };
}

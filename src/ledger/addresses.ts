import type { Problem } from '../articles/article.ts';
import { comparePaths } from '../articles/precedence.ts';
import type { Home } from '../home.ts';
import { forRows } from '../storage/rows.ts';
import type { Run } from '../storage/runs.ts';
import type { Accepted } from './files.ts';
import type { LedgerRow, Newcomer } from './identity.ts';
import { forgetBodies, leaveFeeds, type StoredArticle } from './published.ts';

/** An article that wants an address. */
export interface Claim {
  newcomer: Newcomer;
  taken: Accepted;
  known: LedgerRow | { id: string };
  id: string;
  url: string;
  path: string;
}

/** Who has an address. */
export type Holder = Pick<StoredArticle, 'id' | 'path'>;

/**
 * Which claims fail, and who has the address: the one that is published there stays, else the file that goes first
 * ({@link comparePaths}). An article that is refused stays where it was, which may refuse others; two that exchange
 * their addresses both get them.
 */
export function contested(claims: Claim[], holders: ReadonlyMap<string, Holder>): Map<Claim, Holder> {
  const refused = new Map<Claim, Holder>();
  const claimOf = new Map(claims.map((claim) => [claim.id, claim]));
  const stays = (claim: Claim) => holders.get(claim.url)?.id === claim.id;
  const inOrder = claims.toSorted((a, b) => Number(stays(b)) - Number(stays(a)) || comparePaths(a.path, b.path));
  for (let before = -1; before !== refused.size; ) {
    before = refused.size;
    const standing = new Map<string, Holder>();
    for (const [url, holder] of holders) {
      const claim = claimOf.get(holder.id);
      if (!claim || refused.has(claim)) standing.set(url, holder);
    }
    for (const claim of inOrder) {
      if (refused.has(claim)) continue;
      const holder = standing.get(claim.url);
      if (holder && holder.id !== claim.id) refused.set(claim, holder);
      else standing.set(claim.url, claim);
    }
  }
  return refused;
}

/**
 * The listing has `story-twin.md` before `story.md`, who goes first: where a page ends between the two, the one that this
 * run took in a page before gives way, as if it had never been.
 */
export async function giveWay(home: Home, run: Run, newcomers: Newcomer[]): Promise<void> {
  const wanted = new Map<string, string>();
  for (const { article, knownAs } of newcomers) {
    const first = wanted.get(article.url);
    if (knownAs === null && (first === undefined || comparePaths(article.path, first) < 0))
      wanted.set(article.url, article.path);
  }
  if (wanted.size === 0) return;
  const taken = await home.db
    .prepare(
      `SELECT a.id, a.path, a.url, a.body_hash FROM json_each(?) AS j CROSS JOIN articles AS a ON a.url = j.value
       WHERE EXISTS (SELECT 1 FROM events WHERE article = a.id AND run = ? AND type = 'published')`,
    )
    .bind(JSON.stringify([...wanted.keys()]), run.id)
    .all<{ id: string; path: string; url: string; body_hash: string }>();
  const yielding = taken.flatMap((one) => {
    const path = wanted.get(one.url) ?? one.path;
    return comparePaths(path, one.path) < 0 ? [{ ...one, holder: { id: '', path } }] : [];
  });
  if (yielding.length === 0) return;
  const ids = yielding.map((one) => one.id);
  const rejected = yielding.map(({ path, url, holder }) => ({ path, problems: [duplicateProblem(url, holder)] }));
  const remove = (table: string, key: string) =>
    forRows(home.db, `DELETE FROM ${table} WHERE ${key} IN (SELECT value FROM json_each(?1))`, ids);
  await home.db.batch([
    ...leaveFeeds(home, ids),
    ...remove('articles', 'id'),
    ...remove('ledger', 'id'),
    ...remove('events', 'article'),
    ...forgetBodies(
      home,
      yielding.map((one) => one.body_hash),
    ),
    ...forRows(
      home.db,
      `UPDATE files SET state = 'rejected', article = NULL, due_at = NULL, problems = j.value -> 'problems'
       FROM json_each(?1) AS j WHERE files.path = j.value ->> 'path'`,
      rejected,
    ),
  ]);
  run.report.events.published -= ids.length;
  run.report.articles.accepted -= ids.length;
  run.report.articles.rejected += ids.length;
}

/** With the address, by which {@link duplicatePaths} knows when it is free. */
export function duplicateProblem(url: string, holder: Holder): Problem & { url: string } {
  const message = `${url} is the address of ${holder.path} already; give one of the two another permalink or slug`;
  return { code: 'url-duplicate', message, url };
}

/** Who has the addresses that these articles want. */
export async function urlHolders(home: Home, claims: Claim[]): Promise<Map<string, Holder>> {
  if (claims.length === 0) return new Map();
  const rows = await home.db
    .prepare('SELECT url, id, path FROM articles WHERE url IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(claims.map((claim) => claim.url)))
    .all<{ url: string; id: string; path: string }>();
  return new Map(rows.map(({ url, id, path }) => [url, { id, path }]));
}

import type { ArticleData } from '../articles/article.ts';
import type { Home } from '../home.ts';
import type { FeedRef } from './entry.ts';
import { feedsOf } from './selection.ts';

/** An article of a feed, as it is stored. */
export interface Member {
  id: string;
  /** Where it stands in the feed. */
  sort: string;
  updated: string;
  entry_hash: string;
  /** 1 when its file asks to be shown by its summary everywhere. */
  excerpt: number | null;
}

/** The columns of a {@link Member}, of `articles AS a` and `memberships AS m`. */
export const MEMBER = "a.id, m.sort, a.updated, a.entry_hash, a.data ->> 'excerpt' AS excerpt";

/** The newest of each feed, and one more than the limit, which tells that there are older ones. */
export async function newestMembers(home: Home, feeds: FeedRef[], limit: number): Promise<Map<string, Member[]>> {
  const rows = await home.db
    .prepare(
      `SELECT j.value AS feed, ${MEMBER} FROM json_each(?1) AS j
       CROSS JOIN memberships AS m ON m.feed = j.value AND m.sort >= coalesce(
         (SELECT sort FROM memberships WHERE feed = j.value ORDER BY sort DESC LIMIT 1 OFFSET ?2), '')
       CROSS JOIN articles AS a ON a.id = m.article ORDER BY j.key, m.sort DESC`,
    )
    .bind(JSON.stringify(feeds.map(({ key }) => key)), limit)
    .all<Member & { feed: string; [column: string]: string | number | null }>();
  return Map.groupBy(rows, ({ feed }) => feed);
}

/** Articles by their ids, wherever they stand. */
export async function membersById(home: Home, ids: string[]): Promise<Map<string, Member>> {
  if (ids.length === 0) return new Map();
  const rows = await home.db
    .prepare(
      `SELECT ${MEMBER.replace('m.sort', 'a.sort')} FROM json_each(?) AS j CROSS JOIN articles AS a ON a.id = j.value`,
    )
    .bind(JSON.stringify(ids))
    .all<Member & { [column: string]: string | number | null }>();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Feeds with their names as the newest entry spells them: two spellings share one, and documents depend on entries alone. */
export async function named<T extends FeedRef>(
  home: Home,
  feeds: T[],
  members: ReadonlyMap<string, Member[]>,
): Promise<T[]> {
  const newest = new Map(feeds.filter(isNamedByEntries).map(({ key }) => [key, members.get(key)?.[0]?.id]));
  const rows = await home.db
    .prepare('SELECT id, data FROM articles WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify([...new Set(newest.values())]))
    .all<{ id: string; data: string }>();
  const refs = new Map(rows.map(({ id, data }) => [id, feedsOf(JSON.parse(data) as ArticleData, home.config)]));
  return feeds.map((feed) => {
    const spelt = refs.get(newest.get(feed.key) ?? '')?.find(({ key }) => key === feed.key);
    return { ...feed, title: spelt?.title ?? feed.title };
  });
}

/** The configuration, or a partner's settings, name the others. */
const isNamedByEntries = ({ kind }: FeedRef) => kind !== 'site' && kind !== 'defined' && kind !== 'partner';

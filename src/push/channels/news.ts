import type { ArticleData } from '../../articles/article.ts';
import type { NEWS, Where } from '../../config/schema.ts';
import { jsonItem } from '../../feeds/json.ts';
import { bodiesOf, entryOf } from '../../feeds/rendering.ts';
import { matches } from '../../feeds/selection.ts';
import type { Home } from '../../home.ts';
import type { Statement } from '../../storage/ports.ts';
import type { Notice } from './channel.ts';

/** What is said of an article. `data` is an item of JSON Feed 1.1; of a withdrawn one what is left to say. */
export interface News {
  type: (typeof NEWS)[number];
  /** When it happened; ISO 8601. */
  timestamp: string;
  data: NewsItem;
}

export interface NewsItem {
  id: string;
  url: string;
  title?: string;
  summary?: string;
  image?: string;
  date_published: string;
  date_modified: string;
  authors?: { name: string; url?: string }[];
  tags?: string[];
  /** Of a withdrawn article: when, ISO 8601. */
  withdrawn?: string;
  /** Of a withdrawn article: deleted, draft, expired, … */
  reason?: string;
  [more: string]: unknown;
}

interface Present {
  id: string;
  updated: string;
  body_hash: string;
  data: string;
}

interface Former {
  url: string;
  title: string;
  published: string;
  updated: string;
  withdrawn: string | null;
  withdrawn_reason: string | null;
  data: string | null;
}

/**
 * What there is to say of an article now, to somebody who takes all articles or only those that `where` means. Who was
 * told of an article that is no longer meant hears that it is withdrawn.
 *
 * @returns null where there is nothing to say; and statements for when it was said
 */
export async function news(
  home: Home,
  key: string,
  where: Where | null,
  { subject, type, at }: Notice,
): Promise<{ says: News | null; facts: Statement[] }> {
  const told = where
    ? await home.db.prepare('SELECT 1 FROM told WHERE receiver = ? AND article = ?').bind(key, subject).first()
    : null;
  const forget = home.db.prepare('DELETE FROM told WHERE receiver = ? AND article = ?').bind(key, subject);
  const article = await home.db
    .prepare('SELECT id, updated, body_hash, data FROM articles WHERE id = ?')
    .bind(subject)
    .first<Present & { [column: string]: string }>();
  if (article && isMeant(home, where, article.data)) {
    const isNew = type === 'published' || (where !== null && told === null);
    const keep = home.db.prepare('INSERT OR IGNORE INTO told (receiver, article) VALUES (?, ?)').bind(key, subject);
    const says: News = {
      type: isNew ? 'article.published' : 'article.updated',
      timestamp: at,
      data: await itemOf(home, article),
    };
    return { says, facts: where ? [keep] : [] };
  }
  const former = await home.db
    .prepare(
      `SELECT l.url, l.title, l.published, l.updated, l.withdrawn, l.withdrawn_reason, f.data
       FROM ledger l LEFT JOIN former_articles f ON f.id = l.id WHERE l.id = ?`,
    )
    .bind(subject)
    .first<Former>();
  const wasMeant =
    told !== null || (article === null && (where === null || isMeant(home, where, former?.data ?? null)));
  if (!former || !wasMeant) return { says: null, facts: [] };
  const says: News = {
    type: 'article.withdrawn',
    timestamp: at,
    data: {
      id: subject,
      url: former.url,
      title: former.title,
      date_published: former.published,
      date_modified: former.updated,
      withdrawn: former.withdrawn ?? at,
      ...(former.withdrawn_reason !== null && { reason: former.withdrawn_reason }),
    },
  };
  return { says, facts: where ? [forget] : [] };
}

function isMeant(home: Home, where: Where | null, data: string | null): boolean {
  if (data === null) return false;
  const article = JSON.parse(data) as ArticleData;
  return article.inFeeds && (where === null || matches(where, article, home.config.site.language));
}

async function itemOf(home: Home, article: Present): Promise<NewsItem> {
  const bodies = await bodiesOf(home, [article]);
  const entry = entryOf(home, article, bodies.get(article.body_hash) ?? '');
  const { excerpt } = JSON.parse(article.data) as ArticleData;
  // JSON Feed makes no ids of a host's name.
  return jsonItem({ ...entry, host: '' }, excerpt ? 'excerpt' : home.config.feeds.content) as NewsItem;
}

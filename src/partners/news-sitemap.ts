import type { ArticleData } from '../articles/article.ts';
import { NEWS_LIMIT, NEWS_WINDOW_MS, renderNewsSitemap } from '../feeds/news-sitemap.ts';
import type { Home } from '../home.ts';
import { feedKeyOf } from './addresses.ts';
import type { CompiledPartner } from './compiled.ts';
import { linkFor } from './entry.ts';
import type { Partner } from './partner.ts';
import { profileOf } from './profiles/profiles.ts';

/** Whether the partner's destination reads a news sitemap. */
export function hasNewsSitemap({ profile }: Pick<Partner, 'profile'>): boolean {
  return profileOf(profile)?.documents.includes('news-sitemap') ?? false;
}

/** Where it is, below the server. */
export const newsSitemapAddress = (id: string) => `/${feedKeyOf(id)}/news-sitemap.xml`;

/** The news sitemap of what a partner may have now, however few of it stand in its feeds' documents. */
export async function partnerNewsSitemap(home: Home, { feed, text }: CompiledPartner): Promise<string> {
  const { site } = home.config;
  const since = new Date(home.now() - NEWS_WINDOW_MS).toISOString();
  const rows = await home.db
    .prepare(
      `SELECT a.url, a.published, a.data FROM memberships AS m JOIN articles AS a ON a.id = m.article
       WHERE m.feed = ? AND m.sort >= ? ORDER BY m.sort DESC LIMIT ?`,
    )
    .bind(feed.key, since, NEWS_LIMIT)
    .all<{ url: string; published: string; data: string }>();
  const news = rows.map(({ url, published, data }) => {
    const { title, lang } = JSON.parse(data) as ArticleData;
    return { url: text === null ? url : linkFor(url, text, home.config), published, title, lang };
  });
  return renderNewsSitemap({ name: site.title, lang: site.language }, news);
}

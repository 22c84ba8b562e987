import type { ArticleData } from '../articles/article.ts';
import { renderArticle } from '../articles/render.ts';
import type { Home } from '../home.ts';
import { correctedSummary, correctionsHtml } from './corrections.ts';
import type { ArticleEntry } from './entry.ts';

/** The stored texts of articles, by hash. */
export async function bodiesOf(home: Home, articles: { body_hash: string }[]): Promise<Map<string, string>> {
  if (articles.length === 0) return new Map();
  const rows = await home.db
    .prepare('SELECT hash, body FROM bodies WHERE hash IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(articles.map((article) => article.body_hash)))
    .all<{ hash: string; body: string | null }>();
  const bodies = new Map<string, string>();
  for (const { hash, body } of rows) {
    const bytes = body === null ? await home.blobs.get(hash) : null;
    if (body === null && bytes === null)
      throw new Error(
        `the text of an article is missing from the store of blobs (${hash}): run again to read its file`,
      );
    bodies.set(hash, body ?? new TextDecoder().decode(bytes ?? undefined));
  }
  return bodies;
}

/** An article as feeds show it. */
export function entryOf(
  home: Home,
  article: { id: string; updated: string; data: string },
  body: string,
): ArticleEntry {
  const data = JSON.parse(article.data) as ArticleData;
  const rendering = renderArticle({ ...data, body }, home.config);
  const { corrections = [] } = data;
  const lang = data.lang ?? home.config.site.language;
  return {
    id: article.id,
    url: data.url,
    title: data.title,
    published: data.published,
    updated: article.updated,
    summary: correctedSummary(rendering.summary, corrections, lang),
    html: correctionsHtml(corrections, lang) + rendering.html,
    authors: data.authors.length > 0 ? data.authors : home.config.site.author ? [home.config.site.author] : [],
    categories: data.categories,
    tags: data.tags,
    image: data.image,
    lang: data.lang,
    enclosures: data.enclosures,
    ...(data.banner && { banner: data.banner }),
    ...(data.external && { external: data.external }),
    ...(data.episode && { episode: data.episode }),
    ...(data.canonical !== null && { original: data.canonical }),
    ...(corrections.length > 0 && { corrections }),
  };
}

import { oneLine, sound } from '../articles/characters.ts';
import { webAddress } from './labels.ts';
import { element, lines, text, xmlDocument } from './tree.ts';

/** Google reads no more of one news sitemap. */
export const NEWS_LIMIT = 1000;

/** How far back a news sitemap goes, in milliseconds. */
export const NEWS_WINDOW_MS = 2 * 24 * 60 * 60 * 1000;

/** An article of the last two days. */
export interface NewsArticle {
  url: string;
  title: string;
  /** ISO 8601. */
  published: string;
  lang: string | null;
}

/**
 * The news sitemap: what was published within {@link NEWS_WINDOW_MS}, newest first; beyond {@link NEWS_LIMIT} the
 * older ones are left out.
 *
 * @see https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
 */
export function renderNewsSitemap(publication: { name: string; lang: string }, articles: NewsArticle[]): string {
  const name = oneLine(publication.name);
  const urls = articles
    .slice(0, NEWS_LIMIT)
    .map((article) =>
      element(
        'url',
        {},
        element('loc', {}, text(webAddress(article.url) ?? sound(article.url))),
        element(
          'news:news',
          {},
          element(
            'news:publication',
            {},
            element('news:name', {}, text(name)),
            element('news:language', {}, text(newsLanguage(article.lang ?? publication.lang))),
          ),
          element('news:publication_date', {}, text(new Date(article.published).toISOString())),
          element('news:title', {}, text(oneLine(article.title))),
        ),
      ),
    );
  return xmlDocument(
    element(
      'urlset',
      {
        xmlns: 'http://www.sitemaps.org/schemas/sitemap/0.9',
        'xmlns:news': 'http://www.google.com/schemas/sitemap-news/0.9',
      },
      ...lines(urls),
    ),
  );
}

/** ISO 639 alone, but for the two kinds of Chinese, which the schema knows as zh-cn and zh-tw. */
function newsLanguage(lang: string): string {
  const [language = '', ...rest] = lang.toLowerCase().split('-');
  if (language !== 'zh') return language;
  return rest.includes('hant') || rest.includes('tw') || rest.includes('hk') ? 'zh-tw' : 'zh-cn';
}

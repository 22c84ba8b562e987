import type { Article } from '../../articles/article.ts';
import type { Where } from '../../config/schema.ts';
import { matches } from '../../feeds/selection.ts';

/**
 * Which articles a published feed takes: a selection whose newest ones are those that the feed shows. Empty for all of
 * them; null when nothing simple explains it.
 *
 * @param shown paths of the feed's articles
 * @param articles all of them
 */
export function selectionOf(shown: string[], articles: Article[], language: string): Where | null {
  const newest = articles.toSorted((a, b) => (a.order < b.order ? 1 : -1));
  const wanted = new Set(shown);
  const explains = (where: Where) => {
    const first = newest.filter((article) => matches(where, article, language)).slice(0, wanted.size);
    return first.length === wanted.size && first.every(({ path }) => wanted.has(path));
  };
  const mine = articles.filter(({ path }) => wanted.has(path));
  const others = articles.filter(({ path }) => !wanted.has(path));
  return candidates(mine, others).find(explains) ?? null;
}

/** What all of these have in common, then what none of them has and others have. */
function candidates(mine: Article[], others: Article[]): Where[] {
  const common = (values: (article: Article) => string[]) =>
    [...new Set(mine.flatMap(values))].filter((value) => mine.every((article) => values(article).includes(value)));
  const foreign = (values: (article: Article) => string[]) => {
    const ours = new Set(mine.flatMap(values));
    return [...new Set(others.flatMap(values))].filter((value) => !ours.has(value));
  };
  const folders = ({ path }: Article) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_, at, parts) => parts.slice(0, at + 1).join('/'));
  const categories = (article: Article) => article.categories;
  const tags = (article: Article) => article.tags;
  const languages = ({ lang }: Article) => (lang === null ? [] : [lang]);
  return [
    {},
    ...common(folders).map((folder) => ({ folder })),
    ...common(categories).map((category) => ({ category })),
    ...common(languages).map((lang) => ({ lang })),
    ...common(tags).map((tag) => ({ tag })),
    ...foreign(folders).map((folder) => ({ not: { folder } })),
    ...foreign(categories).map((category) => ({ not: { category } })),
    ...foreign(languages).map((lang) => ({ not: { lang } })),
    ...(mine.every(({ path }) => !path.includes('/')) ? [{ folder: '' }] : []),
  ];
}

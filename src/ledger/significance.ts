import type { Article, ArticleData } from '../articles/article.ts';
import type { LedgerRow } from './identity.ts';
import type { StoredArticle } from './published.ts';

/** What makes a change of a published article an update, which everybody is told of. Nothing else does. */
export const SIGNIFICANT = {
  title: 'its title changed',
  body: 'its body changed',
  correction: 'a correction was noted, or changed',
  picture: 'the rights in its picture ended, or there are new ones',
  date: 'its file says a later date of its last update',
  restored: 'it was published again after a withdrawal',
} as const;

/** Corrections and pictures without rights only where there are some: what was hashed before they were known stays so. */
export function significantText({ title, body, corrections, endedImage }: Article): string {
  const more = corrections || endedImage ? [JSON.stringify([corrections ?? [], endedImage ?? null])] : [];
  return [title, body, ...more].join('\n');
}

/** Why this is an update of what history knows; nothing for a change that readers are not to see as news. */
export function significance(
  { article, bodyHash, significantHash }: { article: Article; bodyHash: string; significantHash: string },
  was: LedgerRow | null,
  stored: StoredArticle | null,
): (keyof typeof SIGNIFICANT)[] {
  if (was === null) return [];
  const before = stored ? (JSON.parse(stored.data) as ArticleData) : null;
  const said = before?.updated ?? null;
  const changed = was.significant_hash !== significantHash;
  const isOther = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  const found = {
    title: changed && was.title !== article.title,
    body: changed && was.body_hash !== bodyHash,
    correction: changed && isOther(before?.corrections, article.corrections),
    picture: changed && isOther(before?.endedImage, article.endedImage),
    date: article.updated !== null && article.updated !== said && article.updated > was.updated,
    restored: was.withdrawn !== null,
  };
  return (Object.keys(found) as (keyof typeof found)[]).filter((reason) => found[reason]);
}

/** When the article last changed in a way that matters. */
export function lastUpdate(article: Article, was: LedgerRow | null, because: string[], now: string): string {
  const later = (a: string, b: string) => (a > b ? a : b);
  if (was === null) return later(article.updated ?? article.published, article.published);
  // Later than its withdrawal, which a reader would go on believing otherwise (RFC 6721, 3).
  const said = because.includes('date') && !because.includes('restored') ? article.updated : null;
  if (said !== null) return later(said, article.published);
  return later(because.length > 0 ? now : was.updated, article.published);
}

import type { Author } from '../articles/article.ts';
import { oneLine } from '../articles/characters.ts';
import type { Entry } from './entry.ts';
import { slugOf } from './slug.ts';

/** Categories, then tags, each once: two spellings of one slug are one label. */
export function labelsOf(entry: Entry): string[] {
  const labels = new Map<string, string>();
  for (const name of [...entry.categories, ...entry.tags]) {
    const label = oneLine(name);
    const key = slugOf(label) || label;
    if (label !== '' && !labels.has(key)) labels.set(key, label);
  }
  return [...labels.values()];
}

/** Authors who have a name, with what of theirs can be shown. */
export function authorsOf(authors: Author[]): Author[] {
  return authors.flatMap((author) => {
    const name = oneLine(author.name);
    if (name === '') return [];
    const url = webAddress(author.url);
    const avatar = webAddress(author.avatar);
    const email = author.email !== undefined && /^[^\s@<>]+@[^\s@<>]+$/.test(author.email) ? author.email : null;
    return [{ name, ...(url && { url }), ...(email && { email: oneLine(email) }), ...(avatar && { avatar }) }];
  });
}

/**
 * A web address as RFC 3986 has it; null for what is none. A URL parser lets some signs pass that the RFC does not know.
 */
export function webAddress(url: string | null | undefined): string | null {
  const parsed = url == null ? null : URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null;
  const { origin, href } = parsed;
  if (!href.startsWith(origin)) return href;
  return origin + href.slice(origin.length).replace(/[[\]|\\^`{}"<>]|%(?![0-9a-f]{2})/gi, encodeURIComponent);
}

/** A language as BCP 47 writes it; null for what is none. */
export function languageOf(lang: string | null): string | null {
  return lang !== null && /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i.test(lang) ? lang : null;
}

import { type Data, word } from './data.ts';
import type { Findings } from './findings.ts';
import type { SiteFolder } from './folder.ts';

/** One generator: how its sites are known, and what its configuration says. */
export interface Generator {
  name: string;
  /** The file by which a site is known; null when it is another's. */
  recognize(site: SiteFolder): string | null;
  /** Whether the articles look like one's, where no configuration is left; with the reason as a clause. */
  resembles?(site: SiteFolder): string | null;
  /** Takes what there is to be taken, configuration or not. */
  read(site: SiteFolder, findings: Findings): void;
}

/** Takes values by `[key of ours, paths of theirs]`; of several paths the first that says something. */
export function takeWords(findings: Findings, data: Data, file: string, keys: [string, ...string[]][]): void {
  for (const [key, ...paths] of keys)
    for (const path of paths) findings.take(key, word(data, path), `${file}: ${path}`);
}

/** A path with single slashes, and one at its beginning. */
export const pathOf = (...parts: string[]) => `/${parts.join('/')}`.replace(/\/{2,}/g, '/');

/** The folder that most articles are below, of several that are asked for in this order. */
export function fullest(site: SiteFolder, folders: string[]): string | null {
  const count = (folder: string) => site.articles.filter((path) => path.startsWith(`${folder}/`)).length;
  const found = folders.filter((folder) => count(folder) > 0);
  return found.toSorted((a, b) => count(b) - count(a))[0] ?? null;
}

import type { Home } from '../home.ts';
import type { SourceFile } from '../storage/ports.ts';
import { readSetting, writeSetting } from '../storage/settings.ts';
import { type AuthorDirectory, parseAuthors } from './authors.ts';

/** What each authors file said when it was last read. */
type Kept = Record<string, { tag: string; directory: AuthorDirectory }>;

const SETTING = 'authors';

/**
 * The authors that files name by key. They are read once and kept, since every article may refer to them.
 *
 * @param listed authors files that a page of the listing showed
 * @returns the directory, and whether it differs from the one that articles were read with
 */
export async function authorsOf(
  home: Home,
  listed: SourceFile[],
): Promise<{ authors: AuthorDirectory; changed: boolean }> {
  const kept = JSON.parse((await readSetting(home, SETTING)) ?? '{}') as Kept;
  let changed = false;
  for (const { path, tag } of listed) {
    if (kept[path]?.tag === tag) continue;
    const got = await home.source.get(path);
    if (!got) continue;
    const directory = parseAuthors(path, got.bytes);
    changed ||= JSON.stringify(kept[path]?.directory) !== JSON.stringify(directory);
    kept[path] = { tag, directory };
    await writeSetting(home, SETTING, JSON.stringify(kept)).run();
  }
  return { authors: merged(kept), changed };
}

/** Forgets authors files that are gone; true when there were any. */
export async function forgetAuthors(home: Home): Promise<boolean> {
  const kept = JSON.parse((await readSetting(home, SETTING)) ?? '{}') as Kept;
  const paths = Object.keys(kept);
  const gone: string[] = [];
  for (const path of paths) if ((await home.source.head(path)) === null) gone.push(path);
  if (gone.length === 0) return false;
  for (const path of gone) delete kept[path];
  await writeSetting(home, SETTING, JSON.stringify(kept)).run();
  return true;
}

/** The first path by code point wins where two files know the same key. */
function merged(kept: Kept): AuthorDirectory {
  const directories = Object.entries(kept).sort(([a], [b]) => (a < b ? 1 : -1));
  return Object.assign(Object.create(null), ...directories.map(([, { directory }]) => directory)) as AuthorDirectory;
}

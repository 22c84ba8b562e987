import type { Home } from '../home.ts';
import type { SourceFile, Statement } from '../storage/ports.ts';
import { readSetting, writeSetting } from '../storage/settings.ts';
import { type AuthorDirectory, parseAuthors } from './authors.ts';

/** What each authors file said when it was last read. */
type Kept = Record<string, { tag: string; directory: AuthorDirectory }>;

const SETTING = 'authors';

/** The authors that files name by key, and what of them has to be stored. */
export interface Authors {
  authors: AuthorDirectory;
  /** They differ from those that articles were read with. */
  changed: boolean;
  /** For the batch of the step that looked. */
  statements: Statement[];
}

/**
 * The authors that files name by key. They are read once and kept, since every article may refer to them. A file that
 * says nothing any more, as one with a broken line does, keeps what it said last.
 *
 * @param listed authors files that a page of the listing showed
 */
export async function authorsOf(home: Home, listed: SourceFile[]): Promise<Authors> {
  const kept = await readKept(home);
  const statements: Statement[] = [];
  let changed = false;
  for (const { path, tag, size } of listed) {
    if (kept[path]?.tag === tag || size > home.config.content.maxBytes) continue;
    const got = await home.source.get(path);
    if (!got) continue;
    const before = kept[path]?.directory;
    let directory = parseAuthors(path, got.bytes);
    if (before && Object.keys(directory).length === 0 && size > 0) {
      home.log.warn('authors unreadable', { path, message: 'it names no author; those that it named last are kept' });
      directory = before;
    }
    changed ||= JSON.stringify(before ?? {}) !== JSON.stringify(directory);
    kept[path] = { tag, directory };
    statements.splice(0, 1, store(home, kept));
  }
  return { authors: merged(kept), changed, statements };
}

/** Forgets authors files that are gone; without statements when there are none. */
export async function forgetAuthors(home: Home): Promise<Statement[]> {
  const kept = await readKept(home);
  const gone: string[] = [];
  for (const path of Object.keys(kept)) if ((await home.source.head(path)) === null) gone.push(path);
  for (const path of gone) delete kept[path];
  return gone.length > 0 ? [store(home, kept)] : [];
}

async function readKept(home: Home): Promise<Kept> {
  return JSON.parse((await readSetting(home, SETTING)) ?? '{}') as Kept;
}

function store(home: Home, kept: Kept): Statement {
  return writeSetting(home, SETTING, JSON.stringify(kept));
}

/** The first path by code point wins where two files know the same key. */
function merged(kept: Kept): AuthorDirectory {
  const directories = Object.entries(kept).sort(([a], [b]) => (a < b ? 1 : -1));
  return Object.assign(Object.create(null), ...directories.map(([, { directory }]) => directory)) as AuthorDirectory;
}

import type { Home } from '../home.ts';
import { type SourceFile, SourceUnavailable } from '../storage/ports.ts';
import type { Problem, Reading } from './article.ts';
import type { AuthorDirectory } from './authors.ts';
import { readArticle } from './read.ts';

/** A file that was read. */
export interface FileRead {
  tag: string;
  /** SHA-256 of its bytes; null where they could not be had. */
  hash: string | null;
  /** What it says; found out when it is asked for. */
  reading: () => Reading;
}

/** What files are read with. */
export type FileReader = Pick<Home, 'source' | 'config' | 'sha256' | 'now'>;

/** Reads files before they are asked for, where a home has another thread for it. */
export interface ReadAhead {
  /** Begins to read files, after those that were begun before. */
  begin(files: SourceFile[], authors: AuthorDirectory): void;
  /** A file that was begun, when it is read; null when it was not, or is another by now. */
  take(file: SourceFile): Promise<FileRead | null>;
  /** Forgets what was begun: it is not wanted, or has to be read with other authors. */
  stop(): Promise<void>;
}

/** A file's bytes and what they say, or why they cannot be had; null when it is gone since it was listed. */
export async function readFile(
  { source, config, sha256, now }: FileReader,
  file: SourceFile,
  authors: AuthorDirectory,
): Promise<FileRead | null> {
  const limit = config.content.maxBytes;
  const rejected = (tag: string, hash: string | null, problem: Problem): FileRead => ({
    tag,
    hash,
    reading: () => ({ state: 'rejected', problems: [problem] }),
  });
  if (file.size > limit) {
    const message = `the file has ${file.size} bytes, more than the ${limit} of content.maxBytes; shorten it or raise the limit`;
    return rejected(file.tag, file.tag, { code: 'too-large', message });
  }
  let reason = 'the file is there and cannot be opened; look at its permissions';
  try {
    const got = await source.get(file.path);
    if (got) {
      const reading = () => readArticle({ path: file.path, bytes: got.bytes }, { config, now: now(), authors });
      return { tag: got.file.tag, hash: sha256(got.bytes), reading };
    }
    if ((await source.head(file.path)) === null) return null;
  } catch (error) {
    if (error instanceof SourceUnavailable) throw error;
    reason = `the file could not be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  // No tag is empty, so the next run looks again.
  return rejected('', null, { code: 'unreadable', message: `${reason}. It is tried again` });
}

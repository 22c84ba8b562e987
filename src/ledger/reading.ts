import type { Problem, Reading } from '../articles/article.ts';
import type { AuthorDirectory } from '../articles/authors.ts';
import { readArticle } from '../articles/read.ts';
import type { Home } from '../home.ts';
import { type SourceFile, SourceUnavailable } from '../storage/ports.ts';
import type { Run } from '../storage/runs.ts';
import type { Outcome, Taken } from './files.ts';
import type { Candidate, FileRow } from './scan.ts';

/** Files read at once; a Worker may have six connections. */
const READERS = { node: 32, workers: 5 };

/** How a page is to be read. */
export interface IntakeContext {
  authors: AuthorDirectory;
  /** Files are read again though their bytes are as they were. */
  force: boolean;
  /** Only files that were rejected for their address are given, and only those that may have it now change anything. */
  readmission?: boolean;
}

/** Reads and understands what is there; a file whose bytes are as they were only has its mark renewed. */
export async function readAll(
  home: Home,
  run: Run,
  candidates: Candidate[],
  context: IntakeContext,
  { files }: Outcome,
): Promise<{ taken: Taken[]; gone: FileRow[] }> {
  const taken: (Taken | null)[] = new Array(candidates.length).fill(null);
  const gone: FileRow[] = [];
  let next = 0;
  const reader = async () => {
    for (let at = next++; at < candidates.length; at = next++) {
      const candidate = candidates[at] as Candidate;
      const { path, row } = candidate;
      const read = candidate.file && (await readOne(home, candidate.file));
      if (!read) {
        candidate.file = null;
        if (row) gone.push(row);
        continue;
      }
      const { tag, hash, got } = read;
      const due = row !== null && row.due_at !== null && row.due_at <= home.now();
      if (row && hash !== null && row.hash === hash && !due && !context.force && row.missing_since === null) {
        files.push({ kind: 'tag', path, tag });
        run.report.articles[row.state]++;
        continue;
      }
      const reading: Reading =
        'bytes' in got
          ? readArticle({ path, bytes: got.bytes }, { config: home.config, now: home.now(), authors: context.authors })
          : { state: 'rejected', problems: [got.problem] };
      taken[at] = { candidate, tag, hash, reading };
    }
  };
  await Promise.all(Array.from({ length: READERS[home.name] }, reader));
  return { taken: taken.filter((one) => one !== null), gone };
}

/** A file's bytes, or why they cannot be had; null when it is gone since it was listed. */
async function readOne(
  home: Home,
  file: SourceFile,
): Promise<{ tag: string; hash: string | null; got: { bytes: Uint8Array } | { problem: Problem } } | null> {
  const limit = home.config.content.maxBytes;
  if (file.size > limit) {
    const message = `the file has ${file.size} bytes, more than the ${limit} of content.maxBytes; shorten it or raise the limit`;
    return { tag: file.tag, hash: file.tag, got: { problem: { code: 'too-large', message } } };
  }
  let reason = 'the file is there and cannot be opened; look at its permissions';
  try {
    const got = await home.source.get(file.path);
    if (got) return { tag: got.file.tag, hash: home.sha256(got.bytes), got: { bytes: got.bytes } };
    if ((await home.source.head(file.path)) === null) return null;
  } catch (error) {
    if (error instanceof SourceUnavailable) throw error;
    reason = `the file could not be read: ${messageOf(error)}`;
  }
  // No tag is empty, so the next run looks again.
  return { tag: '', hash: null, got: { problem: { code: 'unreadable', message: `${reason}. It is tried again` } } };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

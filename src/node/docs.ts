import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DOCS = join(import.meta.dirname, '../../docs');

/** A page of the documentation that this clone, or the package, brings; null when there is none of that path. */
export async function readDocs(path: string): Promise<string | null> {
  return readFile(join(DOCS, path), 'utf8').catch(() => null);
}

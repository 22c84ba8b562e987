import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Place } from './workerd.ts';

/** An article file: its path and where it is, or its bytes. */
export type File = [path: string, content: string | Buffer];

/** The files below a folder that the configuration takes for articles: all but drafts. */
export function filesOf(folder: string): File[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.includes('_drafts/'))
    .map((path) => [path, join(folder, path)]);
}

/**
 * Puts files into a bucket that exists, as the simulation of R2 keeps them (miniflare, `r2/bucket.worker.ts`): a file and a
 * row for each object. A hundred times faster than by its binding. Nobody may have the bucket open.
 */
export function keep({ folder }: Place, bucket: string, files: Iterable<File>): void {
  const db = open(folder, bucket);
  const insert = db.prepare(
    `INSERT OR REPLACE INTO _mf_objects (key, blob_id, version, size, etag, uploaded, checksums, http_metadata, custom_metadata)
     VALUES (?, ?, ?, ?, ?, ?, '{}', '{}', '{}')`,
  );
  db.exec('BEGIN');
  for (const [path, content] of files) {
    const blob = randomBytes(40).toString('hex');
    const kept = join(folder, 'v3/r2', bucket, 'blobs', blob);
    const bytes = typeof content === 'string' ? readFileSync(content) : content;
    if (typeof content === 'string') linkSync(content, kept);
    else writeFileSync(kept, bytes);
    const etag = createHash('md5').update(bytes).digest('hex');
    insert.run(path, blob, randomBytes(16).toString('hex'), bytes.byteLength, etag, Date.now());
  }
  db.exec('COMMIT');
  db.close();
}

/** All objects of a bucket as if they had been uploaded again. */
export function uploadAgain({ folder }: Place, bucket: string): void {
  const db = open(folder, bucket);
  db.prepare('UPDATE _mf_objects SET version = lower(hex(randomblob(16))), uploaded = ?').run(Date.now());
  db.close();
}

/** The rows of a bucket: of all their databases, the one with an object of that name. */
function open(folder: string, bucket: string): DatabaseSync {
  const databases = join(folder, 'v3/r2/miniflare-R2BucketObject');
  for (const name of readdirSync(databases)) {
    if (!/^[0-9a-f]{64}\.sqlite$/.test(name)) continue;
    const db = new DatabaseSync(join(databases, name));
    if (db.prepare('SELECT 1 FROM _mf_objects WHERE key = ?').get(bucket)) return db;
    db.close();
  }
  throw new Error(`There is no bucket ${bucket} below ${folder}.`);
}

/** The list of categories in a file's front matter, in the forms that the generator writes: YAML in two ways, TOML, JSON. */
const CATEGORIES = /^(\s*"?categories"?\s*[:=]\s*)(\[[^\]]*\]|(?:\n\s+- .*)+)/m;

/** Files with each of their categories renamed. */
export function* renamed(files: Iterable<File>): Generator<File> {
  for (const [path, content] of files) {
    const bytes = typeof content === 'string' ? readFileSync(content) : content;
    const text = bytes.toString('latin1').replace(CATEGORIES, (_, key: string, list: string) => {
      const names = list.startsWith('[') ? list.replace(/"([^"]+)"/g, '"$1 2"') : list.replace(/(- .*)/g, '$1 2');
      return key + names;
    });
    yield [path, Buffer.from(text, 'latin1')];
  }
}

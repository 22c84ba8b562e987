/** Where article files and blobs may be: the same rules for a folder and for a bucket. */

/** A path or blob name that is not taken; the message says why. */
export class PathRefused extends Error {
  override name = 'PathRefused';
}

/** Folders that hold other things than articles, wherever they stand. */
const JUNK = new Set(['node_modules', 'bower_components', '__pycache__', '__MACOSX', 'lost+found']);

const encoder = new TextEncoder();

/** Whether a file or folder of this name is passed over: hidden ones and what tools leave behind. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || JUNK.has(name) || name === 'Thumbs.db' || name === 'desktop.ini';
}

/**
 * Why a path below the content folder is not taken, as the end of a sentence; null when it is fine. A path is relative,
 * separated by `/`, stays below the folder, fits a file system (255 bytes a name) and a bucket (1,024 bytes in all).
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'is empty';
  if (path.includes('\0')) return 'holds a NUL';
  if (path.includes('\\')) return 'holds a backslash: separate folders with /';
  if (!path.isWellFormed()) return 'is not well-formed Unicode';
  if (path.startsWith('/')) return 'is absolute: name it relative to the content folder';
  if (path.length > 341 && encoder.encode(path).byteLength > 1024) return 'is longer than 1,024 bytes';
  for (const name of path.split('/')) {
    if (name === '') return 'has an empty name in it';
    if (name === '.' || name === '..') return 'leaves the content folder';
    if (isIgnoredName(name)) return `passes through ${JSON.stringify(name)}, where no articles are looked for`;
    if (name.length > 85 && encoder.encode(name).byteLength > 255) return 'has a name longer than 255 bytes in it';
  }
  return null;
}

/** Throws {@link PathRefused} for what {@link pathProblem} finds. */
export function assertPath(path: string): void {
  const problem = pathProblem(path);
  if (problem) throw new PathRefused(`The path ${JSON.stringify(path)} ${problem}.`);
}

/** Throws {@link PathRefused} unless the name is a SHA-256 in lower-case hex, so that no blob is written elsewhere. */
export function assertBlobHash(hash: string): void {
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new PathRefused(`${JSON.stringify(hash.slice(0, 80))} is no SHA-256 in lower-case hex.`);
}

/** Orders by code points, which is the order of UTF-8 bytes and of R2; JavaScript's own order is of UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    let left = a.charCodeAt(at);
    let right = b.charCodeAt(at);
    if (left === right) continue;
    // Surrogates stand for code points above every other unit.
    if (left >= 0xd800 && left <= 0xdfff) left += 0x10000;
    if (right >= 0xd800 && right <= 0xdfff) right += 0x10000;
    return left - right;
  }
  return a.length - b.length;
}

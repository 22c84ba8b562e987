/**
 * Which of two files with one address keeps it when neither is published yet: the lower path by code point, endings
 * left out, so that `story.md` goes before `story-twin.md`.
 *
 * @returns negative when `a` goes first, positive when `b` does; 0 only for the same path
 */
export function comparePaths(a: string, b: string): number {
  return compare(bare(a), bare(b)) || compare(a, b);
}

function bare(path: string): string {
  return path.replace(/\.[^./]*$/, '');
}

/** By code point: UTF-16 would put an emoji before `ﬀ`. */
function compare(a: string, b: string): number {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  for (;;) {
    const { value: l, done: leftDone } = left.next();
    const { value: r, done: rightDone } = right.next();
    if (leftDone || rightDone) return Number(Boolean(rightDone)) - Number(Boolean(leftDone));
    if (l !== r) return (l.codePointAt(0) ?? 0) - (r.codePointAt(0) ?? 0);
  }
}

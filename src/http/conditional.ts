/** A request's header by its name in lower case. */
export type HeaderOf = (name: string) => string | null | undefined;

/** The strong entity tag of bytes, with its quotes, by their hash. */
export const etagOf = (hash: string) => `"${hash.slice(0, 32)}"`;

/**
 * What the conditions of a GET or HEAD say of the present version (RFC 9110 section 13.2.2): 412 when the client wants
 * another one, 304 when it has this one already, else 200. If-None-Match decides where it is given, in a list, weak or
 * `*`; else If-Modified-Since, in whole seconds.
 *
 * @param etag the strong entity tag with its quotes
 * @param lastModified ISO 8601 in whole seconds
 */
export function evaluateConditions(header: HeaderOf, etag: string, lastModified: string): 200 | 304 | 412 {
  const match = header('if-match');
  if (match != null) {
    if (match.trim() !== '*' && !entityTags(match).some((tag) => !tag.weak && tag.opaque === etag)) return 412;
  } else if (isAfter(lastModified, header('if-unmodified-since'))) return 412;
  const none = header('if-none-match');
  if (none != null) {
    if (none === etag) return 304;
    return none.trim() === '*' || entityTags(none).some((tag) => tag.opaque === etag) ? 304 : 200;
  }
  const since = header('if-modified-since');
  return since != null && isAfter(lastModified, since) === false ? 304 : 200;
}

/**
 * Why the conditions of a PUT or DELETE forbid it (RFC 9110 sections 13.1.1 and 13.1.2), as a sentence; null when they do
 * not. A weak tag never matches.
 *
 * @param etag the strong entity tag of what is there, with its quotes; null when nothing is
 */
export function refusedChange(header: HeaderOf, etag: string | null): string | null {
  const has = (list: string) =>
    etag !== null && (list.trim() === '*' || entityTags(list).some((tag) => !tag.weak && tag.opaque === etag));
  const match = header('if-match');
  if (match != null && !has(match)) return 'The file is not the one that If-Match names; get it again.';
  const none = header('if-none-match');
  if (none == null || !has(none)) return null;
  return none.trim() === '*' ? 'There is such a file already.' : 'The file is one that If-None-Match names.';
}

/** The entity tags of a list, with their quotes (RFC 9110 section 8.8.3). */
export function entityTags(list: string): { opaque: string; weak: boolean }[] {
  return [...list.matchAll(/(W\/)?("[\x21\x23-\x7e\x80-\uffff]*")/g)].map(([, weak, opaque = '']) => ({
    opaque,
    weak: weak !== undefined,
  }));
}

/** Whether a version is later than an HTTP date; null where that is none. */
function isAfter(lastModified: string, date: string | null | undefined): boolean | null {
  const instant = date == null ? Number.NaN : instantOf(date);
  return Number.isNaN(instant) ? null : Date.parse(lastModified) > instant;
}

/** An HTTP date in any of its three forms (RFC 9110 section 5.6.7), of which one names no zone and means GMT; else NaN. */
function instantOf(date: string): number {
  if (!/\d:\d\d:\d\d/.test(date)) return Number.NaN;
  return Date.parse(/:\d\d \d{4}\s*$/.test(date) ? `${date} GMT` : date);
}

/**
 * Whether the client has the present version already (RFC 9110 section 13.2.2): If-None-Match decides where it is
 * given, in a list, weak or `*`; else If-Modified-Since, in whole seconds.
 *
 * @param etag the entity tag with its quotes
 * @param lastModified ISO 8601 in whole seconds
 */
export function isNotModified(headers: Headers, etag: string, lastModified: string): boolean {
  const tags = headers.get('if-none-match');
  if (tags !== null) return tags.trim() === '*' || entityTags(tags).includes(etag);
  const since = headers.get('if-modified-since');
  if (since === null) return false;
  const instant = Date.parse(since);
  return !Number.isNaN(instant) && Date.parse(lastModified) <= instant;
}

/** The opaque tags of a list, without the mark of a weak one (RFC 9110 section 8.8.3). */
export function entityTags(list: string): string[] {
  return [...list.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\uffff]*")/g)].map((match) => match[1] ?? '');
}

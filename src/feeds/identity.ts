/** RFC 3987 section 2.2, but for what no id in use needs: a scheme, then no space, quote, bracket or stray percent. */
const IRI = /^[a-z][a-z0-9+.-]*:(?:[^\s\p{C}<>"{}|\\^`%]|%[0-9a-f]{2})+$/iu;
/** RFC 8141 section 2 and RFC 4151 section 2.1: these two schemes are checked to the end. */
const URN = /^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:[^/?#]/i;
const TAG = /^tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(?:-\d{2}){0,2}:/i;

/** Whether an id may stand in `atom:id` as it is (RFC 4287 section 4.2.6). */
export function isIri(id: string): boolean {
  if (!IRI.test(id)) return false;
  if (/^urn:/i.test(id)) return URN.test(id);
  if (/^tag:/i.test(id)) return TAG.test(id);
  return !/^https?:/i.test(id) || (/^https?:\/\/[^/]/i.test(id) && URL.canParse(id));
}

/** The id that Atom shows: the entry's own where it is an IRI, else a `tag:` made of it and of the site's first host. */
export function atomId(id: string, host: string): string {
  return isIri(id) ? id : tagUri(host, id);
}

/**
 * A `tag:` URI (RFC 4151) in the name of a host. The day is a constant, since every date of an article may be edited and
 * an id may not.
 */
export function tagUri(host: string, specific: string): string {
  const authority =
    host
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'localhost';
  return `tag:${authority},2026:${specific.split('/').map(encodeURIComponent).join('/')}`;
}

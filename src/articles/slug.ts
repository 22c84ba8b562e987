/**
 * Jekyll's `Utils.slugify` in its mode `pretty`, letter case kept: what `:title` becomes.
 *
 * @see https://jekyllrb.com/docs/liquid/filters/ (options of the slugify filter)
 */
export function prettySlug(text: string): string {
  return trimmed(text.replace(/[^\p{M}\p{L}\p{Nd}._~!$&'()+,;=@]+/gu, '-'));
}

/** The same in its mode `default`, in lower case: what `:slug` and `:slugified_categories` become. */
export function plainSlug(text: string): string {
  return trimmed(text.replace(/[^\p{M}\p{L}\p{Nd}]+/gu, '-')).toLowerCase();
}

/**
 * A part of a path as Hugo has it: lower case, hyphens for spaces, marks left out.
 *
 * @see https://gohugo.io/functions/urls/urlize/
 */
export function hugoPart(text: string): string {
  return text
    .replace(/[^\p{M}\p{L}\p{Nd}._+~\s-]+/gu, '')
    .trim()
    .replace(/\s+/g, '-')
    .toLowerCase();
}

function trimmed(slug: string): string {
  return slug.replace(/^-|-$/g, '');
}

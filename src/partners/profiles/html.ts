import sanitizeHtml from 'sanitize-html';

/** What stands for an element that a destination does not take, where something near it may. */
const NEAREST: Record<string, string> = {
  h6: 'h5',
  pre: 'p',
  figcaption: 'p',
  dt: 'p',
  dd: 'p',
  summary: 'p',
  figure: 'div',
  section: 'div',
  article: 'div',
  aside: 'div',
  header: 'div',
  footer: 'div',
  main: 'div',
  address: 'div',
  center: 'div',
  dl: 'div',
  details: 'div',
};

/** Schemes that destinations open. */
const SCHEMES = ['http', 'https', 'mailto'];

const VOID = ['img', 'br', 'hr', 'wbr', 'source', 'track', 'col'];

/**
 * Sanitized HTML without the elements that a destination does not take: each becomes the nearest that it does, or leaves
 * its text behind.
 */
export function onlyElements(html: string, taken: readonly string[]): string {
  if (elementsBeyond(html, taken).length === 0) return html;
  return sanitizeHtml(html, {
    allowedTags: [...taken],
    allowedAttributes: false,
    selfClosing: VOID,
    allowedSchemes: SCHEMES,
    transformTags: Object.fromEntries(
      Object.entries(NEAREST).filter(([name, near]) => !taken.includes(name) && taken.includes(near)),
    ),
  });
}

/** Names of the elements in sanitized HTML that a destination does not take, each once, in order. */
export function elementsBeyond(html: string, taken: readonly string[]): string[] {
  const names = [...html.matchAll(/<([a-z][a-z0-9]*)[\s/>]/gi)].map(([, name = '']) => name.toLowerCase());
  return [...new Set(names)].filter((name) => !taken.includes(name)).sort();
}

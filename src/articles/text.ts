import { decodeHTMLStrict } from 'entities';
import { sound } from '../feeds/characters.ts';

/** Elements that people write into titles and summaries. A lone capital, as in `Vec<T>`, is no element. */
const INLINE =
  /<\/?(?:a|abbr|b|big|br|cite|code|del|dfn|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|q|s|samp|script|small|span|strike|strong|style|sub|sup|tt|u|ul|var|wbr)(?:\s[^<>]*)?\/?>/g;
const BREAK = /<(?:br|p|div|li|hr|\/p|\/div|\/li|h[1-6]|\/h[1-6])(?:\s[^<>]*)?\/?>/gi;

/** An ideographic space or one that does not break is meant, and stays. */
const SPACES = /[ \t\n\f\u2028\u2029]+/g;

/**
 * A title, name or summary as plain text on one line: without elements of HTML, with entities as the characters they
 * stand for, and without what XML forbids.
 */
export function plainText(text: string): string {
  const bare = text.includes('<') ? stripped(text) : text;
  return sound(bare.includes('&') ? decodeHTMLStrict(bare) : bare)
    .replace(SPACES, ' ')
    .trim();
}

function stripped(text: string): string {
  return text
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(BREAK, ' ')
    .replace(INLINE, '');
}

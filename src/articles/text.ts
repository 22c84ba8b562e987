import { decodeHTMLStrict } from 'entities';
import { sound } from './characters.ts';

/** Elements that people write into titles and summaries. A capital, as in `Vec<T>`, is no element. */
const TAG =
  /<(\/?)(a|abbr|b|big|br|cite|code|del|dfn|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|q|s|samp|script|small|span|strike|strong|style|sub|sup|tt|u|ul|var|wbr)(\s[^<>]*)?\/?>/g;
/** Elements that need no end. */
const VOID = new Set(['br', 'hr', 'img', 'wbr']);
const BREAK = /^(?:br|p|div|li|hr|h[1-6])$/;

/** An ideographic space or one that does not break is meant, and stays. */
const SPACES = /[ \t\n\f\u2028\u2029]+/g;

/**
 * A title, name or summary as plain text on one line: without elements of HTML, with entities as the characters they
 * stand for, and without what XML forbids. A tag that nothing closes, such as the `<b>` of a text about it, is a word of
 * the text.
 */
export function plainText(text: string): string {
  const bare = text.includes('<') ? stripped(text) : text;
  return sound(bare.includes('&') ? decodeHTMLStrict(bare) : bare)
    .replace(SPACES, ' ')
    .trim();
}

function stripped(text: string): string {
  const bare = text.replace(/<!--[\s\S]*?-->/g, ' ');
  const markup = elementTags(bare);
  let at = 0;
  let out = '';
  for (const [start, tag, name] of markup) {
    out += bare.slice(at, start) + (BREAK.test(name) ? ' ' : '');
    at = start + tag.length;
  }
  return out + bare.slice(at);
}

/** The tags that are markup, in the order of the text: those that open and close an element, and void ones. */
function elementTags(text: string): [start: number, tag: string, name: string][] {
  const found: [number, string, string][] = [];
  const open = new Map<string, [number, string, string][]>();
  for (const { 0: tag, 1: end, 2: name = '', index } of text.matchAll(TAG)) {
    if (VOID.has(name)) found.push([index, tag, name]);
    else if (end === '') {
      const waiting = open.get(name) ?? [];
      waiting.push([index, tag, name]);
      open.set(name, waiting);
    } else {
      const start = open.get(name)?.pop();
      if (start) found.push(start, [index, tag, name]);
    }
  }
  return found.sort(([a], [b]) => a - b);
}

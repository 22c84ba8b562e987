import { decodeHTML } from 'entities';

/** Characters of a summary that the body gives, about two sentences. */
const LENGTH = 300;

/** Characters of HTML that are looked at. */
const MAX_HTML = 20_000;

const PARAGRAPH = /<(?:p|li|td|dd)>([\s\S]*?)(?=<\/?(?:p|li|ul|ol|dl|blockquote|table|td|dd|pre|h[1-6])\b)/g;

/**
 * The first words of a body as plain text, for an article that says nothing of itself: its first paragraph, or all of
 * the part that its author marked off, cut at a word's end.
 *
 * @param html sanitized
 * @param marked whether `html` is the part before `<!--more-->`
 */
export function summaryOf(html: string, marked: boolean): string {
  const start = html.slice(0, MAX_HTML);
  if (!marked) {
    for (const [, inner = ''] of start.matchAll(PARAGRAPH)) {
      const text = textOf(inner);
      if (text) return shortened(text);
    }
  }
  return shortened(textOf(start.replace(/<pre>[\s\S]*?<\/pre>|<h[1-6]>[\s\S]*?<\/h[1-6]>/g, ' ')) || textOf(start));
}

function textOf(html: string): string {
  const text = html
    .replace(/<sup>\s*<a [^<>]*>\[?\d+\]?<\/a>\s*<\/sup>/g, '')
    .replace(/<br \/>/g, ' ')
    .replace(/<[^<>]*>/g, '');
  return decodeHTML(text).replace(/\s+/g, ' ').trim();
}

function shortened(text: string): string {
  if (text.length <= LENGTH) return text;
  const cut = text.slice(0, LENGTH).toWellFormed().replace('\ufffd', '');
  const end = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('。') + 1);
  return `${(end > LENGTH / 2 ? cut.slice(0, end) : cut).replace(/[\s,;:–-]+$/, '')}…`;
}

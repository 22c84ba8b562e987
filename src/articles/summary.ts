import { decodeHTML } from 'entities';

/** Characters of a summary that the body gives, about two sentences. */
const LENGTH = 300;

/**
 * The first words of a body as plain text, for an article that says nothing of itself: its first paragraph that has any,
 * cut at a word's end.
 *
 * @param html sanitized
 */
export function summaryOf(html: string): string {
  for (const [, inner = ''] of html
    .slice(0, 50_000)
    .matchAll(/<(?:p|li|blockquote|td|dd)>([\s\S]*?)(?=<\/?(?:p|li|ul|ol|blockquote|td|dd|pre|h[1-6])\b)/g)) {
    const text = textOf(inner);
    if (text) return shortened(text);
  }
  return shortened(textOf(html.slice(0, 50_000)));
}

function textOf(html: string): string {
  const text = html
    .replace(/<sup class="footnote-ref">[\s\S]*?<\/sup>/g, '')
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

/// <reference path="./markdown-plugins.d.ts" />
import MarkdownIt from 'markdown-it';
import deflist from 'markdown-it-deflist';
import { full as emoji } from 'markdown-it-emoji';
import footnote from 'markdown-it-footnote';

/** Deeper than people quote; markdown-it drops what is nested further. */
const MAX_NESTING = 500;

const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: MAX_NESTING });
// A file name such as README.md is no address, and a mail address without `mailto:` is for spammers.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
markdown.use(footnote).use(deflist).use(emoji, { shortcuts: {} });

/** CommonMark with tables, footnotes, definition lists, autolinks and emoji as HTML, not sanitized yet. */
export function renderMarkdown(text: string): string {
  return markdown.render(text, {});
}

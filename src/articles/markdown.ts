/// <reference path="./markdown-plugins.d.ts" />
import MarkdownIt, { type MarkdownIt as Engine } from 'markdown-it';
import deflist from 'markdown-it-deflist';
import { full as emoji } from 'markdown-it-emoji';
import footnote from 'markdown-it-footnote';
import { attributeLists } from './markdown/attribute-lists.ts';
import { callouts } from './markdown/callouts.ts';
import { math } from './markdown/math.ts';
import { taskLists } from './markdown/task-lists.ts';
import { wikiLinks } from './markdown/wiki-links.ts';

/** Deeper than people quote; markdown-it drops what is nested further. */
const BLOCK_NESTING = 500;

/** Brackets and stars inside of each other. The cost of a text of nothing but brackets rises with it. */
const INLINE_NESTING = 20;

/** Bare addresses and emoji are searched for in every word; most texts have none. */
const SEARCHED = /:\/\/|:[\w+-]+:/;

/** Made when the first text needs them: that takes a while, and who answers requests may never need them. */
const engines = new Map<boolean, Engine>();

function engineFor(searching: boolean): Engine {
  const made = engines.get(searching) ?? engine(searching);
  engines.set(searching, made);
  return made;
}

function engine(searching: boolean): Engine {
  const markdown = new MarkdownIt({ html: true, linkify: searching, maxNesting: BLOCK_NESTING });
  // Every address is looked at when the HTML is sanitized; refused here, a bad link would show its marks to readers.
  markdown.validateLink = () => true;
  markdown.use(footnote).use(deflist);
  markdown.use(attributeLists).use(callouts).use(math).use(taskLists).use(wikiLinks);
  if (searching) {
    // A file name such as README.md is no address, and a mail address without `mailto:` is for spammers.
    markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
    markdown.use(emoji, { shortcuts: {} });
  }
  // markdown-it has one limit for both.
  markdown.core.ruler.before('inline', 'inline_nesting', () => {
    markdown.set({ maxNesting: INLINE_NESTING });
  });
  return markdown;
}

/**
 * Markdown as people write it, as HTML that is not sanitized yet: CommonMark with tables, footnotes, definition and task
 * lists, autolinks, emoji, kramdown's attribute lists, call-outs, wiki links, and mathematics left as it stands.
 *
 * @see https://spec.commonmark.org/
 */
export function renderMarkdown(text: string): string {
  const markdown = engineFor(SEARCHED.test(text));
  markdown.set({ maxNesting: BLOCK_NESTING });
  return markdown.render(text, {});
}

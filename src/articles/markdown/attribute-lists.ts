import type { MarkdownIt } from 'markdown-it';

/** `{: .wide #id}` of kramdown and `{.wide #id key="value"}` of Goldmark, Pandoc and Eleventy. */
const LIST = /\{:?[ \t]*(?:(?:[.#][\w:-]+|[\w:-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s}"']+)|[\w-]+(?=[ \t}]))[ \t]*)*\}/y;
const BLOCK = /^\{:?[ \t]*[.#:\w-][^{}\n]*\}[ \t]*$/;
const KRAMDOWN = /^\{::?\/?[^{}\n]*\}[ \t]*$/;

/**
 * Takes attribute lists out, since feed readers style nothing. In a line the braces must come after something that can
 * have attributes, or begin with kramdown's colon: `{name}` in a text is a text.
 *
 * @see https://kramdown.gettalong.org/syntax.html#attribute-list-definitions
 */
export function attributeLists(markdown: MarkdownIt): void {
  markdown.block.ruler.before(
    'paragraph',
    'attribute_list',
    (state, startLine, _endLine, silent) => {
      const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
      const line = state.src.slice(start, state.eMarks[startLine]);
      if (line[0] !== '{' || !(KRAMDOWN.test(line) || (BLOCK.test(line) && isList(line)))) return false;
      if (!silent) state.line = startLine + 1;
      return true;
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  );
  markdown.inline.ruler.before('emphasis', 'attribute_list', (state, silent) => {
    if (state.src[state.pos] !== '{') return false;
    LIST.lastIndex = state.pos;
    const found = LIST.exec(state.src)?.[0];
    if (!found || (found[1] !== ':' && !follows(state.src, state.pos, found))) return false;
    // `{:?}` and `{:#}` are how Rust prints.
    if (/^\{:[ \t]*\}$/.test(found)) return false;
    if (!silent) state.pending = state.pending.replace(/[ \t]+$/, '');
    state.pos += found.length;
    return true;
  });
}

function isList(line: string): boolean {
  LIST.lastIndex = 0;
  return LIST.exec(line)?.[0].length === line.trimEnd().length && /[.#=:]/.test(line);
}

/** Right after an image, link, code or emphasis, or at the end of the text, as after a heading. */
function follows(text: string, at: number, list: string): boolean {
  if (!/[.#=]/.test(list)) return false;
  const atEnd = text.slice(at + list.length).trim() === '';
  return /[)\]*_`]/.test(text[at - 1] ?? '') || (atEnd && /\s/.test(text[at - 1] ?? ''));
}

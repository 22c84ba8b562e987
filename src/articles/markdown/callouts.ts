import type { MarkdownIt } from 'markdown-it';

const OPEN =
  /^(:{3,})[ \t]*(?:\{\.?([\w-]+)[^}]*\}|([\w-]+))?[ \t]*(?:\[([^\]\n]*)\]|([^\n{]*))?[ \t]*(?:\{[^}\n]*\})?[ \t]*$/;
/** Boxes in boxes in boxes; each looks for its end. */
const MAX_LEVEL = 20;

const ALERT = /^\[!([\w-]+)\][+-]?[ \t]*([^\n]*)/;

/**
 * Boxes that stand out of the text become quotes with their title in bold: `:::note Title` of Docusaurus and VuePress,
 * and quotes that begin with `[!NOTE]`, as GitHub and Obsidian have them.
 *
 * @see https://docusaurus.io/docs/markdown-features/admonitions
 * @see https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
 */
export function callouts(markdown: MarkdownIt): void {
  markdown.block.ruler.before(
    'fence',
    'callout',
    (state, startLine, endLine, silent) => {
      const lineAt = (line: number) =>
        state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
      const first = lineAt(startLine);
      if (!first.startsWith(':::') || state.level > MAX_LEVEL) return false;
      const found = OPEN.exec(first);
      if (!found || (found[2] === undefined && found[3] === undefined)) return false;
      if (silent) return true;
      const end = closing(lineAt, startLine, endLine, found[1]?.length ?? 3);
      const title = (found[4] ?? found[5] ?? '').trim() || titleOf(found[2] ?? found[3] ?? '');
      // A box without a title is a matter of style sheets: its text stands like any other.
      const parent = state.parentType;
      const lineMax = state.lineMax;
      state.parentType = 'blockquote';
      state.lineMax = end;
      if (title) state.push('blockquote_open', 'blockquote', 1).map = [startLine, end];
      if (title) pushTitle(state, title);
      state.md.block.tokenize(state, startLine + 1, end);
      if (title) state.push('blockquote_close', 'blockquote', -1);
      state.parentType = parent;
      state.lineMax = lineMax;
      state.line = Math.min(end + 1, endLine);
      return true;
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  );
  markdown.core.ruler.after('block', 'alert', (state) => {
    for (const [index, token] of state.tokens.entries()) {
      const inline = state.tokens[index + 2];
      if (token.type !== 'blockquote_open' || inline?.type !== 'inline') continue;
      const found = ALERT.exec(inline.content);
      if (!found) continue;
      const title = (found[2] ?? '').trim() || titleOf(found[1] ?? '') || (found[1] ?? '');
      const rest = inline.content.slice(found[0].length).replace(/^\n/, '');
      inline.content = rest ? `**${title}**\n\n${rest}` : `**${title}**`;
      // Inline text knows no paragraphs: a break keeps the title on a line of its own.
      inline.content = inline.content.replace('**\n\n', '**<br>\n');
    }
  });
}

type State = Parameters<Parameters<MarkdownIt['block']['ruler']['push']>[1]>[0];

function pushTitle(state: State, title: string): void {
  state.push('paragraph_open', 'p', 1);
  const text = state.push('inline', '', 0);
  text.content = `**${title}**`;
  text.children = [];
  state.push('paragraph_close', 'p', -1);
}

/** The line that closes the box; the end of the text around it when none does. Boxes inside have more or fewer colons. */
function closing(lineAt: (line: number) => string, start: number, end: number, colons: number): number {
  let depth = 0;
  for (let line = start + 1; line < end; line++) {
    const text = lineAt(line);
    if (!text.startsWith(':::')) continue;
    const length = /^:+/.exec(text)?.[0].length ?? 0;
    if (/^:+[ \t]*$/.test(text)) {
      if (depth === 0 && length >= colons) return line;
      if (depth > 0) depth--;
    } else depth++;
  }
  return end;
}

const KINDS = new Set(
  `note tip info warning danger caution important abstract summary success question help failure bug example quote todo
  hint attention error details seealso tldr check done faq cite spoiler security`.split(/\s+/),
);

/** `note` as `Note`; a name that only a style sheet knows is no title. */
function titleOf(kind: string): string {
  const name = kind.toLowerCase();
  return KINDS.has(name) ? name.charAt(0).toUpperCase() + name.slice(1) : '';
}

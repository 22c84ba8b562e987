import type { MarkdownIt } from 'markdown-it';

/** `$` is mathematics when it hugs what it encloses and no digit follows: `$5 and $10` are prices. */
const INLINE = /\$(?![\s$])(?:[^$\\\n]|\\.|\n(?!\n)){1,1000}?(?<![\s\\])\$(?![\d$])/y;
const DISPLAY = /\$\$(?:[^$\\]|\\[\s\S]|\$(?!\$)){1,10000}?\$\$/y;
const BRACKETS = /\\([([])((?:[^\\]|\\(?![)\]])[\s\S]){1,5000}?)\\([)\]])/y;
const MAX_BRACKETS = 5000;

/** Leaves TeX as it was written, marks and all: readers that know it show it, and people can read it. */
export function math(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('escape', 'math', (state, silent) => {
    const found = mathAt(state.src, state.pos);
    if (found === null) return false;
    if (!silent) state.push('text', '', 0).content = found;
    state.pos += found.length;
    return true;
  });
}

function mathAt(text: string, at: number): string | null {
  const first = text[at];
  if (first === '$') {
    // Without a second one there is nothing to look for.
    if (text.indexOf('$', at + 1) < 0) return null;
    const pattern = text[at + 1] === '$' ? DISPLAY : INLINE;
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  }
  if (first !== '\\' || (text[at + 1] !== '(' && text[at + 1] !== '[')) return null;
  if (!text.slice(at + 2, at + MAX_BRACKETS).includes(text[at + 1] === '(' ? '\\)' : '\\]')) return null;
  BRACKETS.lastIndex = at;
  const found = BRACKETS.exec(text);
  // \(an aside\) only escapes its brackets.
  if (!found || (found[1] === '(') !== (found[3] === ')') || !/\\[a-z]|[\^_=<>]/i.test(found[2] ?? '')) return null;
  return found[0];
}

/** What stands before a fence: nothing, quotes, or the mark of a list's item. */
const PREFIX = '(?:[ \\t>]|[-*+][ \\t]|\\d{1,9}[.)][ \\t])*';

/** The beginning of a line that opens a fence. */
export const FENCE_START = `${PREFIX}(?:\`{3}|~{3})`;

const FENCE = new RegExp(`(?:^|\\n)${PREFIX}(\`{3,}(?=[^\`\\n]*(?:\\n|$))|~{3,})`, 'y');

/** Inline code is this long at most; a lone backtick must not search a whole book. */
const MAX_INLINE = 20_000;

/** Knows where code of a Markdown text begins and ends, so that templates in it are left alone. */
export class Code {
  readonly #text: string;
  /** For each number of backticks: up to where there is no closing run of them. */
  readonly #unclosed = new Map<number, number>();
  readonly #lastTags = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Where code that begins at this place ends; the place itself when none does. */
  endAt(at: number): number {
    const c = this.#text[at];
    if (c === '\n' || at === 0) {
      const end = this.#fenceEnd(at);
      if (end !== null) return end;
    }
    if (c === '`') return this.#inlineEnd(at);
    return c === '<' ? this.#elementEnd(at) : at;
  }

  /** The fence that the line at this place opens. */
  fenceAt(at: number): { mark: string; end: number } | null {
    FENCE.lastIndex = at;
    const found = FENCE.exec(this.#text);
    return found?.[1] ? { mark: found[1], end: at + found[0].length } : null;
  }

  #fenceEnd(at: number): number | null {
    const fence = this.fenceAt(at);
    if (!fence) return null;
    const close = new RegExp(`\\n[ \\t>]*\\${fence.mark[0]}{${fence.mark.length},}[ \\t]*(?=\\n|$)`, 'g');
    close.lastIndex = fence.end;
    const found = close.exec(this.#text);
    return found ? found.index + found[0].length : this.#text.length;
  }

  #inlineEnd(at: number): number {
    const text = this.#text;
    const run = runAt(text, at);
    const blank = text.indexOf('\n\n', at);
    const limit = Math.min(blank < 0 ? text.length : blank, at + MAX_INLINE);
    if ((this.#unclosed.get(run) ?? -1) < limit) {
      for (let next = text.indexOf('`', at + run); next >= 0 && next < limit; next = text.indexOf('`', next)) {
        const length = runAt(text, next);
        next += length;
        if (length === run) return next;
      }
      this.#unclosed.set(run, limit);
    }
    return at + run;
  }

  /** `<pre>`, `<code>`, `<script>` and `<style>` in Markdown. */
  #elementEnd(at: number): number {
    const name = /^<(pre|code|script|style)\b/i.exec(this.#text.slice(at, at + 10))?.[1]?.toLowerCase();
    if (!name) return at;
    let last = this.#lastTags.get(name);
    if (last === undefined) {
      last = -1;
      for (const { index } of this.#text.matchAll(new RegExp(`</${name}\\s*>`, 'gi'))) last = index;
      this.#lastTags.set(name, last);
    }
    if (last < at) return at;
    const close = new RegExp(`</${name}\\s*>`, 'gi');
    close.lastIndex = at;
    const found = close.exec(this.#text);
    return found ? found.index + found[0].length : at;
  }
}

function runAt(text: string, at: number): number {
  let end = at;
  while (text[end] === '`') end++;
  return end - at;
}

import { Code, FENCE_START } from './code.ts';
import type { TemplateContext } from './context.ts';
import { blockTag, CODE_TAGS, codeTag, inlineTag } from './liquid.ts';
import { outputValue } from './output.ts';
import { shortcode } from './shortcodes.ts';

/** Blocks inside of blocks; deeper ones lose their marks and keep their text. */
const MAX_DEPTH = 40;

const MARK = /\{[%{#]/;
const TAG = /\{%[-~]?\s*(\/?[\w-]+)([\s\S]*?)[-~]?%\}/y;
const OUTPUT = /\{\{-?\s*([\s\S]*?)-?\}\}/y;
const SHORTCODE = /\{\{([<%])\s*(\/?)\s*([\w./-]+)([\s\S]*?)(\/?)\s*[>%]\}\}/y;
const LITERAL_SHORTCODE = /\{\{([<%])\s*\/\*\s*([\s\S]*?)\s*\*\/\s*([>%])\}\}/y;
const COMMENT = /\{#[\s\S]*?#\}/y;
const RAW_MARKS = /\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}\n?/g;
const STOP = new RegExp(`\`|\\{[%{#]|<(?:pre|code|script|style)\\b|\\n(?=${FENCE_START})`, 'gi');
/** What must still follow for a mark to end. Without it every mark would search to the end of a long body. */
const ENDS = { tag: /%\}/g, output: /\}\}/g, shortcode: /[>%]\}\}/g, literal: /\*\/\s*[>%]\}\}/g, comment: /#\}/g };

/**
 * Replaces the templates of Liquid, Nunjucks, Hexo and Hugo in a body. Code is left as it is, but for the marks of
 * `raw` round it. What is not known loses its marks, keeps its inner text, and is told.
 */
export function expandTemplates(text: string, context: TemplateContext): string {
  if (!MARK.test(text)) return text;
  return new Expansion(text, context).run(0, null, 0).text;
}

/** What a mark became, and where the text goes on. */
interface Piece {
  text: string;
  end: number;
}

/** One pass over a body. */
class Expansion {
  readonly #text: string;
  readonly #context: TemplateContext;
  /** Where the last closing mark of each name stands: whether a tag has one at all. */
  readonly #closings = new Map<string, number>();

  readonly #code: Code;
  readonly #lastEnds = new Map<keyof typeof ENDS, number>();

  constructor(text: string, context: TemplateContext) {
    this.#text = text;
    this.#context = context;
    this.#code = new Code(text);
    for (const found of text.matchAll(/\{%[-~]?\s*(end[\w-]+)|\{\{[<%]\s*(\/\s*[\w./-]+)/g)) {
      this.#closings.set((found[1] ?? found[2] ?? '').replace(/\s/g, ''), found.index);
    }
  }

  /** Goes on until the closing mark `until`, or to the end. */
  run(from: number, until: string | null, depth: number): Piece {
    const text = this.#text;
    let out = '';
    let at = from;
    let skipping = false;
    const emit = (piece: string) => {
      if (!skipping) out += piece;
    };
    while (at < text.length) {
      const stop = at === 0 && this.#code.fenceAt(0) ? 0 : nextStop(text, at);
      if (stop < 0) break;
      emit(text.slice(at, stop));
      const code = this.#code.endAt(stop);
      if (code > stop) {
        emit(text.slice(stop, code).replace(RAW_MARKS, ''));
        at = code;
        continue;
      }
      const mark = text.slice(stop, stop + 2);
      const piece = this.#mark(mark, stop, until, depth);
      if (piece === null) {
        emit(text[stop] ?? '');
        at = stop + 1;
      } else if (piece === 'closed') {
        return { text: out, end: endOfMark(text, stop) };
      } else if (piece === 'else') {
        skipping = true;
        at = endOfMark(text, stop);
      } else {
        emit(piece.text);
        at = piece.end;
      }
    }
    if (at < text.length) emit(text.slice(at));
    return { text: out, end: text.length };
  }

  #mark(mark: string, at: number, until: string | null, depth: number): Piece | 'closed' | 'else' | null {
    if (mark === '{%') return this.#tag(at, until, depth);
    if (mark === '{{') return this.#braces(at, until, depth);
    // `{#id}` after a heading is kramdown's and Docusaurus' name of a place.
    if (mark !== '{#' || /^\{#[\w-]+\}/.test(this.#text.slice(at, at + 100))) return null;
    const comment = this.#match(COMMENT, 'comment', at);
    return comment ? { text: '', end: at + comment[0].length } : null;
  }

  #match(pattern: RegExp, kind: keyof typeof ENDS, at: number): RegExpExecArray | null {
    let last = this.#lastEnds.get(kind);
    if (last === undefined) {
      last = -1;
      for (const { index } of this.#text.matchAll(ENDS[kind])) last = index;
      this.#lastEnds.set(kind, last);
    }
    if (last < at) return null;
    pattern.lastIndex = at;
    return pattern.exec(this.#text);
  }

  #tag(at: number, until: string | null, depth: number): Piece | 'closed' | 'else' | null {
    const found = this.#match(TAG, 'tag', at);
    if (!found) return null;
    const [all, name = '', rest = ''] = found;
    const end = at + all.length;
    if (name === until) return 'closed';
    if (/^(?:else|elsif|elseif|elif|when)$/.test(name) && /^end(?:if|unless|case|for)$/.test(until ?? '')) {
      return name === 'when' ? { text: '', end } : 'else';
    }
    if (/^(?:end|else|elsif|elif|when)/.test(name)) return { text: '', end };
    if (name === 'raw' || name === 'verbatim' || name === 'comment') {
      const inner = this.#rawInner(`end${name}`, end);
      return { text: name === 'comment' ? '' : inner.text, end: inner.end };
    }
    const closing = `end${name}`;
    const closes = (this.#closings.get(closing) ?? -1) > at && depth < MAX_DEPTH;
    if (closes) {
      if (CODE_TAGS.has(name)) {
        const raw = this.#rawInner(closing, end);
        const code = codeTag(name, rest.trim(), raw.text.replace(RAW_MARKS, ''));
        return { text: ownLines(this.#text, at, raw.end, code), end: raw.end };
      }
      const inner = this.run(end, closing, depth + 1);
      const block = blockTag(name, rest.trim(), inner.text, this.#context);
      if (block === null) this.#context.unknown('tag', name, at);
      return { text: block ?? inner.text, end: inner.end };
    }
    const text = inlineTag(name, rest.trim(), this.#context);
    if (text === null) this.#context.unknown('tag', `${name}${rest}`, at);
    return { text: ownLines(this.#text, at, end, text ?? ''), end };
  }

  #braces(at: number, until: string | null, depth: number): Piece | 'closed' | null {
    const literal = this.#match(LITERAL_SHORTCODE, 'literal', at);
    if (literal) return { text: `{{${literal[1]} ${literal[2]} ${literal[3]}}}`, end: at + literal[0].length };
    const code = this.#match(SHORTCODE, 'shortcode', at);
    if (code) return this.#shortcode(code, at, until, depth);
    const output = this.#match(OUTPUT, 'output', at);
    if (!output) return null;
    const [all, expression = ''] = output;
    // An object of JSX: style={{ margin: 10 }}.
    if (this.#text[at - 1] === '=' && /^['"]?[\w-]+['"]?\s*:/.test(expression)) return null;
    const { text, known } = outputValue(expression, this.#context);
    if (!known) this.#context.unknown('output', expression, at);
    return { text, end: at + all.length };
  }

  #shortcode(found: RegExpExecArray, at: number, until: string | null, depth: number): Piece | 'closed' {
    const [all, , slash, name = '', rest = '', selfClosing] = found;
    const end = at + all.length;
    const closing = `/${name}`;
    if (slash) return closing === until ? 'closed' : { text: '', end };
    const closes = !selfClosing && (this.#closings.get(closing) ?? -1) > at && depth < MAX_DEPTH;
    const isCode = /^(?:highlight|code|mermaid)$/i.test(name);
    const inner = closes ? (isCode ? this.#rawInner(closing, end) : this.run(end, closing, depth + 1)) : null;
    const text = shortcode(name, rest.trim(), inner?.text ?? null, this.#context);
    if (text === null) this.#context.unknown('shortcode', name, at);
    const stop = inner?.end ?? end;
    return { text: ownLines(this.#text, at, stop, text ?? inner?.text ?? ''), end: stop };
  }

  /** The text up to a closing mark, untouched. */
  #rawInner(closing: string, from: number): Piece {
    const name = closing.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    const pattern = closing.startsWith('/')
      ? new RegExp(`\\{\\{[<%]\\s*/\\s*${name.slice(2)}\\s*[>%]\\}\\}`, 'g')
      : new RegExp(`\\{%[-~]?\\s*${name}\\s*[-~]?%\\}`, 'g');
    pattern.lastIndex = from;
    const found = pattern.exec(this.#text);
    if (!found) return { text: this.#text.slice(from), end: this.#text.length };
    return { text: this.#text.slice(from, found.index), end: found.index + found[0].length };
  }
}

function nextStop(text: string, from: number): number {
  STOP.lastIndex = from;
  const found = STOP.exec(text);
  return found ? found.index : -1;
}

function endOfMark(text: string, at: number): number {
  const close = text.startsWith('{%', at) ? '%}' : '}}';
  return text.indexOf(close, at) + 2;
}

/** A block that stands alone on its lines gets a blank line after it, or the next line would be part of its HTML. */
function ownLines(text: string, at: number, end: number, piece: string): string {
  if (!/^<(?:pre|figure|video|audio)\b/.test(piece)) return piece;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const indent = text.slice(lineStart, at);
  if (indent.trim() !== '') return piece;
  // Inside a list every line must stand as deep as the first one.
  const block = indent ? piece.replaceAll('\n', `\n${indent}`) : piece;
  return text[end] === '\n' || end >= text.length ? `${block}\n` : `${block}\n\n`;
}

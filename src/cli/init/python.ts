import type { Data } from './data.ts';

/** What a program computes while it runs; nobody runs it here. */
const UNKNOWN = Symbol('unknown');

/**
 * Reads what a Python configuration assigns at its outermost level, as far as it stands there as literals: texts,
 * numbers, True, False, None, tuples, lists, dicts, and names that were assigned before. It is not run; anything else is
 * passed over.
 *
 * @see https://docs.python.org/3/reference/lexical_analysis.html#literals
 */
export function readPython(text: string): Data {
  const result: Data = {};
  const assignment = /^([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*/gm;
  for (let found = assignment.exec(text); found; found = assignment.exec(text)) {
    const reader = new Reader(text, found.index + found[0].length, result);
    const value = reader.value();
    if (value === UNKNOWN || !reader.atEnd()) continue;
    result[found[1] ?? ''] = value;
    assignment.lastIndex = reader.position;
  }
  return result;
}

/** Reads one expression. Tuples and sets become lists. */
class Reader {
  readonly #text: string;
  readonly #known: Data;
  position: number;
  /** Brackets that are open: inside them lines may end anywhere. */
  #open = 0;

  constructor(text: string, position: number, known: Data) {
    this.#text = text;
    this.position = position;
    this.#known = known;
  }

  /** Whether the statement ends here. */
  atEnd(): boolean {
    this.#space();
    return this.position >= this.#text.length || /[\n\r;]/.test(this.#text[this.position] ?? '');
  }

  value(): unknown {
    const first = this.#sum();
    if (this.#open > 0 || first === UNKNOWN || !this.#takes(',')) return first;
    const items = [first];
    while (!this.atEnd()) {
      const item = this.#sum();
      if (item === UNKNOWN) return UNKNOWN;
      items.push(item);
      if (!this.#takes(',')) break;
    }
    return items;
  }

  #sum(): unknown {
    let left = this.#single();
    while (left !== UNKNOWN && this.#takes('+')) {
      const right = this.#single();
      left = typeof left === 'string' && typeof right === 'string' ? left + right : UNKNOWN;
    }
    return left;
  }

  #single(): unknown {
    this.#space();
    const rest = this.#text.slice(this.position, this.position + 200);
    if (/^(?:[rRbBuU]{0,2})(?:'|")/.test(rest)) return this.#strings();
    if (/^[fF][rR]?['"]/.test(rest)) return UNKNOWN;
    if (rest.startsWith('{')) return this.#dict();
    if (rest.startsWith('[')) return this.#list(']');
    if (rest.startsWith('(')) return this.#tuple();
    const number = /^[-+]?\d[\d_]*(?:\.\d*)?(?![\w.])/.exec(rest);
    if (number) {
      this.position += number[0].length;
      return Number(number[0].replaceAll('_', ''));
    }
    const name = /^[A-Za-z_]\w*(?![\w.([])/.exec(rest)?.[0];
    if (name === undefined) return UNKNOWN;
    this.position += name.length;
    if (name === 'True' || name === 'False') return name === 'True';
    if (name === 'None') return null;
    return Object.hasOwn(this.#known, name) ? this.#known[name] : UNKNOWN;
  }

  /** One text, or several side by side, which are one. */
  #strings(): unknown {
    let whole = '';
    for (;;) {
      const head = /^([rRbBuU]{0,2})('''|"""|'|")/.exec(this.#text.slice(this.position, this.position + 5));
      if (!head) return whole;
      const [all, prefix = '', quote = ''] = head;
      const end = this.#endOf(this.position + all.length, quote);
      if (end < 0) return UNKNOWN;
      const inner = this.#text.slice(this.position + all.length, end);
      whole += /r/i.test(prefix) ? inner : unescaped(inner);
      this.position = end + quote.length;
      this.#space();
    }
  }

  #endOf(from: number, quote: string): number {
    for (let at = from; at < this.#text.length; at++) {
      if (this.#text[at] === '\\') at++;
      else if (this.#text.startsWith(quote, at)) return at;
      else if (quote.length === 1 && this.#text[at] === '\n') return -1;
    }
    return -1;
  }

  #list(close: string): unknown {
    return this.#inside(() => {
      const items: unknown[] = [];
      while (!this.#takes(close)) {
        const item = this.#sum();
        if (item === UNKNOWN) return UNKNOWN;
        items.push(item);
        if (!this.#takes(',') && !this.#peeks(close)) return UNKNOWN;
      }
      return items;
    });
  }

  /** A tuple, or one value in brackets. */
  #tuple(): unknown {
    const start = this.position;
    const items = this.#list(')');
    if (!Array.isArray(items) || items.length !== 1) return items;
    return /,\s*(?:#[^\n]*\s*)*\)$/.test(this.#text.slice(start, this.position)) ? items : items[0];
  }

  #dict(): unknown {
    return this.#inside(() => {
      const result: Data = {};
      while (!this.#takes('}')) {
        const key = this.#sum();
        if (key === UNKNOWN || !this.#takes(':')) return UNKNOWN;
        const value = this.#sum();
        if (value === UNKNOWN) return UNKNOWN;
        result[String(key)] = value;
        if (!this.#takes(',') && !this.#peeks('}')) return UNKNOWN;
      }
      return result;
    });
  }

  /** Reads what is between brackets, the first of which stands here. */
  #inside<T>(read: () => T): T {
    this.position++;
    this.#open++;
    try {
      return read();
    } finally {
      this.#open--;
    }
  }

  #takes(sign: string): boolean {
    if (!this.#peeks(sign)) return false;
    this.position += sign.length;
    return true;
  }

  #peeks(sign: string): boolean {
    this.#space();
    return this.#text.startsWith(sign, this.position);
  }

  /** Passes over white space and remarks; over line ends where a bracket is open. */
  #space(): void {
    const pattern = this.#open > 0 ? /(?:\s|\\\n|#[^\n]*)*/y : /(?:[ \t]|\\\r?\n|#[^\n]*)*/y;
    pattern.lastIndex = this.position;
    this.position += pattern.exec(this.#text)?.[0].length ?? 0;
  }
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '\n': '' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (all, x, u, long, one) => {
      const code = x ?? u ?? long;
      return code === undefined ? (ESCAPES[one] ?? all) : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}

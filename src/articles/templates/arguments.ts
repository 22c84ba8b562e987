/** What stands after a tag's or shortcode's name. */
export interface Arguments {
  positional: string[];
  /** Keys in lower case. */
  named: Map<string, string>;
}

const ARGUMENT =
  /([\w-]+)\s*[=:]\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|(?!\/\/)[^\s,]+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[^\s,]+)/g;

/** Reads `src="a.png" 'A title' wide`: quoted and bare words, `name=value` and `name:value`. */
export function parseArguments(text: string): Arguments {
  const positional: string[] = [];
  const named = new Map<string, string>();
  for (const [, name, value, alone] of text.matchAll(ARGUMENT)) {
    if (name !== undefined && value !== undefined && !/^https?$/.test(name))
      named.set(name.toLowerCase(), unquoted(value));
    else positional.push(unquoted(alone ?? `${name}:${value}`));
  }
  return { positional, named };
}

/** A value by the first of its names that is there. */
export function argument(args: Arguments, ...names: string[]): string | null {
  for (const name of names) {
    const value = args.named.get(name);
    if (value) return value;
  }
  return null;
}

function unquoted(text: string): string {
  const quote = text[0] ?? '';
  return '"\'`'.includes(quote) && text.length > 1 && text.endsWith(quote)
    ? text.slice(1, -1).replace(/\\(["'\\])/g, '$1')
    : text;
}

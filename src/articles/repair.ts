import { loadYaml } from './yaml-loader.ts';

/** One mended place: line and column within the text, from 1. */
export interface Repair {
  line: number;
  column: number;
  reason: string;
  /** The line as it should be written. */
  mend?: string;
}

/** An entry of the outermost mapping with all lines that belong to it. */
interface Chunk {
  /** Index of the first line. */
  at: number;
  lines: string[];
}

const KEY = /^(["']?)([\p{L}_][\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]+){0,3})\1[ \t]*:(?=[ \t]|$)/u;
const KEY_WITHOUT_SPACE = /^([A-Za-z_][\w-]*)(?::(?=[^\s:/])|[ \t]*：[ \t]*)/;
/** What YAML takes for something else without a word: an entity for an anchor, a template for mappings. */
const MISTAKEN = /^[^\n:#]{1,60}:[ \t]+(?:&#?\w+;|\{\{)/m;
const LIST_KEY = /^(tags?|categor(?:y|ies)|authors?|keywords|aliases|redirect_from|topics|series)$/i;

/** Front matter of people is shorter (characters) and has fewer faults; what is not is data, or meant to take long. */
const MAX_TEXT = 100_000;
const MAX_REPAIRS = 50;

/** A text that was not quoted may go on over this many lines. */
const MAX_CONTINUATION = 30;

/** Whether YAML would read this without complaint and get it wrong. */
export function isMistaken(text: string): boolean {
  return MISTAKEN.test(text);
}

/**
 * Mends front matter that YAML refuses though its meaning is plain. Each entry of the mapping is tried alone, so that
 * one bad line changes nothing else. What cannot be understood stays as it is.
 */
export function repairYaml(text: string): { text: string; repairs: Repair[] } {
  const repairs: Repair[] = [];
  if (text.length > MAX_TEXT) return { text, repairs };
  const lines = text.split('\n');
  const mended = chunksOf(lines).flatMap((chunk) => mendChunk(chunk, repairs, 0));
  return { text: mended.join('\n'), repairs };
}

function chunksOf(lines: string[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (const [at, line] of lines.entries()) {
    const last = chunks.at(-1);
    if (!last || KEY.test(line) || KEY_WITHOUT_SPACE.test(line)) chunks.push({ at, lines: [line] });
    else last.lines.push(line);
  }
  return chunks;
}

function mendChunk(chunk: Chunk, repairs: Repair[], depth: number): string[] {
  if (repairs.length >= MAX_REPAIRS) return chunk.lines;
  const tried = loadYaml(chunk.lines.join('\n'), true);
  const sound = !('error' in tried) && (tried.value instanceof Map || depth > 0);
  if (sound && !MISTAKEN.test(chunk.lines[0] ?? '')) return chunk.lines;
  return (
    indentContinuation(chunk) ??
    spaceTabs(chunk, repairs) ??
    indentBlock(chunk, repairs) ??
    dedentKeys(chunk, repairs) ??
    mendValue(chunk, repairs) ??
    mendNested(chunk, repairs, depth) ??
    chunk.lines
  );
}

/** A quoted text that goes on at the margin: YAML's first readers took it, so nobody needs to be told. */
function indentContinuation(chunk: Chunk): string[] | null {
  const first = chunk.lines[0] ?? '';
  if (!/:[ \t]+["']/.test(first) || chunk.lines.length < 2) return null;
  return accepted([first, ...chunk.lines.slice(1).map((line) => (line.trim() ? `  ${line}` : line))]);
}

function spaceTabs(chunk: Chunk, repairs: Repair[]): string[] | null {
  const index = chunk.lines.findIndex((line) => /^[ ]*\t/.test(line));
  if (index < 0) return null;
  const spaced = chunk.lines.map((line) => line.replace(/^[ \t]+/, (indent) => indent.replaceAll('\t', '  ')));
  if (!accepted(spaced)) return null;
  repairs.push({
    line: chunk.at + index + 1,
    column: 1,
    reason: 'a tab indents this line, write spaces',
    mend: spaced[index] ?? '',
  });
  return spaced;
}

/** The text of `>` or `|` stands at the margin. */
function indentBlock(chunk: Chunk, repairs: Repair[]): string[] | null {
  const [first = '', ...rest] = chunk.lines;
  if (!/:[ \t]+[>|][-+\d]*[ \t]*$/.test(first) || rest.length > MAX_CONTINUATION) return null;
  const indented = accepted([first, ...rest.map((line) => (line.trim() ? `  ${line}` : line))]);
  if (!indented) return null;
  const index = rest.findIndex((line) => line.trim());
  const reason = 'the text below > or | must be indented';
  repairs.push({ line: chunk.at + 2 + index, column: 1, reason, mend: `  ${rest[index] ?? ''}` });
  return indented;
}

/** Keys that are indented though the one above them has a value of its own. */
function dedentKeys(chunk: Chunk, repairs: Repair[]): string[] | null {
  const [first = '', ...rest] = chunk.lines;
  if (!/:[ \t]+[^\s>|]/.test(first) || !rest.some((line) => line.trim())) return null;
  const trimmed = rest.map((line) => line.trim());
  if (!trimmed.every((line) => line === '' || KEY.test(line))) return null;
  const lines = accepted([first, ...trimmed]);
  if (!lines) return null;
  const index = trimmed.findIndex((line) => line !== '');
  const reason = 'this key belongs to no other one and must not be indented';
  repairs.push({ line: chunk.at + 2 + index, column: 1, reason, mend: trimmed[index] ?? '' });
  return lines;
}

/** The value of the key is a text that needed quotes, or a list whose items did. */
function mendValue(chunk: Chunk, repairs: Repair[]): string[] | null {
  const first = chunk.lines[0] ?? '';
  const key = KEY.exec(first)?.[0] ?? KEY_WITHOUT_SPACE.exec(first)?.[0]?.replace('：', ':').trimEnd();
  if (key === undefined) return null;
  const head = KEY.exec(first)?.[0] ?? KEY_WITHOUT_SPACE.exec(first)?.[0] ?? '';
  const name = key.slice(0, -1).trim();
  const rest = chunk.lines.slice(1);
  while (rest.length > 0 && (rest.at(-1) ?? '').trim() === '') rest.pop();
  const blanks = chunk.lines.slice(1 + rest.length);
  const raw = first.slice(head.length).trim();
  if (raw === '' || /^[>|][-+\d]*$/.test(raw)) return null;
  if (
    rest.length > MAX_CONTINUATION ||
    rest.some((line) => /^\s*(?:- |$)/.test(line) || /^[^\s\p{L}\p{N}"'“‘(]/u.test(line))
  )
    return null;
  if (rest.some((line) => /^\s+[\w-]+:(\s|$)/.test(line)) && !/^["']/.test(raw)) return null;
  const value = [raw, ...rest.map((line) => line.trim())].join(' ');
  const items = LIST_KEY.test(name) ? listItems(value) : null;
  const mend = `${key} ${items ? `[${items.map(quote).join(', ')}]` : (flowMapping(value) ?? quote(unquoted(value)))}`;
  const lines = [mend, ...blanks];
  if (!accepted(lines)) return null;
  const error = loadYaml(chunk.lines.join('\n'), true);
  const place = 'error' in error ? error.error : { line: 1, column: 1 };
  const reason = KEY.test(first) ? reasonFor(value) : 'a space is missing after the colon';
  repairs.push({ line: chunk.at + 1, column: place.line === 1 ? place.column : head.length + 2, reason, mend });
  // The mended entry takes one line; blank lines keep the others at their numbers.
  return [...lines, ...rest.map(() => '')];
}

/** Lists and mappings below the key: each entry of them is tried alone. */
function mendNested(chunk: Chunk, repairs: Repair[], depth: number): string[] | null {
  if (depth > 4 || chunk.lines.length < 2) return null;
  const [first = '', ...rest] = chunk.lines;
  const indent = /^[ ]*/.exec(rest.find((line) => line.trim()) ?? '')?.[0].length ?? 0;
  const inner = rest.map((line) => line.slice(Math.min(indent, /^[ ]*/.exec(line)?.[0].length ?? 0)));
  const before = repairs.length;
  const mended = inner.some((line) => line.startsWith('- '))
    ? mendItems(inner, chunk.at + 1, repairs)
    : chunksOf(inner).flatMap((part) =>
        mendChunk({ at: chunk.at + 1 + part.at, lines: part.lines }, repairs, depth + 1),
      );
  for (const repair of repairs.slice(before)) {
    repair.column += indent;
    if (repair.mend !== undefined) repair.mend = ' '.repeat(indent) + repair.mend;
  }
  return accepted([first, ...mended.map((line) => (line.trim() ? ' '.repeat(indent) + line : line))]);
}

function mendItems(lines: string[], at: number, repairs: Repair[]): string[] {
  return lines.map((line, index) => {
    const item = /^(-[ \t]+)(.*)$/.exec(line);
    if (!item || !('error' in loadYaml(line, true)) || /^\s+\S/.test(lines[index + 1] ?? '')) return line;
    const mend = `- ${quote(unquoted((item[2] ?? '').trim()))}`;
    repairs.push({ line: at + index + 1, column: 3, reason: reasonFor(item[2] ?? ''), mend });
    return mend;
  });
}

function accepted(lines: string[]): string[] | null {
  return 'error' in loadYaml(lines.join('\n'), true) ? null : lines;
}

/** `{path: a.jpg, alt: A bus: now}` with its values quoted. */
function flowMapping(value: string): string | null {
  const inner = /^\{([^{}]*)\}$/.exec(value)?.[1];
  if (inner === undefined) return null;
  const entries = inner.split(',').map((entry) => /^\s*([\w-]+):\s+(.*)$/.exec(entry));
  if (entries.some((entry) => entry === null)) return null;
  return `{ ${entries.map((entry) => `${entry?.[1]}: ${quote(unquoted((entry?.[2] ?? '').trim()))}`).join(', ')} }`;
}

/** `[a, b: c]` or `"a", "b"` as its items, where it looks like a whole list. */
function listItems(value: string): string[] | null {
  const quoted = /^(["'])[^"']*\1(?:\s*,\s*(["'])[^"']*\2)+$/.test(value) ? value : undefined;
  const inner = quoted ?? /^\[([^[\]]*)\]?$/.exec(value)?.[1];
  if (inner === undefined) return null;
  return inner
    .split(',')
    .map((item) => unquoted(item.trim()))
    .filter((item) => item !== '');
}

/** Without the quotes that stand round all of it; `'a' 'b'` keeps its own. */
function unquoted(value: string): string {
  const quoteMark = value[0];
  if (quoteMark !== '"' && quoteMark !== "'") return value;
  const inner = value.slice(1);
  if (!inner.includes(quoteMark)) return inner;
  if (value.length < 2 || !value.endsWith(quoteMark)) return value;
  const words = inner.slice(0, -1);
  return new RegExp(`${quoteMark}\\s+${quoteMark}`).test(words) ? value : words;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function reasonFor(value: string): string {
  const first = value[0] ?? '';
  if (first === '"' && value.includes('\\')) return 'a backslash inside "…" begins an escape, write single quotes';
  if (first === '"' || first === "'") return 'the text goes on after its closing quote, write quotes round all of it';
  if (first === '[' || first === '{') return `a text that begins with ${first} needs quotes`;
  if ('@`%&*!|>'.includes(first)) return `a text that begins with ${first} needs quotes`;
  if (/:(\s|$)/.test(value)) return 'a text with a colon needs quotes';
  return 'this text needs quotes';
}

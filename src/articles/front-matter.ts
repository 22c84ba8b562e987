import matter from 'gray-matter';
import type { Problem } from './article.ts';
import { parseHeaders } from './headers.ts';
import { parseHtmlHead } from './html-head.ts';
import { parseJson } from './json.ts';
import { parseToml } from './toml.ts';
import { parseYaml } from './yaml.ts';

/** A value of front matter. Scalars are kept as the text that stands in the file, whatever a language makes of them. */
export type Value = string | null | Value[] | Fields;

/** Front matter as data. A Map, so that `__proto__` is a key like any other. */
export type Fields = Map<string, Value>;

/** What a reader of one language makes of the text between the delimiters. `line` is the file's line of its first. */
export type Parsed = { fields: Fields; warnings: Problem[] } | { problem: Problem };

/** A file taken apart. */
export interface Split {
  fields: Fields;
  /** What was read though the language refuses it. */
  warnings: Problem[];
  body: string;
  /** Line of the file, from 1, on which `body` begins. */
  bodyLine: number;
}

type Reader = (text: string, line: number) => Parsed;

const READERS: Record<'yaml' | 'toml' | 'json', Reader> = { yaml: parseYaml, toml: parseToml, json: parseJson };

/** The words that may stand after an opening delimiter. Any other one names a language that is never run. */
const LANGUAGES = new Map<string, keyof typeof READERS>([
  ['', 'yaml'],
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['toml', 'toml'],
  ['json', 'json'],
]);

/**
 * Takes the front matter off a text whose line ends are `\n`: YAML between `---` (also closed by `...`, or without the
 * opening line), TOML between `+++`, JSON between `;;;` or as an object, headers in the manner of Pelican and Nikola, and
 * the head of a whole HTML page.
 */
export function splitFrontMatter(text: string): Split | { problem: Problem } {
  const start = text.search(/\S/);
  if (start < 0) return missing();
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const startLine = countLines(text, lineStart) + 1;
  const first = lineAt(text, lineStart);
  const delimiter = /^(---|\+\+\+|;;;)[ \t]*([^\s]*)[ \t]*$/.exec(first);
  if (delimiter?.[1] && !/^[-+;]/.test(delimiter[2] ?? '')) {
    const word = (delimiter[2] ?? '').toLowerCase();
    const language =
      delimiter[1] === '---'
        ? LANGUAGES.get(word)
        : word === ''
          ? delimiter[1] === '+++'
            ? 'toml'
            : 'json'
          : undefined;
    if (!language) return unsafe(word, startLine);
    return delimited(text.slice(lineStart), first, delimiter[1], language, startLine);
  }
  if (/^\{\s*["}]/.test(text.slice(start, start + 200))) return jsonObject(text, start, startLine);
  return headers(text, lineStart, startLine);
}

function delimited(
  text: string,
  open: string,
  mark: string,
  language: keyof typeof READERS,
  startLine: number,
): Split | { problem: Problem } {
  const close = closingLine(text, open.length, mark);
  if (close === null) {
    return {
      problem: {
        code: 'front-matter-unclosed',
        message: `The front matter that begins here never ends. Write ${mark} on a line of its own after its last line.`,
        line: startLine,
      },
    };
  }
  let parsed: Parsed | undefined;
  const read: Reader = (raw, line) =>
    // Hexo's JSON between `;;;` may leave out the braces.
    language === 'json' && !raw.trimStart().startsWith('{')
      ? parseJson(`{${raw}}`, line)
      : READERS[language](raw, line);
  const engine = {
    parse: (raw: string) => {
      parsed = read(raw.replace(/^\n/, ''), startLine + 1);
      return {};
    },
  };
  const refuse = {
    parse: () => {
      throw new Error('this language is not read');
    },
  };
  // Every engine is ours: gray-matter's own run `---js` as code and read YAML's dates and numbers as it pleases. It gets
  // no body, which it would copy several times.
  matter(`${text.slice(0, close.end)}\n`, {
    delimiters: [open, `${close.line}\n`],
    language,
    engines: { yaml: refuse, json: refuse, javascript: refuse, js: refuse, [language]: engine },
  });
  const { fields, warnings } = parsed && 'fields' in parsed ? parsed : { fields: new Map(), warnings: [] };
  if (parsed && 'problem' in parsed) return { problem: parsed.problem };
  const body = text.slice(close.end + 1);
  return { fields, warnings, body, bodyLine: startLine + countLines(text, close.end + 1) };
}

/** The line that ends the front matter, as it is written, and where it ends; null when there is none. */
function closingLine(text: string, from: number, mark: string): { line: string; end: number } | null {
  const pattern =
    mark === '---'
      ? /\n((?:---|\.\.\.)[ \t]*)(?=\n|$)/g
      : mark === '+++'
        ? /\n(\+\+\+[ \t]*)(?=\n|$)/g
        : /\n(;;;[ \t]*)(?=\n|$)/g;
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  return found ? { line: found[1] ?? '', end: found.index + found[0].length } : null;
}

/** A JSON object at the very beginning, as Hugo has it. */
function jsonObject(text: string, start: number, startLine: number): Split | { problem: Problem } {
  const end = objectEnd(text, start);
  const parsed = parseJson(text.slice(start, end), startLine);
  if ('problem' in parsed) return parsed;
  const body = text.slice(end).replace(/^[ \t]*\n/, '');
  return { ...parsed, body, bodyLine: 1 + countLines(text, text.length - body.length) };
}

/** Where the object that begins at `start` ends; the end of the text when it never does. */
function objectEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

/** `Title: …` lines up to a blank one, or YAML that lacks its opening line. */
function headers(text: string, start: number, startLine: number): Split | { problem: Problem } {
  const page = parseHtmlHead(text);
  if (page) {
    return {
      fields: page.fields,
      warnings: [],
      body: text.slice(page.length),
      bodyLine: 1 + countLines(text, page.length),
    };
  }
  const found = parseHeaders(text.slice(start));
  if (!found) return missing();
  const rest = text.slice(start + found.length);
  const at = { body: rest, bodyLine: startLine + countLines(text.slice(start), found.length) };
  if (found.kind === 'headers') return { fields: found.fields, warnings: [], ...at };
  const parsed = parseYaml(found.yaml, startLine);
  return 'problem' in parsed ? parsed : { ...parsed, ...at };
}

function missing(): { problem: Problem } {
  return {
    problem: {
      code: 'front-matter-missing',
      message: 'The file has no front matter. Begin it with a line ---, the title and the date, and another line ---.',
      line: 1,
    },
  };
}

function unsafe(word: string, line: number): { problem: Problem } {
  return {
    problem: {
      code: 'front-matter-unsafe',
      message: `Front matter in the language ${JSON.stringify(word)} is not read, since front matter is never run as code. Write it in YAML, TOML or JSON.`,
      line,
    },
  };
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end);
}

/** How many lines end before `end`. */
function countLines(text: string, end: number): number {
  let lines = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) lines++;
  return lines;
}

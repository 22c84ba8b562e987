import type { Fields } from './front-matter.ts';

/** Front matter without delimiters, and how many characters it takes. */
export type Headers =
  | { kind: 'headers'; fields: Fields; length: number }
  /** Lines up to `---`: YAML whose opening line is missing, as Hexo has it. */
  | { kind: 'yaml'; yaml: string; length: number };

/** An article's headers name at least one of these. A note such as `Warning: wet paint` is not a header. */
const NEEDED = /^(title|date)$/i;

/** Lines at most, so that a text without front matter costs little. */
const MAX_LINES = 200;

/**
 * Reads `Title: …` lines (Pelican, MultiMarkdown; a further indented line goes on with the value) and `.. title: …`
 * lines (Nikola, also inside an HTML comment), up to the first blank line. Null when there are none.
 *
 * @see https://docs.getpelican.com/en/latest/content.html#file-metadata
 * @see https://getnikola.com/handbook.html#metadata-formats
 */
export function parseHeaders(text: string): Headers | null {
  const nikola = /^(?:<!--[ \t]*\n)?\.\. [\w-]+:/.test(text);
  return nikola ? dotHeaders(text) : plainHeaders(text);
}

function plainHeaders(text: string): Headers | null {
  const fields: Fields = new Map();
  let end = 0;
  let key = '';
  for (let lines = 0; lines < MAX_LINES && end < text.length; lines++) {
    const stop = text.indexOf('\n', end);
    const line = text.slice(end, stop < 0 ? undefined : stop);
    const next = stop < 0 ? text.length : stop + 1;
    if (/^(---|\.\.\.)[ \t]*$/.test(line)) {
      return hasNeeded(fields) ? { kind: 'yaml', yaml: text.slice(0, end), length: next } : null;
    }
    if (line.trim() === '') return hasNeeded(fields) ? { kind: 'headers', fields, length: next } : null;
    const header = /^([A-Za-z][\w -]{0,60}?)[ \t]*:(?:[ \t]+(.*))?$/.exec(line);
    if (header?.[1]) {
      key = header[1];
      fields.set(key, (header[2] ?? '').trim());
    } else if (/^(?:[ \t]+\S|- )/.test(line) && key) {
      fields.set(key, `${fields.get(key)} ${line.trim()}`.trim());
    } else if (!(line.startsWith('#') && key)) return null;
    end = next;
  }
  return hasNeeded(fields) && end >= text.length ? { kind: 'headers', fields, length: text.length } : null;
}

function dotHeaders(text: string): Headers | null {
  const fields: Fields = new Map();
  const block = /^(?:<!--[ \t]*\n)?((?:\.\. [^\n]*(?:\n|$))+)(?:[ \t]*-->[ \t]*(?:\n|$))?(?:[ \t]*\n)?/.exec(text);
  if (!block?.[1]) return null;
  for (const line of block[1].split('\n')) {
    const header = /^\.\. ([\w-]+):[ \t]*(.*)$/.exec(line);
    if (header?.[1] && header[2]) fields.set(header[1], header[2].trim());
  }
  return hasNeeded(fields) ? { kind: 'headers', fields, length: block[0].length } : null;
}

function hasNeeded(fields: Fields): boolean {
  return [...fields.keys()].some((key) => NEEDED.test(key));
}

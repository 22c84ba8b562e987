import { Code } from './code.ts';

/** Marks for a generator's eyes only: kramdown's extensions, tables of contents, and Obsidian's comments. */
const COMMENT = String.raw`\{::comment\}[\s\S]*?\{:\/(?:comment)?\}`;
const SINGLE = [
  String.raw`\{::(?:nomarkdown|options)\b[^{}\n]*\}|\{:\/(?:nomarkdown|comment)?\}`,
  // * TOC
  // {:toc}
  String.raw`^[ \t]*(?:[-*+]|\d+\.)[ \t]+[^\n]*\n[ \t]*\{:[ \t]*toc[^}\n]*\}[ \t]*$`,
  String.raw`^[ \t]*(?:\[\[_?toc_?\]\]|\[toc\])[ \t]*$`,
  String.raw`^%%[ \t]*\n[\s\S]*?\n%%[ \t]*$|%%[^%\n]+%%`,
].join('|');
const MARKS = new RegExp(`${COMMENT}|${SINGLE}`, 'gim');
const UNPAIRED = new RegExp(SINGLE, 'gim');

/** Takes such marks out of Markdown, but for those in code. */
export function stripMarks(text: string): string {
  if (!/\{:|%%|\[toc\]|\[_toc_\]/i.test(text)) return text;
  // Without an end nothing is a comment, and every beginning would search for one.
  const marks = text.includes('{:/') ? MARKS : UNPAIRED;
  const code = new Code(text);
  const pieces: string[] = [];
  let plain = 0;
  for (let at = 0; at < text.length; ) {
    const end = at === 0 || '`\n<'.includes(text[at] ?? '') ? code.endAt(at) : at;
    if (end > at) {
      pieces.push(text.slice(plain, at).replace(marks, ''), text.slice(at, end));
      at = end;
      plain = end;
    } else at = nextOf(text, at + 1);
  }
  pieces.push(text.slice(plain).replace(marks, ''));
  return pieces.join('');
}

const START = /[`\n<]/g;

function nextOf(text: string, from: number): number {
  START.lastIndex = from;
  return START.exec(text)?.index ?? text.length;
}

import { Code } from './code.ts';

/** Marks for a generator's eyes only: kramdown's extensions, tables of contents, and Obsidian's comments. */
const MARKS =
  /\{::comment\}[\s\S]*?\{:\/(?:comment)?\}|\{::options[^{}\n]*\/\}|\{::?\/?(?:nomarkdown|comment|options)?[^{}\n]*\}(?=\n)(?<=\n\{:[:/][^\n]*)|^[ \t]*(?:[-*+]|\d+\.)[ \t]+[^\n]*\n[ \t]*\{:[ \t]*toc[^}\n]*\}[ \t]*$|^[ \t]*(?:\[\[_?toc_?\]\]|\[toc\])[ \t]*$|%%[^%\n]+%%|^%%[ \t]*\n[\s\S]*?\n%%[ \t]*$/gim;

/** Takes such marks out of Markdown, but for those in code. */
export function stripMarks(text: string): string {
  if (!/\{:|%%|\[toc\]|\[_toc_\]/i.test(text)) return text;
  const code = new Code(text);
  const pieces: string[] = [];
  let plain = 0;
  for (let at = 0; at < text.length; ) {
    const end = at === 0 || '`\n<'.includes(text[at] ?? '') ? code.endAt(at) : at;
    if (end > at) {
      pieces.push(text.slice(plain, at).replace(MARKS, ''), text.slice(at, end));
      at = end;
      plain = end;
    } else at = nextOf(text, at + 1);
  }
  pieces.push(text.slice(plain).replace(MARKS, ''));
  return pieces.join('');
}

const START = /[`\n<]/g;

function nextOf(text: string, from: number): number {
  START.lastIndex = from;
  return START.exec(text)?.index ?? text.length;
}

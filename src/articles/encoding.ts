import type { Problem } from './article.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Hangul syllables that a file must have to be taken for EUC-KR: a few odd bytes are a broken UTF-8 file. */
const TELLING_SYLLABLES = 20;

/** A file's text with `\n` line ends and no byte order mark. */
export interface Decoded {
  text: string;
  warnings: Problem[];
  /** The line, from 1, that ended with a lone carriage return, which YAML and gray-matter take for different things. */
  loneReturn: number | null;
}

/** A file's bytes as text. */
export function decodeText(bytes: Uint8Array): Decoded | { problem: Problem } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refused('The file is written in UTF-16. Save it as UTF-8.', 1);
  }
  try {
    return withLineEnds(UTF8.decode(bytes), []);
  } catch {
    const korean = decodeKorean(bytes);
    if (korean !== null) {
      const message = 'The file is written in EUC-KR and was read as such. Save it as UTF-8.';
      return withLineEnds(korean, [{ code: 'encoding-legacy', message }]);
    }
    return refused('The file is not valid UTF-8 here. Save it as UTF-8.', lineOfFault(bytes));
  }
}

/** Windows and old Mac line ends become `\n`. */
function withLineEnds(raw: string, warnings: Problem[]): Decoded {
  if (!raw.includes('\r')) return { text: raw, warnings, loneReturn: null };
  const lone = /\r(?!\n)/.exec(raw);
  const text = raw.replace(/\r\n?/g, '\n');
  return { text, warnings, loneReturn: lone ? raw.slice(0, lone.index).split(/\r?\n/).length : null };
}

/** The text when all of it is EUC-KR (as WHATWG has it, with Microsoft's additions): mostly Hangul, and no UTF-8 in it. */
function decodeKorean(bytes: Uint8Array): string | null {
  let text: string;
  try {
    text = new TextDecoder('euc-kr', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
  const foreign = text.match(/[^\x00-\x7f]/gu) ?? [];
  const common = foreign.filter((c) => /[가-힣]/.test(c) && isCommon(c)).length;
  return common >= TELLING_SYLLABLES && common >= foreign.length * 0.8 ? text : null;
}

/** The 2,350 syllables of KS X 1001 are what people write; UTF-8 read as EUC-KR falls outside of them. */
const commonSyllables = new Set<string>();

function isCommon(syllable: string): boolean {
  if (commonSyllables.size === 0) {
    const decoder = new TextDecoder('euc-kr');
    for (let lead = 0xb0; lead <= 0xc8; lead++) {
      for (let trail = 0xa1; trail <= 0xfe; trail++) commonSyllables.add(decoder.decode(new Uint8Array([lead, trail])));
    }
  }
  return commonSyllables.has(syllable);
}

/** The line, from 1, of the first byte that is not UTF-8. */
function lineOfFault(bytes: Uint8Array): number {
  const shown = new TextDecoder('utf-8').decode(bytes);
  const fault = shown.indexOf('\ufffd');
  return shown.slice(0, fault < 0 ? undefined : fault).split(/\r\n?|\n/).length;
}

function refused(message: string, line: number): { problem: Problem } {
  return { problem: { code: 'encoding', message, line } };
}

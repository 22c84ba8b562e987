import type { Problem } from './article.ts';

/** Why front matter was refused, and where: line and column from 1, within its text. */
export interface SyntaxFault {
  reason: string;
  line: number;
  column: number;
}

/** Front matter that has no keys. */
export function notAMapping(line: number): Problem {
  return {
    code: 'front-matter-not-a-mapping',
    message: 'The front matter is a list or a text. Write keys and values, such as title: A title.',
    line,
  };
}

/** @param line the file's line on which the front matter's text begins */
export function syntaxProblem(language: string, fault: SyntaxFault, line: number): Problem {
  return {
    code: 'front-matter-syntax',
    message: `The front matter is not valid ${language}: ${fault.reason}.`,
    line: line + fault.line - 1,
    column: fault.column,
  };
}

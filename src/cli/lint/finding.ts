import type { Node } from '../feed/xml.ts';

/** Something in a feed that a validator objects to. */
export interface Finding {
  /** An error makes the feed invalid; a warning, some readers do not show it as it is meant. */
  severity: 'error' | 'warning';
  /** A stable word. */
  code: string;
  message: string;
  /** What to write instead. */
  mend?: string;
  /** Where it is said, as `RFC 4287, 4.2.6`. */
  spec: string;
  /** From 1. */
  line?: number;
  column?: number;
}

type Place = Pick<Node, 'line' | 'column'> | null;

/** Takes findings as the rules come upon them. */
export class Findings {
  readonly all: Finding[] = [];

  error(code: string, spec: string, at: Place, message: string, mend?: string): void {
    this.#add('error', code, spec, at, message, mend);
  }

  warning(code: string, spec: string, at: Place, message: string, mend?: string): void {
    this.#add('warning', code, spec, at, message, mend);
  }

  #add(severity: Finding['severity'], code: string, spec: string, at: Place, message: string, mend?: string): void {
    this.all.push({
      severity,
      code,
      message,
      ...(mend === undefined ? {} : { mend }),
      spec,
      ...(at === null ? {} : { line: at.line, column: at.column }),
    });
  }
}

/** A text as it may be shown in a sentence. */
export const shown = (text: string) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 79)}…` : line);
};

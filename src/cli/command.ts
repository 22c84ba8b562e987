/** An option as `util.parseArgs` takes it, with what help and completion say of it. */
export interface Option {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  /** What stands for its value, as `FILE` or `a|b`; for options of type string. */
  value?: string;
  summary: string;
}

/** Options by name, without `--`. Written `as const satisfies Options`, so that parseArgs knows their types. */
export type Options = Record<string, Option>;

/** On everything that prints a table or a report. */
export const JSON_OPTION = { type: 'boolean', summary: 'print JSON for programs' } as const satisfies Option;

/** A command: what it prints goes to standard output, what it says of itself to standard error. */
export interface Command {
  /** After `tidings`, as `articles check [DIR] [--json]`. */
  usage: string;
  summary: string;
  /** What it does beyond the summary, in a few sentences; printed by help. */
  details?: string;
  options: Options;
  /** Lines to copy, each beginning with `tidings`, and what each does. */
  examples: [line: string, does: string][];
  /** @returns the exit status: 0 done, 1 something is wrong with the content or the server, 2 wrong usage */
  run(args: string[]): Promise<number>;
}

/** Wrong usage that a command finds out while it works. The message says what to write instead. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Something that is not as it must be, which is nobody's fault here. The message says what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
}

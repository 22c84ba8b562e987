/** A command: what it prints goes to standard output, what it says of itself to standard error. */
export interface Command {
  /** After `tidings`, as `articles check`. */
  usage: string;
  summary: string;
  /** @returns the exit status: 0 done, 1 something is wrong with the content or the server, 2 wrong usage */
  run(args: string[]): Promise<number>;
}

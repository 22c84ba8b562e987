/** What came of one step of an examination. */
export interface Finding {
  step: string;
  /** A warning is worth mending, and stops nobody. */
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  ms: number;
  /** What was found, or what to do. */
  detail: string;
}

/** Something that is worth mending and stops nobody; a step throws it. */
export class Worth extends Error {}

/** Runs steps one after another, and keeps what came of each. */
export class Examination {
  readonly findings: Finding[] = [];
  readonly #print: (finding: Finding) => void;

  constructor(print: (finding: Finding) => void) {
    this.#print = print;
  }

  /** @returns whether the step found nothing that stops somebody */
  async step(name: string, work: () => Promise<string>): Promise<boolean> {
    const started = Date.now();
    try {
      this.note(name, 'ok', await work(), started);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.note(name, error instanceof Worth ? 'warning' : 'failed', message, started);
      return error instanceof Worth;
    }
  }

  note(step: string, state: Finding['state'], detail: string, started = Date.now()): void {
    const finding = { step, state, ms: Date.now() - started, detail };
    this.findings.push(finding);
    this.#print(finding);
  }
}

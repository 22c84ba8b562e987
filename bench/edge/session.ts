import type { RunReport } from '../../src/storage/runs.ts';
import { NEWEST } from '../home.ts';
import type { Invocations } from './invocations.ts';
import { TOKEN, type Workerd } from './workerd.ts';

const REGENERATION = '*/5 * * * *';
const HOUSEKEEPING = '* * * * *';
const MINUTE_MS = 60_000;
const POLL_MS = 100;
/** A run that takes minutes is asked after so often: each look is an invocation too. */
const LOOK_MS = 1_000;
/** Nothing has begun for so long. */
const QUIET_MS = 2_500;
/** The first changes prepare what the ones after them find. */
export const CHANGES = 4;

/** What a run came to, and in how many seconds. */
export interface Ended {
  seconds: number;
  report: RunReport;
}

/** One changed article. */
export interface Change {
  /** From the upload to the feed that shows it: the longest of {@link CHANGES}. */
  seconds: number;
  /** Of the last one, in all invocations that it took. */
  queries: number;
  reads: number;
  operations: number;
}

/** The newest article, which stands in the documents of all its feeds. */
export function newest(change: string): [path: string, content: Buffer] {
  const head =
    'title: Change\ndate: 2026-06-01T09:00:00Z\nlang: ko\ncategories: [News]\ntags: [정책]\nauthors: [김하늘]';
  return [NEWEST, Buffer.from(`---\n${head}\n---\n\nThis is change ${change}.\n`)];
}

/** A publisher at work with a Worker. */
export class Session {
  readonly #workerd: Workerd;
  readonly #invocations: Invocations;

  constructor(workerd: Workerd, invocations: Invocations) {
    this.#workerd = workerd;
    this.#invocations = invocations;
  }

  async get(path: string): Promise<string> {
    return (await this.#ask('GET', path)).text();
  }

  /** A tick of the cron line, until its run has ended; meanwhile the other line ticks each minute. */
  async regenerate(): Promise<Ended> {
    const began = performance.now();
    const minutes = setInterval(() => void this.#workerd.tick(HOUSEKEEPING), MINUTE_MS);
    try {
      await this.#workerd.tick(REGENERATION);
      const report = await this.#lastRun();
      const seconds = (performance.now() - began) / 1000;
      await this.#quiet();
      return { seconds, report };
    } finally {
      clearInterval(minutes);
    }
  }

  async change(name: string): Promise<Change> {
    const change: Change = { seconds: 0, queries: 0, reads: 0, operations: 0 };
    for (let time = 1; time <= CHANGES; time++) {
      const from = this.#invocations.ended.length;
      const [path, content] = newest(`${name}-${time}`);
      const began = performance.now();
      await this.#ask('PUT', `/api/articles/${path}`, content);
      while (!(await this.get('/feed.json')).includes(`change ${name}-${time}.`)) await pause(POLL_MS);
      change.seconds = Math.max(change.seconds, (performance.now() - began) / 1000);
      await this.#lastRun();
      await this.#quiet();
      // Readers come on their own.
      const its = this.#invocations.ended.slice(from).filter((one) => !one.name.startsWith('GET'));
      for (const kind of ['queries', 'reads', 'operations'] as const)
        change[kind] = its.reduce((sum, used) => sum + used[kind], 0);
    }
    return change;
  }

  async #lastRun(): Promise<RunReport> {
    for (;;) {
      const { runs } = JSON.parse(await this.get('/api/runs?limit=1')) as { runs: (RunReport & { state: string })[] };
      const [run] = runs;
      if (run?.state === 'failed' || (run?.error ?? null) !== null) throw new Error(`A run failed: ${run?.error}`);
      if (run?.state === 'done') return run;
      await pause(LOOK_MS);
    }
  }

  async #quiet(): Promise<void> {
    for (let seen = -1; seen !== this.#invocations.ended.length || this.#invocations.open > 0; ) {
      seen = this.#invocations.ended.length;
      await pause(QUIET_MS);
    }
  }

  async #ask(method: string, path: string, body: Uint8Array | null = null): Promise<Response> {
    // Who asks for a coding that was not made yet has it made, and the run then finds less to do.
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Accept-Encoding': 'identity' };
    const answer = await fetch(this.#workerd.url + path, { method, headers, body: body as BodyInit | null });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }
}

const pause = (ms: number) => new Promise((later) => setTimeout(later, ms));

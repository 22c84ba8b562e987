import { cpuSeconds } from './usage.ts';

/** What the wrapper of an invocation's bindings counted (src/cloudflare/limits.ts). */
interface Used {
  queries: number;
  fetches: number;
  operations: number;
  reads: number;
}

/** One invocation of the Worker. */
export interface Invocation extends Used {
  /** `queue`, `cron`, or method and path. */
  name: string;
  /** Seconds from begin to end. */
  seconds: number;
  /** Seconds of CPU that the whole process took from its begin to its end. */
  cpu: number;
}

type Event = { id: number; name: string } & ({ type: 'begin' } | { type: 'end'; used: Used; violations: string[] });

/** What the Worker of bench/workerd/metered.ts tells of its invocations. */
export class Invocations {
  readonly ended: Invocation[] = [];
  readonly violations: string[] = [];
  readonly #open = new Map<number, { at: number; cpu: number }>();
  #pid = 0;

  /** Begins with a new process. */
  follow(pid: number): void {
    this.#pid = pid;
    this.#open.clear();
  }

  /** How many have not ended. */
  get open(): number {
    return this.#open.size;
  }

  take(text: string): void {
    const event = JSON.parse(text) as Event;
    const [at, cpu] = [performance.now(), this.#pid === 0 ? 0 : cpuSeconds(this.#pid)];
    if (event.type === 'begin') {
      this.#open.set(event.id, { at, cpu });
      return;
    }
    const begun = this.#open.get(event.id);
    this.#open.delete(event.id);
    this.violations.push(...event.violations);
    if (!begun) return;
    this.ended.push({ name: event.name, ...event.used, seconds: (at - begun.at) / 1000, cpu: cpu - begun.cpu });
  }
}

interface Appointment {
  at: number;
  /** Those of one millisecond happen in the order in which they were made. */
  seq: number;
  happen: (() => void) | null;
}

type Timer = { appointment: Appointment };

/**
 * A clock that moves only when everybody waits for it, from one appointment to the next: an hour of waiting takes no time.
 * While it is {@link install installed} the timers of the process are its own, so that the code under simulation waits by it.
 */
export class VirtualClock {
  #now: number;
  #seq = 0;
  readonly #heap: Appointment[] = [];

  /** @param start epoch milliseconds */
  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Has something happen in so many milliseconds. */
  in(ms: number, happen: () => void): Appointment {
    const appointment = { at: this.#now + Math.max(0, Math.round(ms)), seq: this.#seq++, happen };
    this.#push(appointment);
    return appointment;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.in(ms, wake));
  }

  /** Takes the place of the process's timers; what comes back puts them back. */
  install(): () => void {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    const cancel = (timer: unknown) => {
      if (timer) (timer as Timer).appointment.happen = null;
    };
    const again = (timer: Timer, ms: number, work: () => void) => {
      timer.appointment = this.in(ms, () => {
        again(timer, ms, work);
        work();
      });
    };
    Object.assign(globalThis, {
      setTimeout: (work: () => void, ms = 0): Timer => ({ appointment: this.in(ms, work) }),
      setInterval: (work: () => void, ms = 0): Timer => {
        const timer = {} as Timer;
        again(timer, ms, work);
        return timer;
      },
      clearTimeout: cancel,
      clearInterval: cancel,
    });
    return () => Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
  }

  /** Lets time pass until that is so. Throws when nothing is left that could happen. */
  async runUntil(isOver: () => boolean): Promise<void> {
    for (;;) {
      // Everything that waits for nothing but itself has come to its next wait when this comes back.
      await new Promise((turn) => setImmediate(turn));
      if (isOver()) return;
      const next = this.#pop();
      if (!next) throw new Error('Nothing is left to happen, and it is not over.');
      this.#now = Math.max(this.#now, next.at);
      next.happen?.();
      while (this.#heap[0] !== undefined && this.#heap[0].at <= this.#now) this.#pop()?.happen?.();
    }
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Appointment;
      if (!isBefore(appointment, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = appointment;
  }

  #pop(): Appointment | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Appointment, heap[child] as Appointment)) child += 1;
      if (!isBefore(heap[child] as Appointment, last)) break;
      heap[at] = heap[child] as Appointment;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (one: Appointment, other: Appointment) =>
  one.at < other.at || (one.at === other.at && one.seq < other.seq);

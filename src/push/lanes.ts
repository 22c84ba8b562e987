import type { Home } from '../home.ts';

export interface LaneOptions {
  /** Works that run at a time. */
  width: number;
  /** Of them and of the stragglers, those of one origin. */
  share?: number;
  /** Milliseconds after which a work is a straggler: it goes on, and its place in the width is given to the next. */
  patienceMs?: number;
  /** Stragglers at a time. */
  stragglers?: number;
}

/** What a work that runs takes up. */
interface Place {
  onLeft: () => void;
  isStraggler: boolean;
}

const nothing = () => {};

/**
 * Lets a bounded number of works run at a time, and of each origin a smaller one, so that many callbacks in one place
 * leave room for the others. Origins take turns; those of one origin go in order.
 */
export class Lane {
  readonly #options: Required<LaneOptions>;
  readonly #ofOrigin = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  /** Origins that somebody waits for and that have less than their share, the one whose turn it is first. */
  readonly #ready = new Set<string>();
  #running = 0;
  #straggling = 0;

  constructor({ width, share = width, patienceMs = 0, stragglers = 0 }: LaneOptions) {
    this.#options = { width, share, patienceMs, stragglers };
  }

  /**
   * Does a work when its turn comes.
   *
   * @param onLeft told when its place is free again: at its end, or when it became a straggler
   */
  async run<T>(origin: string, work: () => Promise<T>, onLeft: () => void = nothing): Promise<T> {
    if (this.#running < this.#options.width && this.#mayEnter(origin) && !this.#waiting.has(origin)) this.#take(origin);
    else await this.#turn(origin);
    const place: Place = { onLeft, isStraggler: false };
    const { stragglers, patienceMs } = this.#options;
    const timer = stragglers > 0 ? setTimeout(Lane.#straggle, patienceMs, this, place) : undefined;
    try {
      return await work();
    } finally {
      if (timer !== undefined) clearTimeout(timer);
      this.#end(origin, place);
    }
  }

  static #straggle(lane: Lane, place: Place): void {
    if (lane.#straggling >= lane.#options.stragglers) return;
    place.isStraggler = true;
    lane.#straggling += 1;
    lane.#leave(place);
  }

  #end(origin: string, place: Place): void {
    const left = (this.#ofOrigin.get(origin) ?? 1) - 1;
    if (left > 0) this.#ofOrigin.set(origin, left);
    else this.#ofOrigin.delete(origin);
    if (this.#waiting.has(origin)) this.#ready.add(origin);
    if (place.isStraggler) {
      this.#straggling -= 1;
      this.#admit();
    } else {
      this.#leave(place);
    }
  }

  #leave({ onLeft }: Place): void {
    this.#running -= 1;
    onLeft();
    this.#admit();
  }

  /** Waits for its turn. What comes back gives the place free; once is enough. */
  enter(origin = ''): Promise<() => void> {
    return new Promise((entered) => {
      void this.run(origin, () => new Promise<void>((leave) => entered(leave)));
    });
  }

  #turn(origin: string): Promise<void> {
    return new Promise((go) => {
      const waiting = this.#waiting.get(origin);
      if (waiting) waiting.push(go);
      else this.#waiting.set(origin, [go]);
      if (this.#mayEnter(origin)) this.#ready.add(origin);
    });
  }

  #mayEnter(origin: string): boolean {
    return (this.#ofOrigin.get(origin) ?? 0) < this.#options.share;
  }

  #take(origin: string): void {
    this.#running += 1;
    this.#ofOrigin.set(origin, (this.#ofOrigin.get(origin) ?? 0) + 1);
  }

  #admit(): void {
    for (const origin of this.#ready) {
      if (this.#running >= this.#options.width) return;
      // Those that stay go to the end of the set, which this loop comes to as well.
      this.#ready.delete(origin);
      const waiting = this.#waiting.get(origin) ?? [];
      const go = waiting.shift();
      if (waiting.length === 0) this.#waiting.delete(origin);
      if (!go) continue;
      this.#take(origin);
      if (waiting.length > 0 && this.#mayEnter(origin)) this.#ready.add(origin);
      go();
    }
  }
}

/**
 * What a home does at a time. First attempts have the fast lane and a short deadline; what may hang (retries,
 * verifications) has the slow one, so that it delays nobody.
 */
export interface Lanes {
  fast: Lane;
  slow: Lane;
  slices: Lane;
}

const known = new WeakMap<Home, Lanes>();

export function lanes(home: Home): Lanes {
  let found = known.get(home);
  if (!found) {
    found = home.name === 'node' ? nodeLanes(home.config.hub.atOnce) : workersLanes();
    known.set(home, found);
  }
  return found;
}

/**
 * A socket that waits costs little, so who hangs makes room.
 *
 * @param ofOrigin requests to one origin at a time, both lanes together (`hub.atOnce`)
 */
function nodeLanes(ofOrigin: number): Lanes {
  const slow = Math.ceil(ofOrigin / 4);
  return {
    fast: new Lane({ width: 128, share: ofOrigin - slow, patienceMs: 200, stragglers: 1_000 }),
    slow: new Lane({ width: 64, share: slow, patienceMs: 200, stragglers: 1_000 }),
    slices: new Lane({ width: 4 }),
  };
}

/** Cloudflare allows six open requests in all, the hanging ones among them. */
function workersLanes(): Lanes {
  return { fast: new Lane({ width: 4 }), slow: new Lane({ width: 2 }), slices: new Lane({ width: 2 }) };
}

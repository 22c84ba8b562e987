import type { Outbound } from '../../src/storage/ports.ts';
import { OutboundError } from '../../src/storage/ports.ts';
import { ASSUMED, FAILING, SLOW } from './assumed.ts';
import { latencies, seeded } from './chance.ts';
import type { VirtualClock } from './clock.ts';

/** The subscribers: callbacks end in their number, from 1. */
export class Readers {
  requests = 0;
  /** Those that have the document. */
  told = 0;
  /** Receipts of who had it already. */
  twice = 0;
  /** Milliseconds on the clock of each first receipt, in order. */
  readonly receipts: number[] = [];
  readonly #has: Uint8Array;
  readonly #asked: Uint8Array;
  readonly #clock: VirtualClock;
  readonly #quick: () => number;
  readonly #slow: () => number;

  constructor(count: number, clock: VirtualClock, random: () => number) {
    this.#has = new Uint8Array(count + 1);
    this.#asked = new Uint8Array(count + 1);
    this.#clock = clock;
    this.#quick = latencies(random, ASSUMED.reader);
    this.#slow = latencies(random, ASSUMED.slowReader);
  }

  readonly request: Outbound = async ({ url, timeoutMs }) => {
    this.requests += 1;
    const number = Number(url.slice(url.lastIndexOf('/') + 1));
    // What kind of reader it is does not change from attempt to attempt.
    const kind = seeded(number)();
    const ms = kind < SLOW ? this.#slow() : this.#quick();
    if (ms > timeoutMs) {
      await this.#clock.sleep(timeoutMs);
      throw new OutboundError('timeout', 'The reader did not answer in time.');
    }
    await this.#clock.sleep(ms);
    const isFirst = this.#asked[number] === 0;
    this.#asked[number] = 1;
    const status = isFirst && kind > 1 - FAILING ? 503 : 204;
    if (status === 204) this.#receive(number);
    return { status, headers: new Headers(), body: new Uint8Array(), truncated: false };
  };

  #receive(number: number): void {
    if (this.#has[number] === 1) {
      this.twice += 1;
      return;
    }
    this.#has[number] = 1;
    this.told += 1;
    this.receipts.push(this.#clock.now());
  }
}

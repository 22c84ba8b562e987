import { serializeMessage } from '../../src/storage/messages.ts';
import type { Delivered, Message, Queue } from '../../src/storage/ports.ts';
import { ASSUMED, LIMITS, TWICE } from './assumed.ts';
import { latencies } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import type { Invocation } from './invocation.ts';

/** Counted beside the body of each message. */
const BYTES_BESIDE = 100;

interface Waiting {
  body: Message;
  attempts: number;
}

/**
 * A queue and its consumers. Where they wait, each batch that ends lets one more consumer begin beside its successor,
 * up to the documented number: so many batches after one another double them.
 */
export class SimulatedQueue {
  sent = 0;
  refused = 0;
  deliveries = 0;
  retries = 0;
  invocations = 0;
  mostConsumers = 0;
  mostASecond = 0;
  longestMs = 0;
  readonly #ready: Waiting[] = [];
  #taken = 0;
  #consumers = 0;
  #allowed = 1;
  #second = 0;
  #inSecond = 0;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #network: () => number;
  readonly #travel: () => number;
  readonly #batchSize: number;
  readonly #consume: (batch: Delivered[]) => Promise<void>;

  constructor(
    { clock, random, batchSize }: { clock: VirtualClock; random: () => number; batchSize: number },
    consume: (batch: Delivered[]) => Promise<void>,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#batchSize = batchSize;
    this.#consume = consume;
    this.#network = latencies(random, ASSUMED.send);
    this.#travel = latencies(random, ASSUMED.message);
  }

  /** The queue as an invocation has it. */
  binding(invocation: Invocation, gate: <T>(work: () => Promise<T>) => Promise<T>): Queue {
    const send = (messages: Message[], delaySeconds = 0) =>
      gate(() =>
        invocation.connected(async () => {
          invocation.count('operations');
          await this.#clock.sleep(this.#network());
          this.#take(messages, delaySeconds);
        }),
      );
    return {
      send: (message, options) => send([message], options?.delaySeconds),
      async sendBatch(messages, options) {
        for (let at = 0; at < messages.length; at += LIMITS.messagesOfABatch)
          await send(messages.slice(at, at + LIMITS.messagesOfABatch), options?.delaySeconds);
      },
    };
  }

  #take(messages: Message[], delaySeconds: number): void {
    const bytes = messages.map((message) => serializeMessage(message).bytes + BYTES_BESIDE);
    if (bytes.reduce((sum, size) => sum + size, 0) > LIMITS.bytesOfABatch) throw new Error('A batch is too large.');
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    if (this.#inSecond + messages.length > LIMITS.messagesASecond) {
      this.refused += messages.length;
      throw new Error('Too Many Requests');
    }
    this.#inSecond += messages.length;
    this.mostASecond = Math.max(this.mostASecond, this.#inSecond);
    this.sent += messages.length;
    for (const body of messages) {
      this.#arrive({ body, attempts: 1 }, Math.ceil(delaySeconds) * 1000);
      if (this.#random() < TWICE) this.#arrive({ body, attempts: 1 }, 1000);
    }
  }

  #arrive(message: Waiting, delayMs: number): void {
    this.#clock.in(delayMs + this.#travel(), () => {
      this.#ready.push(message);
      this.#start();
    });
  }

  #start(): void {
    while (this.#consumers < this.#allowed && this.#taken < this.#ready.length) {
      const batch = this.#ready.slice(this.#taken, this.#taken + this.#batchSize);
      this.#taken += batch.length;
      if (this.#taken > 10_000) {
        this.#ready.splice(0, this.#taken);
        this.#taken = 0;
      }
      void this.#run(batch);
    }
  }

  async #run(batch: Waiting[]): Promise<void> {
    this.#consumers += 1;
    this.invocations += 1;
    this.mostConsumers = Math.max(this.mostConsumers, this.#consumers);
    this.deliveries += batch.length;
    const began = this.#clock.now();
    await this.#consume(
      batch.map((message, at) => ({
        id: `${this.invocations}-${at}`,
        body: message.body,
        attempts: message.attempts,
        ack: () => {},
        retry: (options) => {
          this.retries += 1;
          this.#arrive({ ...message, attempts: message.attempts + 1 }, Math.ceil(options?.delaySeconds ?? 0) * 1000);
        },
      })),
    );
    this.longestMs = Math.max(this.longestMs, this.#clock.now() - began);
    this.#consumers -= 1;
    const wait = this.#taken < this.#ready.length;
    this.#allowed = wait ? Math.min(this.#allowed + 1, LIMITS.consumers) : Math.max(1, this.#consumers);
    this.#start();
  }
}

import { serializeMessage } from '../storage/messages.ts';
import type { Delivered, Message, Queue as Port } from '../storage/ports.ts';
import type { Gate } from './gate.ts';

/** Queues' limits on one sendBatch: messages, and bytes with what each is counted beside its body. */
const MAX_BATCH = 100;
const MAX_BATCH_BYTES = 256_000;
const BYTES_BESIDE_BODY = 100;
/** Longest delay that Queues takes, in seconds. What is due later is woken early, and the outbox says that it waits. */
const MAX_DELAY_SECONDS = 86_400;

/** The queue port over a Queues binding. */
export function createQueue(queue: Queue<unknown>, gate: Gate): Port {
  const delay = (options?: { delaySeconds?: number }) =>
    options?.delaySeconds ? { delaySeconds: wholeDelay(options.delaySeconds) } : {};
  return {
    async send(message, options) {
      serializeMessage(message);
      await gate(() => queue.send(message, { contentType: 'json', ...delay(options) }));
    },
    async sendBatch(messages, options) {
      for (const batch of batches(messages))
        await gate(() =>
          queue.sendBatch(
            batch.map((body) => ({ body, contentType: 'json' as const })),
            delay(options),
          ),
        );
    },
  };
}

/** Messages of a batch as the consumer gets them in both homes. */
export function deliveredFrom(messages: readonly globalThis.Message<unknown>[]): Delivered[] {
  return messages.map((message) => ({
    id: message.id,
    body: message.body as Message,
    attempts: message.attempts,
    ack: () => message.ack(),
    retry: (options) =>
      message.retry(options?.delaySeconds === undefined ? {} : { delaySeconds: wholeDelay(options.delaySeconds) }),
  }));
}

/** Messages in lists that Queues takes at once. */
function batches(messages: Message[]): Message[][] {
  const lists: Message[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = serializeMessage(message).bytes + BYTES_BESIDE_BODY;
    let list = lists.at(-1);
    if (list === undefined || list.length === MAX_BATCH || size > room) {
      list = [];
      lists.push(list);
      room = MAX_BATCH_BYTES;
    }
    list.push(message);
    room -= size;
  }
  return lists;
}

/** Queues takes whole seconds. */
function wholeDelay(seconds: number): number {
  return Math.min(Math.max(Math.ceil(seconds), 0), MAX_DELAY_SECONDS);
}

import type { Message } from './ports.ts';

/** Queues' limit on one message, in bytes. */
export const MAX_MESSAGE_BYTES = 128_000;

const encoder = new TextEncoder();

/** A message as it travels. Throws a `RangeError` for one that Queues would refuse: it names a row, it carries none. */
export function serializeMessage(message: Message): { text: string; bytes: number } {
  const text = JSON.stringify(message);
  const bytes = encoder.encode(text).byteLength;
  if (bytes > MAX_MESSAGE_BYTES)
    throw new RangeError(`A message of type ${message.type} has ${bytes} bytes; a queue takes ${MAX_MESSAGE_BYTES}.`);
  return { text, bytes };
}

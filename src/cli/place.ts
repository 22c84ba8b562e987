import { readFileSync } from 'node:fs';
import { CommandError } from './command.ts';

/** Bytes of a document that is still read whole. */
const MAX_BYTES = 50_000_000;
const PATIENCE_MS = 30_000;

/** A document from a file or an address. */
export interface Fetched {
  /** As it was asked for. */
  place: string;
  bytes: Uint8Array;
  /** Where it finally came from; null of a file. */
  url: string | null;
  /** Null of a file. */
  contentType: string | null;
}

export const isAddress = (place: string) => /^https?:\/\//i.test(place);

/**
 * Reads a file, or what an address answers.
 *
 * @throws {CommandError} with what to do
 */
export async function fetchPlace(place: string): Promise<Fetched> {
  if (!isAddress(place)) {
    try {
      return { place, bytes: readFileSync(place), url: null, contentType: null };
    } catch (error) {
      throw new CommandError(
        `${place} cannot be read (${(error as NodeJS.ErrnoException).code}); give a file or an address.`,
      );
    }
  }
  const answer = await fetch(place, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: Error) => {
    const { cause } = error as { cause?: Error };
    throw new CommandError(`${place} does not answer: ${cause?.message ?? error.message}`);
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new CommandError(`${place} answers ${answer.status}; give the address at which the feed is.`);
  }
  return {
    place,
    bytes: await bodyOf(answer, place),
    url: answer.url,
    contentType: answer.headers.get('content-type'),
  };
}

async function bodyOf(answer: Response, place: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new CommandError(`${place} is larger than ${MAX_BYTES / 1_000_000} MB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

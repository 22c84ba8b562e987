const encoder = new TextEncoder();
const scratch = new Uint8Array(32_768);
/** A code unit takes three bytes at most. */
const UNITS = Math.floor(scratch.byteLength / 3);

/** Bytes that a text takes as UTF-8, found without a copy of it: texts of megabytes would leave as much to be collected. */
export function utf8Bytes(text: string): number {
  if (text.length <= UNITS) return encoder.encodeInto(text, scratch).written;
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    // Half of a pair is not left for the next part: it would count as a character of its own.
    const end = at + UNITS - (isHighSurrogate(text.charCodeAt(at + UNITS - 1)) ? 1 : 0);
    bytes += encoder.encodeInto(text.slice(at, end), scratch).written;
    at = end;
  }
  return bytes;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;

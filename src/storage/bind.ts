import type { SqlValue } from './ports.ts';
import { utf8Bytes } from './utf8.ts';

/** D1's limit on the parameters of one statement. */
export const MAX_PARAMETERS = 100;
/** D1's limit on one value, and on one row, in bytes. */
export const MAX_ROW_BYTES = 2_000_000;

/**
 * Values as both homes bind them: booleans as 0 and 1, `undefined` as NULL. Throws a `RangeError` where D1 would refuse
 * (more than 100 parameters, more than 2 MB in all) and for numbers that no column can hold, so that a statement that
 * works on Node also works at the edge.
 */
export function bindable(values: readonly unknown[]): SqlValue[] {
  if (values.length > MAX_PARAMETERS)
    throw new RangeError(`A statement takes at most ${MAX_PARAMETERS} parameters, not ${values.length}: split it.`);
  const bound = values.map((value): SqlValue => {
    if (value === undefined || value === null) return null;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'string' || value instanceof Uint8Array) return value;
    if (typeof value !== 'number')
      throw new TypeError(`A ${typeof value} cannot be bound: use a string, number, boolean, null or Uint8Array.`);
    if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be stored: bind a finite number or null.`);
    return value;
  });
  const bytes = boundBytes(bound);
  if (bytes > MAX_ROW_BYTES)
    throw new RangeError(`${bytes} bytes are bound to one statement; a row holds ${MAX_ROW_BYTES}: use a blob.`);
  return bound;
}

/** Bytes of the strings and BLOBs among the values: exact above a row's limit, else at most this many. */
export function boundBytes(values: readonly SqlValue[]): number {
  const sum = (text: (value: string) => number) =>
    values.reduce<number>((bytes, value) => {
      if (typeof value === 'string') return bytes + text(value);
      return value instanceof Uint8Array ? bytes + value.byteLength : bytes;
    }, 0);
  const atMost = sum((value) => value.length * 3);
  return atMost <= MAX_ROW_BYTES ? atMost : sum(utf8Bytes);
}

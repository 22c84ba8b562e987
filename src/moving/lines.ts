import type { Row } from '../storage/ports.ts';
import type { Part } from './tables.ts';

/** The version of the form; a Tidings reads those that it knows. */
export const FORM = 1;

/** The first line of what moves. */
export interface Head {
  tidings: typeof FORM;
  part: Part;
  /** Address of the server that it is from; not said of a ledger, which is to be the same wherever it was written. */
  url?: string;
  migrations: string[];
}

/** One line of JSON each, in this order: the head, each table with its rows, bodies, the end. */
export type Line =
  | Head
  | { table: string }
  | { in: string; row: Row }
  | { blob: string; base64: string }
  | { end: true; mark?: string };

/** Lines that end a page and name where the next begins; no part of a file. */
export interface Next {
  next: string;
}

/** Bytes as base64, in pieces that fit a call. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

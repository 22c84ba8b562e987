import { joinBytes } from '../storage/bytes.ts';
import { articleOf, type DocumentVersion, type EntryPlace } from '../storage/versions.ts';
import type { Format } from './entry.ts';

/** Entries of a version that another one did not have, or had otherwise. */
export function newEntries(present: DocumentVersion, base: DocumentVersion): EntryPlace[] {
  const had = new Set(base.entries.map(([mark]) => mark));
  return present.entries.filter(([mark]) => !had.has(mark));
}

/**
 * Whether an entry of the older version was taken back: it is missing, and not because newer ones pushed it out at the
 * end. RSS and JSON Feed have no words for it, and a list of what is new cannot show it.
 */
export function hasLost(present: DocumentVersion, base: DocumentVersion): boolean {
  const there = new Set(present.entries.map(articleOf));
  const kept = base.entries.map((entry) => there.has(articleOf(entry)));
  const last = kept.lastIndexOf(true);
  return kept.slice(0, last + 1).includes(false) || (last < kept.length - 1 && present.entries.length < kept.length);
}

/** The document with these of its entries alone: its head, whole fragments, its foot. */
export function shortened(body: Uint8Array, format: Format, all: EntryPlace[], chosen: EntryPlace[]): Uint8Array {
  const from = all[0]?.[1] ?? body.byteLength;
  const to = all.at(-1)?.[2] ?? from;
  const between = new TextEncoder().encode(format === 'json' ? ',\n' : '\n');
  const parts = [body.subarray(0, from)];
  chosen.forEach(([, start, end], at) => {
    if (at > 0) parts.push(between);
    parts.push(body.subarray(start, end));
  });
  parts.push(body.subarray(to));
  return joinBytes(parts);
}

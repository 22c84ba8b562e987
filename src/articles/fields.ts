import type { Fields, Value } from './front-matter.ts';
import { INNER } from './keys.ts';
import { plainText } from './text.ts';

/** A key that was found, as the file spells it, with its value. */
export interface Found {
  key: string;
  value: Value;
}

/** Front matter that is asked for meanings. */
export interface Lookup {
  /** The first of the names that has a value; empty texts and lists count as none. */
  first(names: readonly string[]): Found | null;
  /** All of the names that have a value. */
  all(names: readonly string[]): Found[];
}

/** Asks front matter in any letter case, with `-` and `_` left out. */
export function lookup(fields: Fields): Lookup {
  const index = indexOf(fields);
  for (const inner of INNER) {
    const nested = index.get(inner)?.value;
    if (nested instanceof Map) for (const [key, found] of indexOf(nested)) if (!index.has(key)) index.set(key, found);
  }
  const find = (name: string): Found | null => {
    const [head, tail] = nameParts(name);
    const found = index.get(head);
    if (found === undefined) return null;
    if (tail === null) return isEmpty(found.value) ? null : found;
    const inner = found.value instanceof Map ? indexOf(found.value).get(tail) : undefined;
    return inner && !isEmpty(inner.value) ? { key: `${found.key}.${inner.key}`, value: inner.value } : null;
  };
  return {
    first: (names) => {
      for (const name of names) {
        const found = find(name);
        if (found) return found;
      }
      return null;
    },
    all: (names) => {
      const found: Found[] = [];
      for (const name of names) {
        const one = find(name);
        if (one) found.push(one);
      }
      return found;
    },
  };
}

const parts = new Map<string, [string, string | null]>();

/** A name of the table, folded: the key, and the key inside of it. Every file asks for all of them. */
function nameParts(name: string): [string, string | null] {
  let known = parts.get(name);
  if (!known) {
    const [head = '', tail] = name.split('.');
    known = [folded(head), tail === undefined ? null : folded(tail)];
    if (parts.size < MAX_KEPT) parts.set(name, known);
  }
  return known;
}

function indexOf(fields: Fields): Map<string, Found> {
  const index = new Map<string, Found>();
  for (const [key, value] of fields) {
    const name = folded(String(key));
    // The spelling that is the name itself goes before another letter case of it.
    if (!index.has(name) || key === name) index.set(name, { key: String(key), value });
  }
  return index;
}

/** Names that are kept folded; what files invent must not fill the memory. */
const MAX_KEPT = 2000;

const foldedNames = new Map<string, string>();

function folded(name: string): string {
  let fold = foldedNames.get(name);
  if (fold === undefined) {
    fold = name.toLowerCase().replace(/[-_ ]/g, '');
    if (foldedNames.size < MAX_KEPT && name.length < 60) foldedNames.set(name, fold);
  }
  return fold;
}

function isEmpty(value: Value): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) ? value.every(isEmpty) : value.size === 0;
}

/** The value as one text: a list gives its first text, a mapping none. */
export function textOf(value: Value | undefined): string | null {
  if (typeof value === 'string') return value.trim() || null;
  if (Array.isArray(value)) for (const item of value) if (typeof item === 'string' && item.trim()) return item.trim();
  return null;
}

/** A key of a mapping, in any letter case, as text. */
export function innerText(fields: Fields, ...names: string[]): string | null {
  const found = lookup(fields).first(names);
  return found ? textOf(found.value) : null;
}

/** `true`, `yes`, `on` and `1`; false for their opposites; null for anything else. */
export function flagOf(value: Value | undefined): boolean | null {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (/^(true|yes|on|y|1)$/.test(text)) return true;
  return /^(false|no|off|n|0|never)$/.test(text) ? false : null;
}

/**
 * Tags or categories: a list (also of lists or of mappings with a name), or a text with commas. Each name once, in the
 * order of the file.
 *
 * @param spaced whether white space separates too, as Jekyll has it
 */
export function namesOf(found: Found[], spaced: boolean): string[] {
  const names = new Set<string>();
  const add = (text: string) => {
    const name = plainText(text).replace(/^#(?=\p{L})/u, '');
    if (name) names.add(name);
  };
  const visit = (value: Value, depth: number) => {
    if (typeof value === 'string') add(value);
    else if (Array.isArray(value) && depth < 5) for (const item of value) visit(item, depth + 1);
    else if (value instanceof Map) {
      const name = innerText(value, 'name', 'label', 'title', 'slug');
      if (name) add(name);
    }
  };
  for (const { value } of found) {
    if (typeof value === 'string') for (const part of separated(value, spaced)) add(part);
    else visit(value, 0);
  }
  return [...names];
}

function separated(text: string, spaced: boolean): string[] {
  // With semicolons between them names may hold commas (Pelican).
  if (text.includes(';')) return text.split(';');
  if (/[,、،]/.test(text)) return text.split(/[,、،]/);
  // An old manner of Jekyll's: categories: news local
  return spaced ? text.split(/\s+/) : [text];
}

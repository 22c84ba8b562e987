import { parse, TomlDate, TomlError } from 'smol-toml';
import type { Fields, Parsed, Value } from './front-matter.ts';
import { syntaxProblem } from './syntax.ts';

/** A number or a date that is the whole value of a key. */
const BARE =
  /^([ \t]*[\w."'-]+[ \t]*=[ \t]*)([-+]?\d[\w.:+-]*(?:[ ]\d[\d:.]*(?:Z|[-+]\d\d:\d\d)?)?)([ \t]*(?:#.*)?)$/gm;

/**
 * Reads TOML 1.1 with every scalar as its text. Bare numbers and dates are quoted first: the library would make 1.1 of
 * `1.10`, and 1 March of `2024-02-30`. Texts of several lines are left as they are.
 */
export function parseToml(text: string, line: number): Parsed {
  const quoted = text.includes('"""') || text.includes("'''") ? text : text.replace(BARE, '$1"$2"$3');
  try {
    return { fields: fieldsOf(parse(quoted)), warnings: [] };
  } catch (error) {
    const known = error instanceof TomlError ? error : null;
    const reason = known?.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'it cannot be read';
    return { problem: syntaxProblem('TOML', { reason, line: known?.line ?? 1, column: known?.column ?? 1 }, line) };
  }
}

function fieldsOf(table: Record<string, unknown>): Fields {
  return new Map(Object.entries(table).map(([key, value]) => [key, toValue(value)]));
}

function toValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value === 'object' && value !== null) return fieldsOf(value as Record<string, unknown>);
  return String(value);
}

import type { Parsed, Value } from './front-matter.ts';
import { notAMapping, syntaxProblem } from './syntax.ts';

/** Reads JSON with every scalar as its text. */
export function parseJson(text: string, line: number): Parsed {
  try {
    const value = JSON.parse(text, revive) as Value;
    return value instanceof Map ? { fields: value, warnings: [] } : { problem: notAMapping(line) };
  } catch (error) {
    return { problem: syntaxProblem('JSON', { ...errorPlace(text, error), reason: reasonOf(error) }, line) };
  }
}

/** Texts and nulls stay, other scalars become their source text, objects become Maps. */
function revive(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (value === null || typeof value === 'string' || Array.isArray(value)) return value;
  if (typeof value === 'object') return new Map(Object.entries(value));
  return context?.source ?? String(value);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'it cannot be read';
  return message.replace(/ in JSON at position.*$/s, '').replace(/, (?:\.\.\.)?"[\s\S]*$/, '');
}

/** V8 names the position, or the line and column, or neither. */
function errorPlace(text: string, error: unknown): { line: number; column: number } {
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

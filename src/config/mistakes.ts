import { closest } from 'fastest-levenshtein';
import type * as v from 'valibot';

/**
 * One mistake as a sentence: where it is, what is wrong, and the nearest key that exists.
 *
 * @param whole what the sentence calls the place when it is not inside any key
 */
export function describe(issue: v.BaseIssue<unknown>, schema: unknown, whole: string): string {
  const path = issue.path?.map((item) => String(item.key)) ?? [];
  const where = path.join('.') || whole;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = knownKeys(schema, path.slice(0, -1));
    const near = known.length > 0 ? closest(path.at(-1) ?? '', known) : null;
    return `${where}: there is no such key${near ? `; did you mean ${near}?` : ''}`;
  }
  return `${where}: ${issue.message}`;
}

/** The keys that the schema knows at a path. */
function knownKeys(root: unknown, path: string[]): string[] {
  let schema = root;
  for (const key of path) {
    schema = unwrap(schema);
    const at = schema as { entries?: Record<string, unknown>; item?: unknown };
    schema = at.entries ? at.entries[key] : at.item;
  }
  const entries = (unwrap(schema) as { entries?: Record<string, unknown> } | undefined)?.entries;
  return Object.keys(entries ?? {});
}

function unwrap(schema: unknown): unknown {
  let inner = schema as { wrapped?: unknown; pipe?: unknown[] } | undefined;
  while (inner?.wrapped) inner = inner.wrapped as typeof inner;
  return inner;
}

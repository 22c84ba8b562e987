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
  return `${where}: ${isOwn(issue) ? issue.message : sentence(issue)}`;
}

const isOwn = ({ message }: v.BaseIssue<unknown>) => !/^Invalid [\w ]+: /.test(message);

const WORDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
  unknown: 'a function',
};

/** What valibot says in its own words, as ours are. */
function sentence({ kind, type, expected, received }: v.BaseIssue<unknown>): string {
  const shown = WORDS[received] && /^[AO]/.test(received) ? WORDS[received] : received;
  if (received === 'undefined') return 'has to be there';
  if (type === 'integer') return `must be a whole number, and is ${shown}`;
  // An address may have a key in it, and is not shown.
  if (type === 'url') return 'must be an address such as https://harbour.example';
  if (type === 'email') return 'must be an e-mail address';
  if (kind === 'validation' && expected !== null && /^[<>]=\S+$/.test(expected))
    return `must be ${expected.slice(2)} at ${expected.startsWith('<') ? 'most' : 'least'}, and is ${shown}`;
  if (expected === null) return `cannot be ${shown}`;
  const options = expected
    .replace(/[()]/g, '')
    .split(' | ')
    .map((one) => WORDS[one] ?? one);
  const all = [options.slice(0, -1).join(', '), options.at(-1)].filter((one) => one !== '').join(' or ');
  return `must be ${all}, and is ${shown}`;
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

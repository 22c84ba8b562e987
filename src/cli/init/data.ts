import type { Fields, Value } from '../../articles/front-matter.ts';
import { parseToml } from '../../articles/toml.ts';
import { parseYaml } from '../../articles/yaml.ts';
import { CommandError } from '../command.ts';

/** What a configuration file says. Scalars of YAML and TOML are the text of the file. */
export type Data = { [key: string]: unknown };

/** @throws {CommandError} with file and line */
export function readYaml(text: string, path: string): Data {
  // A document may begin with its mark, and lines of Liquid stand in some.
  return plainFrom(parseYaml(text.replace(/^\ufeff?---[ \t]*\r?\n/, '\n'), 1), path);
}

/** @throws {CommandError} with file and line */
export function readToml(text: string, path: string): Data {
  return plainFrom(parseToml(text.replace(/^\ufeff/, ''), 1), path);
}

/** JSON, in which comments are left out as tools allow them. @throws {CommandError} */
export function readJson(text: string, path: string): Data {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isData(value) ? value : {};
  } catch (error) {
    throw new CommandError(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function plainFrom(parsed: { fields: Fields } | { problem: { message: string; line?: number } }, path: string): Data {
  if ('problem' in parsed) throw new CommandError(`${path}:${parsed.problem.line ?? 1}: ${parsed.problem.message}`);
  return plain(parsed.fields) as Data;
}

function plain(value: Value): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, part]) => [key, plain(part)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path such as `feed.posts_limit` or `language.0`; undefined when there is none. */
export function at(data: unknown, path: string): unknown {
  let value = data;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Data)[key];
  }
  return value;
}

/** The same as a text that is not empty; null for anything else. */
export function word(data: unknown, path: string): string | null {
  const value = at(data, path);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The same as a list: of one where it is a single value. */
export function list(data: unknown, path: string): unknown[] {
  const value = at(data, path);
  return value === undefined || value === null ? [] : [value].flat();
}

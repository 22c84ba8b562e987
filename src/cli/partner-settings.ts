import { readFileSync } from 'node:fs';
import { CommandError, type Options, UsageError } from './command.ts';

/** How a command line names settings: the most frequent by options of their own, each by `--set`, many by a file. */
export const SETTINGS = {
  name: { type: 'string', value: 'NAME', summary: 'what the partner is called' },
  category: { type: 'string', multiple: true, value: 'NAME', summary: 'articles of this category; of any of several' },
  content: { type: 'string', value: 'full|excerpt', summary: 'whole texts, or summaries' },
  limit: { type: 'string', value: 'COUNT', summary: 'entries of a feed' },
  embargo: { type: 'string', value: 'SECONDS', summary: 'the delay after publication' },
  webhook: { type: 'string', value: 'URL', summary: 'where it is told of articles' },
  set: { type: 'string', multiple: true, value: 'SETTING=VALUE', summary: 'any setting, its value a word or JSON' },
  settings: { type: 'string', value: 'FILE', summary: 'a file of JSON with settings, - for standard input' },
} as const satisfies Options;

/** The options of {@link SETTINGS}, as usage writes them. */
export const SETTINGS_USAGE =
  '[--name NAME] [--category NAME]… [--content full|excerpt] [--limit COUNT] [--embargo SECONDS] [--webhook URL] [--set SETTING=VALUE]… [--settings FILE]';

/** Options as `parseArgs` gives them. */
export type Given = { [K in keyof typeof SETTINGS]?: string | string[] | undefined };

/**
 * The settings that a command line gives: those of the file, and over them those that were given one by one.
 *
 * @throws {UsageError} where one cannot be read
 * @throws {CommandError} where the file cannot be read, or is no JSON
 */
export function settingsFrom(given: Given): Record<string, unknown> {
  const settings = typeof given.settings === 'string' ? readSettings(given.settings) : {};
  for (const word of ['name', 'content'] as const) if (given[word] !== undefined) settings[word] = given[word];
  for (const [option, key] of [
    ['limit', 'limit'],
    ['embargo', 'embargoSeconds'],
  ] as const) {
    const value = given[option];
    if (value === undefined) continue;
    if (!/^\d+$/.test(String(value))) throw new UsageError(`--${option} must be a whole number.`);
    settings[key] = Number(value);
  }
  if (given.category !== undefined) settings.where = { category: given.category };
  if (given.webhook !== undefined) settings.webhook = { url: given.webhook };
  for (const pair of [given.set ?? []].flat()) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--set takes a setting and its value, as images=lead; not ${pair}`);
    settings[name] = read(value);
  }
  return settings;
}

/** JSON where it is JSON, else the word itself. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readSettings(file: string): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
      return settings as Record<string, unknown>;
    throw new Error('it must be an object of settings');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new CommandError(`${file} is not there.`);
    throw new CommandError(`${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

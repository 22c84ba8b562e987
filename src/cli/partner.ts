import { CommandError, UsageError } from './command.ts';

/** A partner as the API shows it; instants are ISO 8601. */
export interface ShownPartner {
  id: string;
  name: string;
  contact: string | null;
  version: number;
  createdAt: string;
  changedAt: string;
  error: string | null;
  content: string;
  limit: number;
  embargoSeconds: number;
  profile: string;
  keys: { id: string; createdAt: string; lastUsedAt: string | null }[];
  feeds: Record<string, string>;
  [setting: string]: unknown;
}

/** What a refusal says. */
interface Problem {
  detail?: string;
}

/**
 * The id that a command line names.
 *
 * @throws {UsageError} when it names none, or more
 */
export function idFrom(positionals: string[]): string {
  const [id] = positionals;
  if (!id || positionals.length > 1)
    throw new UsageError('Give the id of one partner; they are shown by: tidings partners list');
  return id;
}

/** The path of a partner below the API. */
export const pathOf = (id: string, rest = '') => `/api/partners/${encodeURIComponent(id)}${rest}`;

/**
 * An answer's body, when it is the one that was hoped for.
 *
 * @throws {CommandError} with what the server says of it
 */
export function expected<T>({ status, body }: { status: number; body: T }): T {
  if (status < 300) return body;
  throw new CommandError((body as Problem | null)?.detail ?? `The server answered ${status}.`);
}

/** A key or secret, which is told this once. */
export function tellOnce(words: [name: string, value: string][]): void {
  console.log('');
  for (const [name, value] of words) console.log(`${name.padEnd(15)} ${value}`);
  console.log('\nKeep them now: they are not shown again.');
}

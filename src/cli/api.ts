import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { request } from 'undici';
import { adminToken, readEnvironment, tokenFile } from '../node/environment.ts';
import { findOwner, type Owner } from '../node/own.ts';

/** No server owns the data folder, or it does not answer. */
export class NoServer extends Error {
  override name = 'NoServer';
}

/**
 * Asks the server that owns the data folder.
 *
 * @throws {NoServer} with what to do
 */
export async function api<T>(method: Method, path: string, body?: object): Promise<{ status: number; body: T }> {
  const { status, text } = await apiText(method, path, body);
  return { status, body: (text === '' ? null : JSON.parse(text, inCommands)) as T };
}

/** What the interface says of itself, as a person at the command line would ask for it. */
const inCommands = (key: string, value: unknown) =>
  key === 'detail' && typeof value === 'string'
    ? value.replace(/GET \/api\/(articles|partners|subscribers) lists them/g, 'they are shown by: tidings $1 list')
    : value;

/** Why there is nobody to ask, as a sentence. */
export const noServer = (data: string, owner: Owner | null) =>
  owner === null
    ? `No server runs on ${data}.`
    : `The server on ${data} (process ${owner.pid}) is just starting and reads the articles; try again in a moment.`;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The same, with the answer as it came. */
export async function apiText(method: Method, path: string, body?: object): Promise<{ status: number; text: string }> {
  const { data } = readEnvironment();
  const owner = findOwner(data);
  const address = owner?.address;
  if (!address) throw new NoServer(`${noServer(data, owner)} ${owner ? '' : 'Start one: tidings start'}`.trim());
  if (!process.env.TIDINGS_ADMIN_TOKEN && !process.env.TIDINGS_ADMIN_TOKEN_FILE && !existsSync(tokenFile(data)))
    throw new NoServer(`${tokenFile(data)} is not there; give the token in TIDINGS_ADMIN_TOKEN.`);
  const answer = await request(address + path, {
    method,
    headers: { authorization: `Bearer ${adminToken(data)}`, 'content-type': 'application/json', from: whoever() },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((error: Error) => {
    throw new NoServer(`The server at ${address} does not answer: ${error.message}`);
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

/** Who runs the command, for what the server logs of it. */
function whoever(): string {
  return `${userName()}@${hostname()}`.replace(/[^\x21-\x7e]/g, '');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return `user-${process.getuid?.() ?? 'unknown'}`;
  }
}

import { request } from 'undici';

/** Tries of a request that got no answer, or an answer that says to come again. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** Answers after which the same request may do better. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/** The server refused, or did not answer. */
export class RemoteError extends Error {
  override name = 'RemoteError';
}

/** A Tidings somewhere, to whoever has its admin token. */
export interface Remote {
  /** Address of the server, without a slash at the end. */
  url: string;
  token: string;
}

export interface RemoteAnswer {
  status: number;
  body: string;
  etag: string | null;
}

/**
 * One request to a server's interface. What fails in passing is tried again; every request that is made here may be made
 * twice.
 *
 * @returns the answer, also where it is 404
 * @throws {RemoteError}
 */
export async function ask(
  { url, token }: Remote,
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: Uint8Array | string,
): Promise<RemoteAnswer> {
  for (let tried = 1; ; tried++) {
    const answer = await once({ url, token }, method, path, body).catch((error: Error) => error);
    const isPassing = answer instanceof Error || PASSING.has(answer.status);
    if (!isPassing || tried === TRIES) return judged(answer, `${url} `, `${method} ${path.split('?')[0]}`);
    await new Promise((done) => setTimeout(done, FIRST_WAIT_MS * 2 ** (tried - 1)));
  }
}

async function once(
  { url, token }: Remote,
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: Uint8Array | string,
): Promise<RemoteAnswer> {
  const answer = await request(url + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  });
  const { etag } = answer.headers;
  return {
    status: answer.statusCode,
    body: await answer.body.text(),
    etag: typeof etag === 'string' ? etag : null,
  };
}

function judged(answer: RemoteAnswer | Error, server: string, what: string): RemoteAnswer {
  if (answer instanceof Error) throw new RemoteError(`${server}does not answer: ${answer.message}`);
  if (answer.status === 401)
    throw new RemoteError(`${server}does not know the admin token: set TIDINGS_ADMIN_TOKEN to the one it has.`);
  if (answer.status >= 400 && answer.status !== 404)
    throw new RemoteError(`${server}answered ${answer.status} to ${what}: ${reasonOf(answer.body)}`);
  return answer;
}

/** What an answer says, in a problem's own words (RFC 9457) where it is one. */
function reasonOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // Something on the way answered.
  }
  return body.slice(0, 300);
}

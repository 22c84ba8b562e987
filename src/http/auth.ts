import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Home } from '../home.ts';
import { basePath } from './base.ts';
import { problem } from './problem.ts';

const COOKIE = 'tidings_session';
/** How long a browser stays signed in. */
const SESSION_SECONDS = 7 * 86_400;

/** Without a token of the server nobody is let in. Compares hashes, so that the time says nothing of where two tokens differ. */
export function isAdminToken(home: Home, token: string): boolean {
  if (home.adminToken === '') return false;
  return home.sha256(`admin ${token}`) === home.sha256(`admin ${home.adminToken}`);
}

/** Lets a program in by the admin token as bearer, a person by the session that the sign-in page began. */
export async function isAdmin(home: Home, c: Context): Promise<boolean> {
  const bearer = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return isAdminToken(home, bearer);
  const until = await getSignedCookie(c, sessionKey(home), COOKIE);
  return typeof until === 'string' && Number(until) > home.now();
}

/** Refuses programs without the token, and says which one is meant. */
export function requireAdmin(home: Home): MiddlewareHandler {
  return async (c, next) => {
    if (await isAdmin(home, c)) return next();
    c.header('WWW-Authenticate', 'Bearer realm="tidings"');
    return problem(c, 401, 'Unauthorized', 'Send the admin token: Authorization: Bearer TOKEN.');
  };
}

export async function beginSession(home: Home, c: Context): Promise<void> {
  await setSignedCookie(c, COOKIE, String(home.now() + SESSION_SECONDS * 1000), sessionKey(home), {
    httpOnly: true,
    sameSite: 'Strict',
    secure: home.url.startsWith('https:'),
    path: cookiePath(home),
    maxAge: SESSION_SECONDS,
  });
}

export function endSession(home: Home, c: Context): void {
  deleteCookie(c, COOKIE, { path: cookiePath(home) });
}

/** No other site on the same host gets it. */
const cookiePath = (home: Home) => basePath(home) || '/';

/** A new admin token ends every session. */
function sessionKey(home: Home): string {
  return home.sha256(`session ${home.adminToken}`);
}

import type { Context, Hono } from 'hono';
import type { Home } from '../home.ts';
import { publicHeaders } from './headers.ts';

/** What a browser may send along when it reads from elsewhere. */
const SENT_ALONG = 'Accept, A-IM, Authorization, If-Modified-Since, If-None-Match';
const READ = 'GET, HEAD, OPTIONS';

/**
 * Answers the methods other than GET and HEAD at addresses that are there to be read: OPTIONS with what is allowed,
 * also as the answer to a preflight, every other one with 405 (RFC 9110 sections 9.3.7 and 15.5.6). What is not there
 * stays so by any method.
 *
 * @param readable the routes of what can be read
 */
export async function otherMethods(home: Home, c: Context, readable: Hono): Promise<Response> {
  const found = await readable.fetch(new Request(c.req.url, { method: 'HEAD' }), c.env);
  // With the body that the length in its headers speaks of: a client waits for it.
  if (found.status === 404 || found.status === 410)
    return readable.fetch(new Request(c.req.url, { headers: c.req.raw.headers }), c.env);
  const headers = { ...publicHeaders(home.config), Allow: READ };
  if (c.req.method === 'OPTIONS')
    return new Response(null, {
      status: 204,
      headers: {
        ...headers,
        'Access-Control-Allow-Methods': READ,
        'Access-Control-Allow-Headers': SENT_ALONG,
        'Access-Control-Max-Age': '86400',
      },
    });
  return new Response(`${c.req.method} is not possible here: this address is there to be read.\n`, {
    status: 405,
    headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

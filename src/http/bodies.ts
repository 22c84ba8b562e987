import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

/**
 * Refuses a body of more than so many bytes. One that says its length is judged by that: Hono's own limit makes a stream of
 * every body first, which takes longer than all else about a form.
 */
export function boundedBody(maxBytes: number, onError: (c: Context) => Response): MiddlewareHandler {
  const limit = bodyLimit({ maxSize: maxBytes, onError });
  return async (c, next) => {
    const length = c.req.header('content-length');
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return limit(c, next);
    if (Number(length) <= maxBytes) return next();
    return onError(c);
  };
}

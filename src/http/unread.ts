import type { MiddlewareHandler } from 'hono';

/** Bytes of a body that are read though nobody wants them; who sends more is cut off. */
const MOST_UNREAD = 1_000_000;

/**
 * Reads what a route left of a body before its answer goes out. A client that is still sending would else find the
 * connection closed, and a proxy or Cloudflare's network before a server take it for broken and answer 500 or 502.
 */
export const readUnread: MiddlewareHandler = async (c, next) => {
  await next();
  const { method, headers } = c.req.raw;
  if (method === 'GET' || method === 'HEAD') return;
  if (!headers.has('content-length') && !headers.has('transfer-encoding')) return;
  // Asked first: Node's server makes a stream of a body when it is asked for it, of one that was read too.
  if (c.req.raw.bodyUsed) return;
  const { body } = c.req.raw;
  if (body === null || body.locked) return;
  const reader = body.getReader();
  try {
    for (let read = 0; read < MOST_UNREAD; ) {
      const { done, value } = await reader.read();
      if (done) return;
      read += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The client has gone.
  }
};

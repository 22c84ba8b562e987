import type { Handler, Hono } from 'hono';

/**
 * Answers by routes that are loaded and made when the first request for one of them comes: an isolate at the edge starts
 * often, and most never need them. They see the whole path of a request and answer whatever comes.
 */
export function later(load: () => Promise<Hono>): Handler {
  let made: Promise<Hono> | null = null;
  return async (c) => {
    made ??= load();
    return (await made).fetch(c.req.raw, c.env);
  };
}

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/**
 * An error answer for programs (RFC 9457). `detail` says what to do about it.
 *
 * @param more extension members, as `errors` with what is wrong in each field
 */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  title: string,
  detail: string,
  more: Record<string, unknown> = {},
): Response {
  return c.body(JSON.stringify({ type: 'about:blank', title, status, detail, ...more }), status, {
    'Content-Type': 'application/problem+json; charset=utf-8',
  });
}

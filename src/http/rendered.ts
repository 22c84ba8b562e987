import type { Home } from '../home.ts';
import { CODINGS } from '../storage/codings.ts';
import { chooseCoding } from './codings.ts';
import { evaluateConditions } from './conditional.ts';
import { publicHeaders, vary } from './headers.ts';
import { PAGE_HEADERS } from './pages/layout.ts';

const AVAILABLE = Object.fromEntries(CODINGS.map((coding) => [coding, { size: 0 }]));
/** A body of fewer bytes fits into one packet anyway. */
const SMALL = 500;
/** An entity tag has no date of its own to go with it. */
const NO_DATE = '9999-12-31T23:59:59Z';

/**
 * A public answer that is made when it is asked for: with an entity tag for each coding, coded on the way, asked for
 * again each time unless `headers` says otherwise.
 */
export async function serveText(
  home: Home,
  request: Request,
  text: string | Promise<string>,
  headers: Record<string, string>,
  status: 200 | 404 | 410 = 200,
): Promise<Response> {
  const bytes = new TextEncoder().encode((await text).toString());
  const wish = request.headers.get('accept-encoding');
  const chosen = bytes.byteLength < SMALL ? null : chooseCoding(wish, AVAILABLE);
  const coding = chosen === 'none' ? null : chosen;
  const etag = `"${home.sha256(bytes).slice(0, 32)}${coding === null ? '' : `-${coding}`}"`;
  const kept: Record<string, string> = {
    ...publicHeaders(home.config),
    'Cache-Control': 'no-cache',
    ...headers,
    ETag: etag,
    Vary: vary(headers.Vary, 'Accept-Encoding'),
  };
  if (status === 200 && evaluateConditions((name) => request.headers.get(name), etag, NO_DATE) === 304) {
    const { 'Content-Type': _, ...unchanged } = kept;
    return new Response(null, { status: 304, headers: unchanged });
  }
  const body = coding === null ? bytes : await home.compress(coding, bytes);
  return new Response(request.method === 'HEAD' ? null : (body as Uint8Array<ArrayBuffer>), {
    status,
    headers: {
      ...kept,
      ...(coding !== null && { 'Content-Encoding': coding }),
      'Content-Length': String(body.byteLength),
    },
  });
}

/** A public page for people. */
export function servePage(
  home: Home,
  request: Request,
  markup: string | Promise<string>,
  headers: Record<string, string> = {},
  status: 200 | 404 | 410 = 200,
): Promise<Response> {
  const all = { ...PAGE_HEADERS, 'Content-Type': 'text/html; charset=utf-8', ...headers };
  return serveText(home, request, markup, all, status);
}

import type { Home } from '../home.ts';
import { CODINGS } from '../storage/codings.ts';
import { publishedVersion, type Rendered } from '../storage/rendered.ts';
import { chooseCoding } from './codings.ts';
import { evaluateConditions } from './conditional.ts';
import { publicHeaders, vary } from './headers.ts';
import { PAGE_HEADERS } from './pages/layout.ts';

const AVAILABLE = Object.fromEntries(CODINGS.map((coding) => [coding, { size: 0 }]));
/** A body of fewer bytes fits into one packet anyway. */
const SMALL = 500;
/** An entity tag has no date of its own to go with it. */
const NO_DATE = '9999-12-31T23:59:59Z';

/** What a public answer is made from. */
export interface Content {
  text: string | Promise<string>;
  headers: Record<string, string>;
}

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
  return answer(home, request, await rendered(home, { text, headers }), status);
}

/**
 * The same of what depends on what is published and on nothing else: made once for each state of it, and then answered
 * from memory. Null where there is nothing.
 *
 * @param key names the answer among all others of this server
 */
export async function serveKept(
  home: Home,
  request: Request,
  key: string,
  make: () => Promise<Content | null>,
): Promise<Response | null> {
  const version = await publishedVersion(home);
  const kept = version === null ? null : home.renderedCache.get(key, version);
  if (kept) return answer(home, request, kept, 200);
  const content = await make();
  if (content === null) return null;
  const made = await rendered(home, content);
  if (version !== null) home.renderedCache.set(key, version, made);
  return answer(home, request, made, 200);
}

async function rendered(home: Home, { text, headers }: Content): Promise<Rendered> {
  const bytes = new TextEncoder().encode((await text).toString());
  return { bytes, hash: home.sha256(bytes), coded: new Map(), headers };
}

async function answer(
  home: Home,
  request: Request,
  { bytes, hash, coded, headers }: Rendered,
  status: 200 | 404 | 410,
): Promise<Response> {
  const wish = request.headers.get('accept-encoding');
  const chosen = bytes.byteLength < SMALL ? null : chooseCoding(wish, AVAILABLE);
  const coding = chosen === 'none' ? null : chosen;
  const etag = `"${hash.slice(0, 32)}${coding === null ? '' : `-${coding}`}"`;
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
  const body = coding === null ? bytes : (coded.get(coding) ?? (await home.compress(coding, bytes)));
  if (coding !== null) coded.set(coding, body);
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
  return serveText(home, request, markup, pageHeaders(headers), status);
}

/** Headers of a page for people, with its own. */
export function pageHeaders(headers: Record<string, string> = {}): Record<string, string> {
  return { ...PAGE_HEADERS, 'Content-Type': 'text/html; charset=utf-8', ...headers };
}

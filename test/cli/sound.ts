import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';

export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string | Buffer;
}

const DATE = 'Tue, 03 Nov 2026 10:00:00 GMT';
const TYPES: Record<string, string> = {
  '/rss.xml': 'application/rss+xml; charset=utf-8',
  '/atom.xml': 'application/atom+xml; charset=utf-8',
  '/feed.json': 'application/feed+json; charset=utf-8',
};

/** A small, valid document of the server at an address. */
export function document(path: string, base: string): string {
  const at = `${base}${path}`;
  if (path === '/feed.json')
    return JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'N', feed_url: at, items: [] });
  if (path === '/rss.xml')
    return `<rss version="2.0"><channel><title>N</title><link>https://h.example/</link><description>d</description><link xmlns="http://www.w3.org/2005/Atom" rel="self" href="${at}"/></channel></rss>`;
  const entries = Array.from(
    { length: 20 },
    (_, n) =>
      `<entry><id>urn:x:${n}</id><title>T</title><updated>2026-11-03T10:00:00Z</updated><link href="https://h.example/${n}"/></entry>`,
  );
  return `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:f</id><title>N</title><updated>2026-11-03T10:00:00Z</updated><author><name>D</name></author><link rel="self" href="${at}"/>${entries.join('')}</feed>`;
}

/** A server that does everything right. */
export function sound(request: IncomingMessage, base: string): Answer {
  const path = request.url ?? '/';
  const type = TYPES[path];
  if (path === '/hub') return { status: 400, headers: {}, body: 'hub.mode is missing' };
  if (type === undefined) return { status: 404, headers: {}, body: 'nothing' };
  const isCoded = /gzip/.test(String(request.headers['accept-encoding']));
  const etag = isCoded ? '"v1-gzip"' : '"v1"';
  const headers: OutgoingHttpHeaders = {
    etag,
    'last-modified': DATE,
    'cache-control': 'no-cache',
    vary: 'Accept-Encoding',
    'access-control-allow-origin': '*',
    link: `<${base}/hub>; rel="hub", <${base}${path}>; rel="self"`,
  };
  const asked = request.headers['if-none-match'];
  if (asked === etag || (asked === undefined && request.headers['if-modified-since'] === DATE))
    return { status: 304, headers, body: '' };
  const body = document(path, base);
  return {
    status: 200,
    headers: { ...headers, 'content-type': type, ...(isCoded && { 'content-encoding': 'gzip' }) },
    body: isCoded ? gzipSync(body) : body,
  };
}

import type { DocumentHead, StoredDocument } from '../storage/documents.ts';
import { isNotModified } from './conditional.ts';

/** What every answer about a feed document says of it. */
function documentHeaders(head: DocumentHead, url: string): Record<string, string> {
  return {
    'Content-Type': head.content_type,
    ETag: etagOf(head),
    'Last-Modified': new Date(head.last_modified).toUTCString(),
    // Asked for again each time, so that whoever was just told never gets an older version from a cache.
    'Cache-Control': 'no-cache',
    // Discovery for subscribers (WebSub section 4).
    Link: `<${url}/hub>; rel="hub", <${url}${head.address}>; rel="self"`,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Last-Modified, Link',
    'X-Content-Type-Options': 'nosniff',
  };
}

/** A strong entity tag: the bytes' own hash. */
export function etagOf(head: Pick<DocumentHead, 'blob'>): string {
  return `"${head.blob.slice(0, 32)}"`;
}

/**
 * The answer to a request for a document, by both homes and every route: a function of the two alone.
 *
 * @param url public address of this server, without a slash at the end
 */
export function answerDocument(document: StoredDocument, request: Request, url: string): Response {
  const headers = documentHeaders(document.head, url);
  if (isNotModified(request.headers, etagOf(document.head), document.head.last_modified)) {
    const { 'Content-Type': _, ...kept } = headers;
    return new Response(null, { status: 304, headers: kept });
  }
  headers['Content-Length'] = String(document.body.byteLength);
  return new Response(request.method === 'HEAD' ? null : (document.body as Uint8Array<ArrayBuffer>), { headers });
}

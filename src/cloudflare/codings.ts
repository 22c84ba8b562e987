/**
 * The request with the Accept-Encoding that the client sent. Workers see `br, gzip` in its place whatever that was;
 * Cloudflare keeps the client's own beside it.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties
 */
export function withClientCodings(request: Request): Request {
  const wish = (request.cf as IncomingRequestCfProperties | undefined)?.clientAcceptEncoding;
  const headers = new Headers(request.headers);
  if (wish) headers.set('accept-encoding', wish);
  else headers.delete('accept-encoding');
  return new Request(request, { headers });
}

/** The answer with its body as it is: what is coded already must not be coded a second time. */
export function asCoded(response: Response): Response {
  if (!response.headers.has('content-encoding')) return response;
  const { status, statusText, headers, body } = response;
  return new Response(body, { status, statusText, headers, encodeBody: 'manual' });
}

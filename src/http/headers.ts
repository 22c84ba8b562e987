import type { Config } from '../config/config.ts';
import { hubsOf } from '../feeds/selection.ts';

/** What every public answer says, whatever it is about: a browser may read it from anywhere, and stays with https. */
export function publicHeaders(config: Config): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': '*',
    'X-Content-Type-Options': 'nosniff',
    ...(config.url.startsWith('https:') && { 'Strict-Transport-Security': 'max-age=31536000' }),
  };
}

/** Leads to another address of this server or the publisher's; for now, since what was moved may come back. */
export function redirected(config: Config, location: string, status: 301 | 302): Response {
  return new Response(null, {
    status,
    headers: { ...publicHeaders(config), 'Cache-Control': 'no-cache', Location: location },
  });
}

/** How an answer that was chosen by several request headers says so, each once. */
export function vary(...names: (string | null | undefined)[]): string {
  const all = names.flatMap((name) => name?.split(',') ?? []).map((name) => name.trim());
  return [...new Map(all.filter((name) => name !== '').map((name) => [name.toLowerCase(), name])).values()].join(', ');
}

/** The links to every hub that is told of changes, and to the document itself, as the `Link` header has them (WebSub 4). */
export function discoveryLinks(config: Pick<Config, 'url' | 'push' | 'hub'>, self: string): string {
  return [...hubsOf(config, config.url).map((one) => `<${one}>; rel="hub"`), `<${config.url}${self}>; rel="self"`].join(
    ', ',
  );
}

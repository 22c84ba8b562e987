import { Hono } from 'hono';
import type { Home } from '../home.ts';

/** The path of the server's public address, `/news` of `https://example.org/news`; empty where it has none. */
export function basePath({ url }: Pick<Home, 'url'>): string {
  return new URL(url).pathname.replace(/\/$/, '');
}

/**
 * A path, with a query or without, as the routes know it: below the server's public address. A proxy may hand on the whole
 * path of a request, or take that part away.
 */
export function belowBase(base: string, path: string): string {
  if (base === '' || !path.startsWith(base)) return path;
  const rest = path.slice(base.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : path;
}

/** The same routes where requests come with the path of the server's public address. */
export function routesBelow(base: string, app: Hono): Hono {
  if (base === '') return app;
  const outer = new Hono();
  outer.all('*', (c) => {
    const { raw } = c.req;
    const url = new URL(raw.url);
    const path = belowBase(base, url.pathname);
    if (path === url.pathname) return app.fetch(raw, c.env);
    url.pathname = path;
    const { method, headers, body, signal } = raw;
    // A body that is handed on as a stream has to be called one (`duplex` of the Fetch Standard).
    const init = { method, headers, body, signal, redirect: 'manual', duplex: 'half' } as const;
    return app.fetch(new Request(url, init), c.env);
  });
  return outer;
}

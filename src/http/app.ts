import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { TrieRouter } from 'hono/router/trie-router';
import type { Home } from '../home.ts';
import { StorageUnavailable } from '../storage/ports.ts';
import { basePath, routesBelow } from './base.ts';
import { feedRoutes } from './feeds.ts';
import { healthRoutes } from './health.ts';
import { keyRoutes } from './key.ts';
import { later } from './later.ts';
import { listRoutes } from './lists.ts';
import { lost } from './lost.ts';
import { otherMethods } from './methods.ts';
import { readUnread } from './unread.ts';

/** Addresses below which `services.ts` answers. */
const SERVICES = ['/hub', '/rsscloud', '/xmlrpc', '/api', '/admin'];

/** Every address that Tidings answers, in either home. */
export function createApp(home: Home): Hono {
  const failed = (error: Error, c: Context) => {
    // A refusal, as of a form that comes from another site.
    if (error instanceof HTTPException) return error.getResponse();
    home.log.error('request failed', { method: c.req.method, path: new URL(c.req.url).pathname, error: error.message });
    if (error instanceof StorageUnavailable)
      return c.text(`${error.message}\n`, 503, { 'Cache-Control': 'no-store', 'Retry-After': '30' });
    return c.text('Something went wrong here; it is in the log of the server.\n', 500, { 'Cache-Control': 'no-store' });
  };
  // At the edge an app is made for each request: this router is ready at once, where Hono's usual one makes patterns first.
  const routes = () => new Hono({ router: new TrieRouter() }).onError(failed);

  const nothing = (c: Context) => lost(home, c, new URL(c.req.url).pathname);
  const docs = later(async () => {
    const { docsRoutes } = await import('./docs.ts');
    return routes().route('/', docsRoutes(home)).notFound(nothing);
  });
  const readable = routes().notFound(nothing);
  readable.route('/', healthRoutes(home));
  readable.route('/', keyRoutes(home));
  readable.get('/openapi.json', docs);
  readable.get('/docs/*', docs);
  readable.route('/', listRoutes(home));
  readable.route('/', feedRoutes(home));

  const reading = new Hono();
  reading.on(['GET', 'HEAD'], '*', (c) => readable.fetch(c.req.raw, c.env));
  reading.all('*', (c) => otherMethods(home, c, readable));
  const services = later(async () => {
    const { serviceRoutes } = await import('./services.ts');
    return routes().route('/', serviceRoutes(home)).route('/', reading);
  });

  const app = routes();
  app.use('*', readUnread);
  if (home.url.startsWith('https:')) {
    app.use('*', async (c, next) => {
      await next();
      c.header('Strict-Transport-Security', 'max-age=31536000');
    });
  }
  // An address that says which methods it takes says so to who asks for nothing else.
  app.on('OPTIONS', '*', async (c, next) => {
    await next();
    const allow = c.res.headers.get('allow');
    if (c.res.status !== 405 || !allow) return;
    c.res = new Response(null, { status: 204 });
    c.header('Allow', `${allow}, OPTIONS`);
  });
  // What is behind a key is nobody else's, and no cache's.
  app.use('/api/*', async (c, next) => {
    await next();
    c.header('Cache-Control', 'private, no-store');
  });
  for (const path of SERVICES) app.all(`${path}/*`, services);
  app.post('/partners/*', services);
  app.route('/', reading);
  return routesBelow(basePath(home), app);
}

import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Home } from '../home.ts';
import { StorageUnavailable } from '../storage/ports.ts';
import { acknowledgementRoutes } from './acknowledgements.ts';
import { adminRoutes } from './admin.ts';
import { apiRoutes } from './api.ts';
import { basePath, routesBelow } from './base.ts';
import { docsRoutes } from './docs.ts';
import { feedRoutes } from './feeds.ts';
import { healthRoutes } from './health.ts';
import { hubRoutes } from './hub.ts';
import { keyRoutes } from './key.ts';
import { listRoutes } from './lists.ts';
import { lost } from './lost.ts';
import { otherMethods } from './methods.ts';
import { repositoryRoutes } from './repository.ts';
import { rssCloudRoutes } from './rsscloud.ts';
import { readUnread } from './unread.ts';
import { xmlRpcRoutes } from './xmlrpc.ts';

/** Every address that Tidings answers, in either home. */
export function createApp(home: Home): Hono {
  const app = new Hono();
  const readable = new Hono();
  readable.route('/', healthRoutes(home));
  readable.route('/', keyRoutes(home));
  readable.route('/', docsRoutes(home));
  readable.route('/', listRoutes(home));
  readable.route('/', feedRoutes(home));
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
  app.route('/hub', hubRoutes(home));
  app.route('/rsscloud', rssCloudRoutes(home));
  app.route('/xmlrpc', xmlRpcRoutes(home));
  app.route('/api/repository', repositoryRoutes(home));
  app.route('/partners', acknowledgementRoutes(home));
  app.route('/api', apiRoutes(home));
  app.route('/admin', adminRoutes(home));
  app.on(['GET', 'HEAD'], '*', (c) => readable.fetch(c.req.raw, c.env));
  app.all('*', (c) => otherMethods(home, c, readable));
  const failed = (error: Error, c: Context) => {
    // A refusal, as of a form that comes from another site.
    if (error instanceof HTTPException) return error.getResponse();
    home.log.error('request failed', { method: c.req.method, path: new URL(c.req.url).pathname, error: error.message });
    if (error instanceof StorageUnavailable)
      return c.text(`${error.message}\n`, 503, { 'Cache-Control': 'no-store', 'Retry-After': '30' });
    return c.text('Something went wrong here; it is in the log of the server.\n', 500, { 'Cache-Control': 'no-store' });
  };
  readable.notFound((c) => lost(home, c, new URL(c.req.url).pathname));
  for (const routes of [app, readable]) routes.onError(failed);
  return routesBelow(basePath(home), app);
}

import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { adminRoutes } from './admin.ts';
import { apiRoutes } from './api.ts';
import { healthRoutes } from './health.ts';
import { hubRoutes } from './hub.ts';
import { siteRoutes } from './site.ts';

/** Every address that Tidings answers, in either home. */
export function createApp(home: Home): Hono {
  const app = new Hono();
  app.route('/', healthRoutes(home));
  app.route('/hub', hubRoutes(home));
  app.route('/api', apiRoutes(home));
  app.route('/admin', adminRoutes(home));
  app.route('/', siteRoutes(home));
  app.notFound((c) =>
    c.text(`There is nothing at ${new URL(c.req.url).pathname}. The feeds are listed at ${home.url}/\n`, 404),
  );
  app.onError((error, c) => {
    home.log.error('request failed', { method: c.req.method, path: new URL(c.req.url).pathname, error: error.message });
    return c.text('Something went wrong here; it is in the log of the server.\n', 500);
  });
  return app;
}

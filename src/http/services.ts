import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { acknowledgementRoutes } from './acknowledgements.ts';
import { adminRoutes } from './admin.ts';
import { apiRoutes } from './api.ts';
import { hubRoutes } from './hub.ts';
import { repositoryRoutes } from './repository.ts';
import { rssCloudRoutes } from './rsscloud.ts';
import { xmlRpcRoutes } from './xmlrpc.ts';

/** What is asked for more seldom than a feed: subscriptions, partners' acknowledgements, the interface, the dashboard. */
export function serviceRoutes(home: Home): Hono {
  const app = new Hono();
  app.route('/hub', hubRoutes(home));
  app.route('/rsscloud', rssCloudRoutes(home));
  app.route('/xmlrpc', xmlRpcRoutes(home));
  app.route('/api/repository', repositoryRoutes(home));
  app.route('/partners', acknowledgementRoutes(home));
  app.route('/api', apiRoutes(home));
  app.route('/admin', adminRoutes(home));
  return app;
}

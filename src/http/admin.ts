import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { html } from 'hono/html';
import type { Home } from '../home.ts';
import { articleRoutes } from './admin/articles.ts';
import { deliveryRoutes } from './admin/deliveries.ts';
import { ADMIN_HEADERS, deskOf, signInPage } from './admin/desk.ts';
import { feedListRoutes } from './admin/feeds.ts';
import { liveRoutes } from './admin/live.ts';
import { overviewRoutes } from './admin/overview.ts';
import { partnerRoutes } from './admin/partners.ts';
import { runRoutes } from './admin/runs.ts';
import { ADMIN_SCRIPT, ADMIN_STYLE } from './admin/style.ts';
import { subscriberRoutes } from './admin/subscribers.ts';
import { systemRoutes } from './admin/system.ts';
import { beginSession, endSession, isAdmin, isAdminToken } from './auth.ts';
import { basePath } from './base.ts';
import { serveText } from './rendered.ts';

/** The dashboard: for the publisher, behind the admin token. */
export function adminRoutes(home: Home): Hono {
  const app = new Hono();
  app.use('*', csrf());

  const asset = (path: string, text: string, type: string) =>
    app.get(path, (c) => serveText(home, c.req.raw, text, { 'Content-Type': type }));
  asset('/style.css', ADMIN_STYLE, 'text/css; charset=utf-8');
  asset('/live.js', ADMIN_SCRIPT, 'text/javascript; charset=utf-8');

  app.post('/session', async (c) => {
    const desk = deskOf(home, c);
    const { token } = await c.req.parseBody();
    if (typeof token !== 'string' || !isAdminToken(home, token.trim()))
      return c.html(signInPage(desk, true), 403, ADMIN_HEADERS);
    await beginSession(home, c);
    return c.redirect(`${basePath(home)}/admin`, 303);
  });

  app.use('*', async (c, next) => {
    if (await isAdmin(home, c)) return next();
    return c.html(signInPage(deskOf(home, c), false), 401, ADMIN_HEADERS);
  });

  app.route('/', overviewRoutes(home));
  app.route('/', articleRoutes(home));
  app.route('/', feedListRoutes(home));
  app.route('/', subscriberRoutes(home));
  app.route('/', deliveryRoutes(home));
  app.route('/', partnerRoutes(home));
  app.route('/', runRoutes(home));
  app.route('/', systemRoutes(home));
  app.route('/', liveRoutes(home));

  app.post('/session/end', (c) => {
    endSession(home, c);
    return c.redirect(`${basePath(home)}/admin`, 303);
  });
  app.all('*', (c) => {
    const { words, show, base } = deskOf(home, c);
    return show('overview', words.unknown, html`<p><a href="${base}/admin">${words.dashboard}</a></p>`, {
      status: 404,
    });
  });
  return app;
}

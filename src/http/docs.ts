import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { apiOperations } from './api.ts';
import { frameOf } from './feeds.ts';
import { openApi } from './openapi.ts';
import { apiPage } from './pages/api.ts';
import { servePage, serveText } from './rendered.ts';

/** The interface for programs, described for programs and for people. */
export function docsRoutes(home: Home): Hono {
  const app = new Hono();
  const describe = () => {
    const { list } = apiOperations(home);
    return { list, description: openApi(home, list) };
  };
  // Made when it is first asked for, and no part of starting up.
  let made: ReturnType<typeof describe> | undefined;
  const described = () => {
    made ??= describe();
    return made;
  };

  app.get('/openapi.json', (c) => {
    const text = `${JSON.stringify(described().description, null, 2)}\n`;
    return serveText(home, c.req.raw, text, { 'Content-Type': 'application/json; charset=utf-8' });
  });
  app.get('/docs', (c) => c.redirect('/docs/api', 302));
  app.get('/docs/api', (c) => {
    const { list, description } = described();
    return servePage(home, c.req.raw, apiPage(frameOf(home), list, description));
  });
  return app;
}

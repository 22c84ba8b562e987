import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { apiOperations } from './api.ts';
import { basePath } from './base.ts';
import { frameOf } from './frame.ts';
import { INDEX, manualPage, searchManual } from './manual.ts';
import { openApi } from './openapi.ts';
import { apiPage } from './pages/api.ts';
import { foundMarkup, manualPageMarkup } from './pages/docs.ts';
import { servePage, serveText } from './rendered.ts';

/** Characters that are searched for. */
const MAX_QUERY = 200;

/** The documentation, and the interface for programs described for programs and for people. */
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

  app.get('/docs/api', (c) => {
    const { list, description } = described();
    return servePage(home, c.req.raw, apiPage(frameOf(home), list, description));
  });

  app.get('/docs', async (c) => {
    const query = (c.req.query('q') ?? '').trim().slice(0, MAX_QUERY);
    if (query !== '') {
      const found = await searchManual(home, query);
      return servePage(home, c.req.raw, foundMarkup(frameOf(home), query, found), { 'X-Robots-Tag': 'noindex' });
    }
    const page = await manualPage(home, INDEX);
    return page
      ? servePage(home, c.req.raw, manualPageMarkup(frameOf(home), page))
      : c.redirect(`${basePath(home)}/docs/api`, 302);
  });

  app.get('/docs/', (c) => c.redirect(`${basePath(home)}/docs`, 301));

  app.get('/docs/:name{.+}', async (c) => {
    const page = await manualPage(home, c.req.param('name'));
    return page ? servePage(home, c.req.raw, manualPageMarkup(frameOf(home), page)) : c.notFound();
  });
  return app;
}

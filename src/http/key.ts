import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { keyPath } from '../push/channels/indexnow.ts';
import { serveText } from './rendered.ts';

/** The key file by which search engines know that IndexNow submissions for this host are its own. */
export function keyRoutes(home: Home): Hono {
  const app = new Hono();
  const { indexNow } = home.config.push;
  if (indexNow)
    app.get(keyPath(indexNow.key), (c) =>
      serveText(home, c.req.raw, indexNow.key, { 'Content-Type': 'text/plain; charset=utf-8' }),
    );
  return app;
}

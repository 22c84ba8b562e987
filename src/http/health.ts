import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { metrics } from './metrics.ts';

/** For those who watch: alive, ready to serve, and numbers. */
export function healthRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/healthz', (c) => c.text('ok\n'));

  app.get('/readyz', async (c) => {
    const row = await home.db.prepare("SELECT 1 AS ready FROM documents WHERE feed = '' LIMIT 1").first();
    return row ? c.text('ready\n') : c.text('nothing is published yet\n', 503);
  });

  app.get('/metrics', async (c) =>
    c.body(await metrics(home), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  return app;
}

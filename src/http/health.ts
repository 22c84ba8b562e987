import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { noticeTrouble } from '../push/trouble.ts';
import { metrics } from './metrics.ts';

/** For those who watch: alive, ready to serve, and numbers. */
export function healthRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/healthz', (c) => {
    noticeTrouble(home);
    return c.text('ok\n');
  });

  app.get('/readyz', async (c) => {
    noticeTrouble(home);
    // A hub of sister sites alone has no feed of its own, ever.
    const row = await home.db
      .prepare(
        `SELECT 1 AS ready WHERE EXISTS (SELECT 1 FROM documents WHERE feed = '')
           OR EXISTS (SELECT 1 FROM run_counts WHERE state = 'done')`,
      )
      .first();
    return row ? c.text(`ready\n${await silenceNow(home)}`) : c.text('nothing is published yet\n', 503);
  });

  app.get('/metrics', async (c) =>
    c.body(await metrics(home), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  return app;
}

/** Whether runs have fallen silent, as a line; nothing when they have not. What is published is served all the same. */
async function silenceNow(home: Home): Promise<string> {
  const row = await home.db
    .prepare("SELECT message FROM alerts WHERE kind = 'silent' AND mended_at IS NULL LIMIT 1")
    .first<{ message: string }>();
  return row ? `silent: ${row.message}\n` : '';
}

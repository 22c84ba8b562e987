import { Hono } from 'hono';
import type { Home } from '../home.ts';

/** For those who watch: alive, ready to serve, and numbers. */
export function healthRoutes(home: Home): Hono {
  const app = new Hono();

  app.get('/healthz', (c) => c.text('ok\n'));

  app.get('/readyz', async (c) => {
    const row = await home.db.prepare("SELECT 1 AS ready FROM documents WHERE feed = '' LIMIT 1").first();
    return row ? c.text('ready\n') : c.text('nothing is published yet\n', 503);
  });

  app.get('/metrics', async (c) => {
    const gauges = await home.db
      .prepare(
        `SELECT 'tidings_articles' AS name, COUNT(*) AS value FROM articles
         UNION ALL SELECT 'tidings_documents', COUNT(*) FROM documents
         UNION ALL SELECT 'tidings_files_rejected', COUNT(*) FROM files WHERE state = 'rejected'
         UNION ALL SELECT 'tidings_subscriptions', COUNT(*) FROM subscriptions
         UNION ALL SELECT 'tidings_outbox', COUNT(*) FROM outbox`,
      )
      .all<{ name: string; value: number }>();
    const oldest = await home.db
      .prepare('SELECT MIN(due_at) AS due FROM outbox WHERE due_at <= ?')
      .bind(home.now())
      .first<{ due: number | null }>();
    const age = oldest?.due == null ? 0 : (home.now() - oldest.due) / 1000;
    const lines = [...gauges, { name: 'tidings_outbox_oldest_seconds', value: age }].map(
      ({ name, value }) => `# TYPE ${name} gauge\n${name} ${value}\n`,
    );
    return c.body(lines.join(''), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  return app;
}

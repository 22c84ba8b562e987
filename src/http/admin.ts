import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import type { Problem } from '../articles/article.ts';
import type { Home } from '../home.ts';
import { listReceivers } from '../push/channels/receivers.ts';
import { republish } from '../republish.ts';
import { type Held, listRuns, requestRun } from '../storage/runs.ts';
import { readSetting } from '../storage/settings.ts';
import { beginSession, endSession, isAdmin, isAdminToken } from './auth.ts';
import { adminPage, type OddFile, signInPage } from './pages/admin.ts';
import { PAGE_HEADERS } from './pages/layout.ts';

const SHOWN_RUNS = 50;
const SHOWN_FILES = 200;

/** The dashboard: for the publisher, behind the admin token. */
export function adminRoutes(home: Home): Hono {
  const app = new Hono();
  const headers = { ...PAGE_HEADERS, 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' };
  app.use('*', csrf());

  app.post('/session', async (c) => {
    const { token } = await c.req.parseBody();
    if (typeof token !== 'string' || !isAdminToken(home, token.trim())) return c.html(signInPage(true), 403, headers);
    await beginSession(home, c);
    return c.redirect('/admin', 303);
  });

  app.use('*', async (c, next) => {
    if (await isAdmin(home, c)) return next();
    return c.html(signInPage(false), 401, headers);
  });

  app.get('/', async (c) => c.html(adminPage(await dashboard(home)), 200, headers));

  app.post('/runs', async (c) => {
    const { accept } = await c.req.parseBody();
    await requestRun(home, { trigger: 'api', acceptWithdrawals: accept === '1' });
    await republish(home);
    return c.redirect('/admin', 303);
  });

  app.post('/session/end', (c) => {
    endSession(c);
    return c.redirect('/admin', 303);
  });
  return app;
}

async function dashboard(home: Home) {
  const [counts] = await home.db
    .prepare(
      `SELECT (SELECT COUNT(*) FROM articles) AS published, (SELECT COUNT(*) FROM documents) AS documents,
              (SELECT COUNT(*) FROM subscriptions) AS subscriptions, (SELECT COUNT(*) FROM outbox) AS waiting`,
    )
    .all<{ published: number; documents: number; subscriptions: number; waiting: number }>();
  const files = await home.db
    .prepare(
      `SELECT path, state, problems FROM files WHERE state <> 'accepted' OR problems <> '[]'
       ORDER BY CASE state WHEN 'rejected' THEN 0 WHEN 'accepted' THEN 1 ELSE 2 END, path LIMIT ?`,
    )
    .bind(SHOWN_FILES)
    .all<{ path: string; state: string; problems: string }>();
  return {
    site: home.config.site.title,
    zone: home.config.site.timezone,
    runs: await listRuns(home, SHOWN_RUNS),
    held: JSON.parse((await readSetting(home, 'held')) ?? 'null') as Held | null,
    files: files.map((file): OddFile => ({ ...file, problems: JSON.parse(file.problems) as Problem[] })),
    receivers: await listReceivers(home),
    ...(counts ?? { published: 0, documents: 0, subscriptions: 0, waiting: 0 }),
  };
}

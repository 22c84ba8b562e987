import { Hono } from 'hono';
import type { Home } from '../home.ts';
import { requestArchive } from '../repository/arrival.ts';
import { readPush } from '../repository/hosts.ts';
import { boundedBody } from './bodies.ts';
import { problem } from './problem.ts';
import { limitClients } from './rates.ts';

/** What GitHub sends at most; the others send less. */
const MAX_BYTES = 25_000_000;

/** POST /api/repository/push is where the repository's host tells of a push. Its signature lets it in, and no token. */
export function repositoryRoutes(home: Home): Hono {
  const app = new Hono();
  app.post(
    '/push',
    limitClients(home),
    boundedBody(MAX_BYTES, (c) => problem(c, 413, 'Content Too Large', `A webhook may have ${MAX_BYTES} bytes.`)),
    async (c) => {
      const { repository } = home.config.content;
      if (repository === null || repository.secret === null)
        return problem(
          c,
          404,
          'Not Found',
          'No webhook is heard here: the configuration has no content.repository.secret.',
        );
      const push = readPush(home, repository, c.req.raw.headers, new Uint8Array(await c.req.arrayBuffer()));
      if (push.state === 'forged') {
        home.log.warn('repository webhook refused');
        return problem(c, 403, 'Forbidden', 'The signature is not that of content.repository.secret.');
      }
      if (push.state === 'other') return c.json({ fetching: false, reason: push.reason });
      await requestArchive(home);
      return c.json({ fetching: true }, 202);
    },
  );
  return app;
}

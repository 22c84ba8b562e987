import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
// What the Worker loads when it is asked for is here from the start: an update may replace the files while this runs.
import '../feeds/archive-documents.ts';
import '../http/docs.ts';
import '../http/partner-feeds.ts';
import '../http/services.ts';
import { createApp } from '../http/app.ts';
import { basePath } from '../http/base.ts';
import { documentAnswers } from '../http/documents.ts';
import { answerEarly } from './early.ts';
import type { NodeHome } from './home.ts';
import { answerFromMemory, hotAnswers } from './hot.ts';
import { takeOver } from './work.ts';

/** Milliseconds that answers under way have to end when the server stops. */
const DRAIN_MS = 5_000;

export interface RunningServer {
  port: number;
  /** Ends the schedule, the watcher, the consumer and the answers under way, then closes the database. */
  stop(): Promise<void>;
}

/**
 * The Node process: serves, consumes the queue, regenerates at start, on the cron line, when a file changes and when
 * an article becomes due. It listens before the first regeneration ends, so that a restart is not seen by readers.
 *
 * @throws when the port is taken
 */
export async function startServer(
  home: NodeHome,
  options: { port: number; host: string; contentFolder: string; dataFolder: string; schedule: string | null },
): Promise<RunningServer> {
  const work = await takeOver(home, options);
  const routes = getRequestListener(createApp(home).fetch);
  const hotAnswerFor = hotAnswers(home, documentAnswers(home), basePath(home));
  const server = createServer((request, response) => {
    if (!answerFromMemory(hotAnswerFor, home, request, response)) void routes(request, response);
  });
  const early = answerEarly(server, hotAnswerFor, home);
  const port = await listen(server, options.port, options.host);
  await work.start();
  return {
    port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      early.end();
      const drained = setTimeout(() => {
        server.closeAllConnections();
        early.destroy();
      }, DRAIN_MS);
      await work.stop();
      await closed;
      clearTimeout(drained);
      await home.close();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

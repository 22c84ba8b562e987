import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '../http/app.ts';
import { documentAnswers } from '../http/documents.ts';
import { releaseClaims, sweep } from '../push/outbox.ts';
import { republish } from '../republish.ts';
import { consumeMessages } from '../schedule.ts';
import { releaseLocks } from '../storage/locks.ts';
import { requestRun } from '../storage/runs.ts';
import { createSchedule } from './cron.ts';
import { startDueTimer } from './due.ts';
import type { NodeHome } from './home.ts';
import { answerFromMemory } from './hot.ts';
import { remakeLostDocuments } from './lost.ts';
import { watchContent } from './watch.ts';

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
  const schedule = options.schedule === null ? null : createSchedule(home, options.schedule);
  // This process owns the data folder alone: whoever held these is dead.
  await releaseLocks(home);
  await releaseClaims(home);
  await remakeLostDocuments(home, options.dataFolder);
  const routes = getRequestListener(createApp(home).fetch);
  const answerFor = documentAnswers(home);
  const server = createServer((request, response) => {
    if (!answerFromMemory(home, answerFor, request, response)) void routes(request, response);
  });
  const port = await listen(server, options.port, options.host);
  const consumer = home.queue.consume((batch) => consumeMessages(home, batch));
  await sweep(home);
  const timer = startDueTimer(home);
  home.runEnded.add(timer.nudge);
  const watcher = watchContent(home, options.contentFolder);
  if (!(await schedule?.makeUp())) {
    await requestRun(home, { trigger: 'start' });
    await republish(home);
  }
  schedule?.start();
  return {
    port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const drained = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await Promise.all([schedule?.stop(), watcher.stop(), timer.stop(), consumer.stop()]);
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

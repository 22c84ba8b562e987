import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Home } from '../../home.ts';
import { publishedVersion } from '../../storage/rendered.ts';
import { counts } from './counts.ts';

const LOOK_MS = 2_000;
/** An invocation at the edge may not go on for ever; the browser comes again by itself. */
const LOOKS = 60;

/** `/admin/live`: server-sent events with the numbers as they are, and a mark that changes with what is published. */
export function liveRoutes(home: Home): Hono {
  const app = new Hono();
  app.get('/live', (c) =>
    streamSSE(c, async (stream) => {
      let told = '';
      for (let look = 0; look < LOOKS && !stream.aborted; look++) {
        const { lastRun, ...numbers } = await counts(home);
        const data = JSON.stringify(numbers);
        if (data !== told) await stream.writeSSE({ event: 'counts', data });
        told = data;
        const version = await publishedVersion(home);
        if (version !== null) await stream.writeSSE({ event: 'changed', data: `${version} ${lastRun}` });
        await stream.sleep(LOOK_MS);
      }
    }),
  );
  return app;
}

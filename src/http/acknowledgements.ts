import { Hono } from 'hono';
import * as v from 'valibot';
import type { Home } from '../home.ts';
import { acknowledge, acknowledgementSchema } from '../partners/acknowledgements.ts';
import { provenKey } from '../partners/keys.ts';
import { keyFrom } from '../partners/topics.ts';
import { problem } from './problem.ts';
import { refuse } from './rates.ts';

/** Bytes of a request. */
const MAX_BODY = 1_000_000;
/** Requests of one key a minute. */
const PER_MINUTE = 120;

/**
 * POST `/partners/ID/acknowledgements`: a partner says which events and articles it has, by its key. `{"events": [ID, …]}`
 * by their `webhook-id`, `{"articles": [{"id", "version"?, "withdrawn"?}, …]}` where there is no webhook.
 */
export function acknowledgementRoutes(home: Home): Hono {
  const app = new Hono();
  app.post('/:id/acknowledgements', async (c) => {
    c.header('Cache-Control', 'private, no-store');
    const id = c.req.param('id');
    const sent = c.req.query('key') ?? keyFrom(c.req.header('authorization'));
    const key = await provenKey(home, id, sent ?? '');
    if (key === null) {
      c.header('WWW-Authenticate', 'Bearer realm="partners", Basic realm="partners", charset="UTF-8"');
      return problem(c, 401, 'Unauthorized', 'Send the key of this partner as Authorization: Bearer KEY.');
    }
    const wait = await home.rates.take(`acknowledgements ${key}`, PER_MINUTE);
    if (wait > 0) return refuse(c, wait, 'Too many requests come with this key.');
    const text = await c.req.text();
    if (text.length > MAX_BODY) return problem(c, 413, 'Content Too Large', `The body may have ${MAX_BODY} bytes.`);
    const parsed = v.safeParse(acknowledgementSchema, json(text));
    if (parsed.success) return c.json(await acknowledge(home, id, parsed.output));
    const how = '{"events": [ID, …]} or {"articles": [{"id": ID, "version"?: TIME, "withdrawn"?: true}, …]}';
    return problem(c, 400, 'Bad Request', `The body is ${how}: ${parsed.issues[0].message}`);
  });
  return app;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

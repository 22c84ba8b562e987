import { type Context, Hono } from 'hono';
import type { Home } from '../home.ts';
import { keepRequest } from '../hub/pending.ts';
import { publish } from '../hub/publish.ts';
import { type Refusal, readRequest } from '../hub/requests.ts';
import { subscriptionStatus } from '../hub/status.ts';
import { boundedBody } from './bodies.ts';
import { limitClients, limitOrigin } from './rates.ts';

/** Bytes of a form; the longest callback, topic and secret fit many times. */
const FORM_BYTES = 32_768;
/** What somebody is asked to wait when bounds of the hub are reached, in seconds: verifications end in about that time. */
const FULL_SECONDS = 60;

/**
 * The WebSub hub (W3C Recommendation, 5): POST takes the form of `hub.mode` subscribe, unsubscribe or publish and
 * answers 202, or 4xx with a sentence. Everything else that follows is the queue's work.
 */
export function hubRoutes(home: Home): Hono {
  const routes = new Hono();
  routes.use('*', limitClients(home));
  routes.get('/status', async (c) => {
    const { callback = '', topic = '' } = c.req.query();
    const found = await subscriptionStatus(home, { callback, topic, proof: c.req.header(PROOF) ?? '' });
    c.header('Cache-Control', 'no-store');
    return found ? c.json(found) : sentence(c, 404, NO_STATUS);
  });
  routes.all('/status', (c) => {
    c.header('allow', 'GET, HEAD');
    return sentence(c, 405, 'The state of a subscription is asked for by GET.');
  });
  routes.get('/', (c) => c.text(EXPLANATION));
  routes.post(
    '/',
    boundedBody(FORM_BYTES, (c) => sentence(c, 413, `The form is too large: ${FORM_BYTES} bytes are the most.`)),
    async (c) => {
      const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
      if (type !== 'application/x-www-form-urlencoded')
        return sentence(c, 415, 'Send the request as application/x-www-form-urlencoded.');
      return answer(c, home, new URLSearchParams(await c.req.text()));
    },
  );
  routes.all('/', (c) => {
    c.header('allow', 'GET, HEAD, POST');
    return sentence(c, 405, 'The hub takes POST with a form, and GET for an explanation.');
  });
  return routes;
}

/** The header that proves that somebody knows the secret of a subscription. */
const PROOF = 'x-hub-proof';
const NO_STATUS = `No subscription of this callback and topic is shown for this proof. It is the header
${PROOF}: t=SECONDS, sha256=HEX with the HMAC-SHA-256 of callback, topic and t, a line each, by the subscription's secret.`;

const EXPLANATION = `This is a WebSub hub for the feeds of this server.
To subscribe, POST a form with hub.mode=subscribe, hub.topic (the rel="self" address of a feed), hub.callback and, if you
like, hub.secret, hub.lease_seconds and hub.initial=none (nothing is sent before the next change). See https://www.w3.org/TR/websub/.
`;

async function answer(c: Context, home: Home, form: URLSearchParams): Promise<Response> {
  const mode = form.get('hub.mode');
  if (mode === 'publish') {
    const { status, lines } = await publish(home, [...form.getAll('hub.url'), ...form.getAll('hub.topic')]);
    return c.text(`${lines.join('\n')}\n`, status);
  }
  if (mode !== 'subscribe' && mode !== 'unsubscribe')
    return sentence(c, 400, 'hub.mode must be subscribe, unsubscribe or publish.');
  const checked = await readRequest(home, mode, form, c.req.header('authorization') ?? null);
  if (!checked.ok) return sentence(c, checked.refusal.status, checked.refusal.message);
  const limited = await limitOrigin(home, c, checked.request.callback);
  if (limited) return limited;
  const refusal = await keepRequest(home, checked.request);
  if (refusal?.status === 429) c.header('Retry-After', String(FULL_SECONDS));
  if (refusal) return sentence(c, refusal.status, refusal.message);
  return sentence(c, 202, 'Accepted: the callback will now be asked to confirm.');
}

function sentence(c: Context, status: Refusal['status'] | 202 | 405, message: string): Response {
  return c.text(`${message}\n`, status);
}

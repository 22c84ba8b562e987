import { type Context, Hono } from 'hono';
import { element, xmlDocument } from '../feeds/tree.ts';
import type { Home } from '../home.ts';
import { publish } from '../hub/publish.ts';
import { type Answered, type Registration, register } from '../hub/rsscloud.ts';
import { provenTopic } from '../partners/topics.ts';
import { boundedBody } from './bodies.ts';
import { clientAddress } from './clients.ts';
import { limitClients, limitOrigin } from './rates.ts';

/** Bytes of a form. */
const FORM_BYTES = 32_768;

/**
 * rssCloud by REST: a process registers to be notified of feeds, a publisher says that one changed. Answers 200 with
 * `success` and `msg`, as XML or, when the request asks for it, as JSON.
 *
 * @see https://www.rssboard.org/rsscloud-interface
 */
export function rssCloudRoutes(home: Home): Hono {
  const routes = new Hono();
  routes.use('*', limitClients(home));
  routes.use(
    '*',
    boundedBody(FORM_BYTES, (c) => c.text(`The form is too large: ${FORM_BYTES} bytes are the most.\n`, 413)),
  );
  routes.post('/please-notify', async (c) => {
    const registration = registrationOf(new URLSearchParams(await c.req.text()));
    const answered = await registerClient(home, c, registration);
    return answered instanceof Response ? answered : say(c, 'notifyResult', answered);
  });
  routes.post('/ping', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    return say(c, 'result', await ping(home, form.getAll('url')));
  });
  for (const path of ['/please-notify', '/ping'])
    routes.all(path, (c) => c.text('This address takes POST with a form.\n', 405, { Allow: 'POST' }));
  return routes;
}

/** Registers whom a request is from. A response is a refusal for asking too often. */
export async function registerClient(home: Home, c: Context, registration: Registration): Promise<Answered | Response> {
  let limited: Response | null = null;
  const prove = (asked: string) => provenTopic(home, asked, c.req.header('authorization') ?? null);
  const answered = await register(home, registration, clientAddress(home, c), prove, async (callback) => {
    limited = await limitOrigin(home, c, callback);
    return limited ? 'Too many requests.' : null;
  });
  return limited ?? answered;
}

/** A publisher's ping: for this server's own feeds it is looked whether what changed is under way. */
export async function ping(home: Home, urls: string[]): Promise<Answered> {
  const { status, lines } = await publish(home, urls);
  const [line = ''] = lines;
  if (status === 202) return { ok: true, message: `Thanks for the ping. ${line}` };
  return {
    ok: false,
    message: urls.length === 0 ? 'url is missing: give the address of the feed that changed.' : line,
  };
}

function registrationOf(form: URLSearchParams): Registration {
  const numbered = [...form].filter(([name]) => /^url\d*$/.test(name));
  return {
    notifyProcedure: form.get('notifyProcedure') || form.get('registerProcedure') || '',
    port: form.get('port') ?? '',
    path: form.get('path') ?? '',
    protocol: form.get('protocol') ?? '',
    urls: numbered.map(([, url]) => url),
    domain: form.get('domain') || null,
  };
}

function say(c: Context, name: string, { ok, message }: Answered): Response {
  const accept = c.req.header('accept') ?? '';
  if (/\bjson\b/i.test(accept) && !/\bxml\b/i.test(accept)) return c.json({ success: ok, msg: message });
  return c.body(xmlDocument(element(name, { success: String(ok), msg: message })), 200, {
    'Content-Type': 'text/xml; charset=utf-8',
  });
}

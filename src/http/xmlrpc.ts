import { type Context, Hono } from 'hono';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { topicUrl } from '../hub/topics.ts';
import { type MethodAnswer, type RpcValue, readCall, writeAnswer } from '../push/method-call.ts';
import { boundedBody } from './bodies.ts';
import { limitClients } from './rates.ts';
import { ping, registerClient } from './rsscloud.ts';

/** Bytes of a call. */
const CALL_BYTES = 65_536;
/** The fault that rssCloud servers answer with. */
const FAULT = 4;

/**
 * What is called by XML-RPC: `rssCloud.pleaseNotify`, `rssCloud.ping` and `rssCloud.hello`, `weblogUpdates.ping` and
 * `weblogUpdates.extendedPing`.
 *
 * @see http://xmlrpc.com/spec.md
 */
export function xmlRpcRoutes(home: Home): Hono {
  const routes = new Hono();
  routes.use('*', limitClients(home));
  routes.post(
    '/',
    boundedBody(CALL_BYTES, (c) => c.text(`A call has ${CALL_BYTES} bytes at most.\n`, 413)),
    async (c) => {
      const call = readCall(await c.req.text());
      if (!call) return respond(c, fault('This is no methodCall of XML-RPC.'));
      const method = METHODS.get(call.method);
      if (!method) return respond(c, fault(`There is no method ${JSON.stringify(call.method)} here.`));
      const answer = await method(home, c, call.params);
      return answer instanceof Response ? answer : respond(c, answer);
    },
  );
  routes.all('/', (c) => c.text('This address takes POST with a methodCall of XML-RPC.\n', 405, { Allow: 'POST' }));
  return routes;
}

type Method = (home: Home, c: Context, params: RpcValue[]) => Promise<MethodAnswer | Response>;

const METHODS = new Map<string, Method>(
  Object.entries({
    'rssCloud.hello': async () => ({ ok: true, value: true }),
    'rssCloud.pleaseNotify': pleaseNotify,
    'rssCloud.ping': async (home, _c, params) => {
      if (params.length !== 1) return fault('rssCloud.ping takes one parameter: the address of the feed.');
      await ping(home, [String(params[0])]);
      return { ok: true, value: true };
    },
    'weblogUpdates.ping': weblogPing,
    'weblogUpdates.extendedPing': weblogPing,
  } satisfies Record<string, Method>),
);

/** By position: procedure, port, path, protocol, addresses, domain. */
async function pleaseNotify(home: Home, c: Context, params: RpcValue[]): Promise<MethodAnswer | Response> {
  const [notifyProcedure = '', port = '', path = '', protocol = '', urls, domain = ''] = params;
  if (params.length < 5 || params.length > 6 || !Array.isArray(urls))
    return fault('rssCloud.pleaseNotify takes the procedure, port, path, protocol, a list of addresses, and a domain.');
  const answered = await registerClient(home, c, {
    notifyProcedure: notifyProcedure === false ? '' : String(notifyProcedure),
    port: String(port),
    path: String(path),
    protocol: String(protocol),
    urls: urls.map(String),
    domain: String(domain) || null,
  });
  if (answered instanceof Response) return answered;
  return answered.ok ? { ok: true, value: true } : fault(answered.message);
}

/** A site's name and address, then of a page that changed and of its feed. Ours is known by the address of the site. */
async function weblogPing(home: Home, _c: Context, params: RpcValue[]): Promise<MethodAnswer> {
  const [name, ...urls] = params.map(String);
  if (name === undefined || urls.length === 0) return fault('weblogUpdates.ping takes the name and address of a site.');
  const [, page, feed] = urls;
  const own = [home.url, home.config.site.url].includes((urls[0] ?? '').replace(/\/+$/, ''));
  const topics = own ? [topicUrl(home, addresses('').rss)] : [feed || page || urls[0] || ''];
  const { ok, message } = await ping(home, topics);
  return { ok: true, value: { flerror: !ok, message } };
}

function fault(message: string): MethodAnswer {
  return { ok: false, code: FAULT, message };
}

function respond(c: Context, answer: MethodAnswer): Response {
  return c.body(writeAnswer(answer), 200, { 'Content-Type': 'text/xml; charset=utf-8' });
}

import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientAddress } from '../../src/http/clients.ts';
import { hubRoutes } from '../../src/http/hub.ts';
import { makeHome, type TestHome } from '../home.ts';
import { commitDocument, isIdle, subscription, until, work } from '../push/engine.ts';
import { type Sink, startSink } from '../push/sink.ts';

let home: TestHome;
let sink: Sink;
let stop: () => Promise<void>;
beforeEach(async () => {
  sink = await startSink();
  // Callbacks on loopback may be reached, but callers come from outside.
  const config = { hub: { rates: { address: 20, callbackOrigin: 30 } } };
  home = makeHome({ config, trustProxy: ['10.0.0.0/8'], now: () => CLOCK });
  stop = work(home);
  await commitDocument(home, 'news');
});
afterEach(async () => {
  await stop();
  await sink.close();
  await home.close();
});

/** Twenty seconds before the end of a minute. */
const CLOCK = 60_000 * 30_000_000 + 40_000;

/** A request as the server gives it to the routes: with the socket that it came by. */
function send(from: string, callback: string, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(subscription(callback)).toString();
  const init = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body };
  return hubRoutes(home).request('/', init, { incoming: { socket: { remoteAddress: from } } });
}
const statuses = async (requests: (Response | Promise<Response>)[]) =>
  (await Promise.all(requests)).map(({ status }) => status);
const count = (list: number[], status: number) => list.filter((one) => one === status).length;

test('an address has so many requests a minute, then 429 with when to come back', async () => {
  const all = await statuses(Array.from({ length: 25 }, (_, number) => send('203.0.113.1', `${sink.url}/${number}`)));
  expect([count(all, 202), count(all, 429)]).toEqual([20, 5]);
  const refused = await send('203.0.113.1', `${sink.url}/x`);
  expect(refused.headers.get('retry-after')).toBe('20');
  expect(await refused.text()).toBe('Too many requests come from your address. Try again in 20 seconds.\n');
  expect((await send('203.0.113.2', `${sink.url}/y`)).status).toBe(202);
});

test('many addresses together ask no callback origin more often than a person would stand', async () => {
  const all = await statuses(
    Array.from({ length: 100 }, (_, number) => send(`198.51.100.${number}`, `${sink.url}/victim-${number}`)),
  );
  expect([count(all, 202), count(all, 429)]).toEqual([30, 70]);
  expect((await send('198.51.100.200', 'https://example.com/cb')).status).toBe(202);
  const asked = () => sink.received.filter(({ method }) => method === 'GET').length;
  await until(() => asked() === 30);
});

test('an IPv6 network is one client', async () => {
  const all = await statuses(
    Array.from({ length: 25 }, (_, number) => send(`2001:db8:1:2::${number}`, `${sink.url}/${number}`)),
  );
  expect(count(all, 429)).toBe(5);
  expect((await send('2001:db8:1:3::1', `${sink.url}/z`)).status).toBe(202);
});

test('callers inside TIDINGS_ALLOW_PRIVATE are not limited', async () => {
  const all = await statuses(Array.from({ length: 60 }, (_, number) => send('127.0.0.1', `${sink.url}/${number}`)));
  expect(count(all, 202)).toBe(60);
  await until(() => isIdle(home));
});

describe('the client behind a proxy', () => {
  const app = () => new Hono().get('/', (c) => c.text(clientAddress(home, c) ?? 'unknown'));
  const seen = async (peer: string, headers: Record<string, string>) =>
    (await app().request('/', { headers }, { incoming: { socket: { remoteAddress: peer } } })).text();

  test.each<[string, Record<string, string>, string]>([
    ['203.0.113.9', { 'x-forwarded-for': '192.0.2.1' }, '203.0.113.9'],
    ['10.0.0.1', { 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1'],
    ['::ffff:10.0.0.1', { 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1'],
    ['10.0.0.1', { 'x-forwarded-for': '127.0.0.1, 192.0.2.1, 10.0.0.7' }, '192.0.2.1'],
    ['10.0.0.1', { 'x-forwarded-for': '192.0.2.1:4711' }, '192.0.2.1'],
    ['10.0.0.1', { forwarded: 'for=127.0.0.1, for="[2001:db8::1]:4711";proto=https' }, '2001:db8::1'],
    ['10.0.0.1', { forwarded: 'proto=https;for=192.0.2.2', 'x-forwarded-for': '127.0.0.1' }, '192.0.2.2'],
    ['10.0.0.1', {}, '10.0.0.1'],
  ])('%s with %j is %s', async (peer, headers, client) => {
    expect(await seen(peer, headers)).toBe(client);
  });
});

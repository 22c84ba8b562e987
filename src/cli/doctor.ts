import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { request } from 'undici';
import { adminToken, readEnvironment } from '../node/environment.ts';
import { findOwner } from '../node/own.ts';
import { noServer } from './api.ts';
import { type Command, JSON_OPTION, type Options } from './command.ts';
import { isFeed } from './doctor/asked.ts';
import { Examination, type Finding } from './doctor/finding.ts';
import { green, red, yellow } from './style.ts';

/** Milliseconds that the hub has for its question, and for a document. */
const PATIENCE_MS = 30_000;

const options = {
  callback: { type: 'string', value: 'URL', summary: 'public address at which --listen is reached' },
  listen: { type: 'string', value: 'PORT', summary: 'port of the callback; any free one by default' },
  json: JSON_OPTION,
} as const satisfies Options;

export const command: Command = {
  usage: 'doctor [URL] [--callback URL --listen PORT] [--json]',
  summary: 'Looks at a server as feed readers and subscribers do, and says what to change',
  details:
    'With an address: whether every reader reaches the feeds without a challenge, types, validity, caching, conditional requests, compression, hub and self links, clock, certificate, CORS and redirects. Then, of the server on this data folder, one on this machine, or with --callback: subscribes, has it publish, and compares what arrives.',
  options,
  examples: [
    ['tidings doctor', 'the self-test of the server that runs on this data folder'],
    ['tidings doctor https://feeds.example', 'a deployed one, as a reader sees it'],
    ['tidings doctor https://feeds.example --callback https://me.example --listen 9000', 'and as a subscriber sees it'],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const { data } = readEnvironment();
    const given = positionals[0] ?? findOwner(data)?.address ?? null;
    if (given === null || !/^https?:\/\//.test(given) || !URL.canParse(given) || positionals.length > 1) {
      const [word] = positionals;
      console.error(
        `Give ${positionals.length > 1 ? 'one' : 'the'} address of a server, as https://feeds.example. ${word === undefined ? noServer(data, findOwner(data)) : `${word} is none.`}`,
      );
      return 2;
    }
    const listen = Number(values.listen ?? 0);
    if (!Number.isInteger(listen) || listen < 0 || listen > 65_535) {
      console.error('--listen must be a port.');
      return 2;
    }
    const print = values.json ? () => {} : printFinding;
    const url = given.replace(/\/+$/, '');
    // Only to the server that it is the token of.
    const isOwn = isSame(findOwner(data)?.address, url) || process.env.TIDINGS_ADMIN_TOKEN !== undefined;
    const examination = new Examination(print);
    if (positionals.length > 0) {
      const { examineAsReader } = await import('./doctor/reader.ts');
      await examineAsReader(examination, url);
    }
    const findings = examination.findings;
    const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
    if (!isFeed(url) && (isHere || isSame(findOwner(data)?.address, url) || values.callback !== undefined))
      findings.push(
        ...(await examine(url, {
          callback: values.callback ?? null,
          listen,
          token: isOwn ? adminToken(data) : null,
          print,
        })),
      );
    else
      examination.note(
        'subscribe',
        'skipped',
        'give --callback with a public address of this machine, and --listen with its port, to be a subscriber',
      );
    const well = findings.every(({ state }) => state !== 'failed');
    if (values.json) console.log(JSON.stringify({ url, ok: well, findings }, null, 2));
    else console.log(well ? '\nAll is well.' : '\nSomething is wrong; see above.');
    return well ? 0 : 1;
  },
};

/** Whether two addresses are of one server, by whichever name this machine is called. */
function isSame(owner: string | null | undefined, url: string): boolean {
  if (!owner) return false;
  const plain = (address: string) => new URL(address).host.replace(/^(localhost|\[::1\])(?=:|$)/, '127.0.0.1');
  return plain(owner) === plain(url);
}

const SIGNS = { ok: green('✓'), warning: yellow('!'), failed: red('✗'), skipped: '–' };

function printFinding({ step, state, ms, detail }: Finding): void {
  console.log(`${SIGNS[state]} ${step.padEnd(12)} ${`${ms} ms`.padStart(9)}  ${detail}`);
}

/** What the callback got. */
interface Received {
  method: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

interface Means {
  /** Public address of the callback; null for the loopback address that it listens at. */
  callback: string | null;
  listen: number;
  token: string | null;
  print: (finding: Finding) => void;
}

/** Stops the test: the steps after this one would say nothing. */
class Ended extends Error {}

/** A subscriber's whole life with a server: discovery, subscription, document, redelivery, state, leaving. */
async function examine(url: string, { callback: publicUrl, listen, token, print }: Means): Promise<Finding[]> {
  const findings: Finding[] = [];
  const secret = randomBytes(24).toString('base64url');
  const path = `/tidings-doctor/${randomBytes(12).toString('hex')}`;
  const received: Received[] = [];
  const server = await startCallback(listen, path, received);
  const { port } = server.address() as AddressInfo;
  const callback = (publicUrl ?? `http://127.0.0.1:${port}`).replace(/\/+$/, '') + path;

  const step = async (name: string, work: () => Promise<string>): Promise<void> => {
    const started = Date.now();
    const note = (state: Finding['state'], detail: string) => {
      const finding = { step: name, state, ms: Date.now() - started, detail };
      findings.push(finding);
      print(finding);
    };
    try {
      note('ok', await work());
    } catch (error) {
      note('failed', error instanceof Error ? error.message : String(error));
      throw new Ended();
    }
  };
  const form = (fields: Record<string, string>) =>
    call(hub, 'POST', new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
  let hub = '';
  let topic = '';
  const subscribe = (mode: string) =>
    form({ 'hub.mode': mode, 'hub.topic': topic, 'hub.callback': callback, 'hub.secret': secret });
  let seen = 0;
  const next = async (what: string, fits: (one: Received) => boolean): Promise<Received> => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = received.findIndex((one, index) => index >= seen && fits(one));
      const found = received[at];
      if (found) {
        seen = at + 1;
        return found;
      }
      if (Date.now() > end) throw new Error(`${what} did not reach ${callback} within ${PATIENCE_MS / 1000} seconds.`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  const document = async () => {
    const told = await next('The document', ({ method }) => method === 'POST');
    const served = await call(topic, 'GET');
    const expected = `sha256=${createHmac('sha256', secret).update(told.body).digest('hex')}`;
    if (told.headers['x-hub-signature'] !== expected)
      throw new Error('The document arrived, and its signature is not by the secret.');
    if (!told.body.equals(served.bytes)) throw new Error(`What arrived is not what ${topic} serves.`);
    if (told.headers['content-type'] !== served.headers['content-type'])
      throw new Error(`It arrived as ${told.headers['content-type']}, and is ${served.headers['content-type']}.`);
    return `${told.body.byteLength} bytes, signed, the same as ${topic} serves`;
  };

  try {
    await step('alive', async () => {
      const { status } = await call(`${url}/readyz`, 'GET');
      if (status !== 200) throw new Error(`${url}/readyz answers ${status}: nothing is published yet.`);
      return `${url} is ready`;
    });
    await step('discovery', async () => {
      const { status, headers } = await call(`${url}/atom.xml`, 'GET');
      const link = [headers.link ?? ''].flat().join(', ');
      hub = /<([^>]+)>\s*;\s*rel="?hub"?/.exec(link)?.[1] ?? '';
      topic = /<([^>]+)>\s*;\s*rel="?self"?/.exec(link)?.[1] ?? '';
      if (status !== 200) throw new Error(`${url}/atom.xml answers ${status}.`);
      if (hub === '' || topic === '') throw new Error(`${url}/atom.xml names no hub and topic in a Link header.`);
      if (!isSame(topic, url))
        throw new Error(`Its topic is ${topic}: set TIDINGS_URL to the address that it is reached at.`);
      return `topic ${topic}, hub ${hub}`;
    });
    await step('subscribe', async () => {
      const { status, text } = await subscribe('subscribe');
      if (status !== 202) throw new Error(`The hub answers ${status}: ${text.trim()}${hint(text, publicUrl)}`);
      const asked = await next('The question', ({ query }) => query.get('hub.mode') === 'subscribe');
      return `asked at ${callback}; lease ${asked.query.get('hub.lease_seconds')} seconds`;
    });
    await step('document', document);
    await step('publish', async () => {
      const { status, text } = await form({ 'hub.mode': 'publish', 'hub.url': topic });
      if (status !== 202) throw new Error(`The hub answers ${status}: ${text.trim()}`);
      return text.trim();
    });
    await step('redelivery', async () => {
      if (token === null) await subscribe('subscribe');
      else await replay(url, token, topic, callback);
      return `${token === null ? 'by renewal' : 'by replay'}: ${await document()}`;
    });
    await step('state', async () => {
      const { status, text } = await call(
        `${hub}/status?${new URLSearchParams({ callback, topic })}`,
        'GET',
        undefined,
        { 'x-hub-proof': proof(secret, callback, topic) },
      );
      if (status !== 200) throw new Error(`The hub shows no state: ${status} ${text.trim()}`);
      const found = JSON.parse(text) as { state: string; deliveries: object[] };
      return `${found.state}, ${found.deliveries.length} attempts in the log`;
    });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  try {
    if (findings.some((finding) => finding.step === 'subscribe' && finding.state === 'ok'))
      await step('unsubscribe', async () => {
        await subscribe('unsubscribe');
        await next('The question', ({ query }) => query.get('hub.mode') === 'unsubscribe');
        return 'asked, and left';
      });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return findings;
}

/** What to do where the hub refuses an address that is not public, as it should. */
function hint(text: string, publicUrl: string | null): string {
  if (!text.includes('not public') || publicUrl !== null) return '';
  return ' Start it with TIDINGS_ALLOW_PRIVATE=127.0.0.0/8 to test on one machine, or give --callback with a public address of --listen.';
}

const proof = (secret: string, callback: string, topic: string) => {
  const time = Math.floor(Date.now() / 1000);
  return `t=${time}, sha256=${createHmac('sha256', secret).update(`${callback}\n${topic}\n${time}`).digest('hex')}`;
};

/** Finds the subscription and has its document sent again. */
async function replay(url: string, token: string, topic: string, callback: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (let after = 0; ; ) {
    const query = new URLSearchParams({ topic, after: String(after) });
    const { status, text } = await call(`${url}/api/subscribers?${query}`, 'GET', undefined, headers);
    if (status !== 200) throw new Error(`/api/subscribers answers ${status}: is the admin token the server's?`);
    const { subscribers } = JSON.parse(text) as { subscribers: { id: number; callback: string }[] };
    const mine = subscribers.find((one) => one.callback === callback);
    const body = JSON.stringify({ subscription: mine?.id });
    if (mine && (await call(`${url}/api/deliveries/replay`, 'POST', body, headers)).status === 202) return;
    const last = subscribers.at(-1);
    if (mine || !last) throw new Error('The subscription is not in the list of the server.');
    after = last.id;
  }
}

/** Answers questions with their challenge, and keeps everything that comes. */
async function startCallback(port: number, path: string, received: Received[]): Promise<Server> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', 'http://callback');
    if (!url.pathname.endsWith(path)) return void outgoing.writeHead(404).end();
    const { method = '', headers } = incoming;
    received.push({ method, query: url.searchParams, headers, body: Buffer.concat(chunks) });
    const type = { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' };
    outgoing.writeHead(200, type).end(method === 'GET' ? url.searchParams.get('hub.challenge') : '');
  });
  // Behind a public address it is reached from outside.
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, port === 0 ? '127.0.0.1' : undefined, done);
  });
  return server;
}

async function call(url: string, method: 'GET' | 'POST', body?: string, headers: Record<string, string> = {}) {
  const answer = await request(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    headersTimeout: PATIENCE_MS,
  }).catch((error: Error) => {
    throw new Error(`${new URL(url).origin} does not answer: ${error.message}`);
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString() };
}

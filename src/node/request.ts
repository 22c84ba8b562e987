import { lookup as resolve } from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { ReadableStream as WebStream } from 'node:stream/web';
import { Agent, type Dispatcher } from 'undici';
import { hostOf, isPublicAddress } from '../push/guard.ts';
import {
  type Downloader,
  type Outbound,
  OutboundError,
  type OutboundFailure,
  type OutboundRequest,
  type OutboundResponse,
} from '../storage/ports.ts';
import { createTargets } from './targets.ts';

/** Bytes of an answer that are read unless the caller says otherwise. */
const DEFAULT_MAX_BYTES = 4096;

/** Finds every address of a name, as `dns.lookup` does with `all`. */
export type Resolve = (
  host: string,
  options: { all: true },
  done: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

export interface RequestOptions {
  /** CIDRs that may be reached though private. */
  allowPrivate?: string[];
  resolve?: Resolve;
}

export interface NodeOutbound extends Outbound {
  /** What is too large to be held. */
  download: Downloader;
  /** Ends idle connections, and the rest as soon as their request is done. */
  close(): Promise<void>;
}

/**
 * The one way out of the Node home. Each connection goes to an address that the guard has seen: a name is resolved
 * once, judged, and that very address is connected to, so that a name which answers differently each time gains nothing.
 */
export function createRequest({ allowPrivate = [], resolve: find = resolve }: RequestOptions = {}): NodeOutbound {
  const lookup: LookupFunction = (host, options, done) => {
    find(host, { all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const open = addresses.filter(({ address }) => isPublicAddress(address, allowPrivate));
      const wanted = open.filter(({ family }) => !options.family || `${options.family}`.endsWith(`${family}`));
      const [first] = wanted;
      if (first === undefined)
        return done(
          addresses.length > open.length
            ? new OutboundError('refused', `${host} has no public address.`)
            : new OutboundError('dns', `${host} has no address.`),
          '',
        );
      if (options.all) return done(null, wanted);
      done(null, first.address, first.family);
    });
  };

  const agent = new Agent({
    // Subscribers of one origin are told side by side; most origins are met once a change, so idle ones go soon.
    connections: 64,
    pipelining: 1,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 10_000,
    // The deadline of each request covers head and body.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { lookup, timeout: 10_000 },
    allowH2: false,
  });

  const placeOf = createTargets(allowPrivate);
  const refused = (url: string, reason: string) => new OutboundError('refused', `${nameOf(url)} ${reason}.`);
  const outbound = (wanted: OutboundRequest) =>
    new Promise<OutboundResponse>((resolve, reject) => {
      const { url, method, headers, body = null, timeoutMs, maxBytes = DEFAULT_MAX_BYTES } = wanted;
      const place = placeOf(url);
      if (!place.allowed) return reject(refused(url, place.reason));
      const { origin, path, host } = place;
      const exchange = new Exchange({ host, maxBytes, timeoutMs, resolve, reject });
      agent.dispatch({ origin, path, method, headers: headersOf(headers), body }, exchange);
    });
  const download: Downloader = async ({ url, headers, timeoutMs }) => {
    const place = placeOf(url);
    if (!place.allowed) throw refused(url, place.reason);
    const { origin, path, host } = place;
    const signal = AbortSignal.timeout(timeoutMs);
    const failed = (error: unknown) => toOutboundError(error, host);
    const answer = await agent
      .request({ origin, path, method: 'GET', headers: headersOf(headers), signal })
      .catch((error: unknown) => {
        throw failed(error);
      });
    const { body } = answer;
    // Ended before its end, it says so to nobody.
    body.on('error', () => {});
    return {
      status: answer.statusCode,
      headers: toHeaders(answer.headers),
      body: WebStream.from(chunksOf(body, failed)) as ReadableStream<Uint8Array>,
      close: async () => void body.destroy(),
    };
  };
  return Object.assign(outbound, { download, close: () => agent.close() });
}

async function* chunksOf(body: AsyncIterable<Uint8Array>, failed: (error: unknown) => Error) {
  try {
    yield* body;
  } catch (error) {
    throw failed(error);
  }
}

interface ExchangeOptions {
  host: string;
  maxBytes: number;
  timeoutMs: number;
  resolve: (answer: OutboundResponse) => void;
  reject: (error: unknown) => void;
}

/** One request and its answer. A handler of undici's own: `undici.request` makes a stream of each answer, for the same work twice. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #deadline: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #isLate = false;
  #isAnswered = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    // Where this process itself was late, what arrived meanwhile is read first.
    this.#deadline = setTimeout(setImmediate, options.timeoutMs, Exchange.#end, this);
  }

  static #end(exchange: Exchange): void {
    exchange.#isLate = true;
    exchange.#fail(new OutboundDeadline());
    exchange.#controller?.abort(new OutboundDeadline());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It may have waited for a connection until it was too late.
    if (this.#isLate) controller.abort(new OutboundDeadline());
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (this.#options.maxBytes === 0) this.#answer();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const { maxBytes } = this.#options;
    this.#size += chunk.byteLength;
    if (maxBytes > 0) this.#chunks.push(chunk);
    // Of what nobody reads a little is taken in, so that the connection can be used again.
    if (this.#size <= (maxBytes || DEFAULT_MAX_BYTES)) return;
    this.#answer();
    clearTimeout(this.#deadline);
    controller.abort(new OutboundDeadline());
  }

  onResponseEnd(): void {
    clearTimeout(this.#deadline);
    this.#answer();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#deadline);
    this.#fail(error);
  }

  #answer(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const { maxBytes, resolve } = this.#options;
    const body = this.#size === 0 ? EMPTY : new Uint8Array(Buffer.concat(this.#chunks).subarray(0, maxBytes));
    resolve(new Answer(this.#status, this.#headers, body, this.#size > maxBytes));
  }

  #fail(error: Error): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const { host, reject } = this.#options;
    reject(toOutboundError(error, host));
  }
}

/** Its headers are made when somebody reads them: of a delivery that was taken nobody does. */
class Answer implements OutboundResponse {
  readonly status: number;
  readonly body: Uint8Array;
  readonly truncated: boolean;
  readonly #headers: IncomingHttpHeaders;

  constructor(status: number, headers: IncomingHttpHeaders, body: Uint8Array, truncated: boolean) {
    this.status = status;
    this.#headers = headers;
    this.body = body;
    this.truncated = truncated;
  }

  get headers(): Headers {
    return toHeaders(this.#headers);
  }
}

const EMPTY = new Uint8Array();

/** The time is over, or enough was read. */
class OutboundDeadline extends Error {
  override name = 'TimeoutError';
}

/** What a request says unless the caller says otherwise. What is read is what was sent: bounded bytes, not what a small archive unfolds to. */
const AGENT = 'Tidings';
const CODING = 'identity';

/** Names and values one after the other, the form that undici makes no other of. */
function headersOf(given: Record<string, string> = {}): string[] {
  const flat = ['user-agent', AGENT, 'accept-encoding', CODING];
  for (const name in given) {
    const [lower, value] = [name.toLowerCase(), given[name] ?? ''];
    const at = lower === 'user-agent' ? 1 : lower === 'accept-encoding' ? 3 : flat.push(lower, '') - 1;
    flat[at] = value;
  }
  return flat;
}

function toHeaders(raw: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw))
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
  return headers;
}

/** The host of an address for a message; the address itself may hold secrets. */
function nameOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null || parsed.hostname === '' ? 'The target' : hostOf(parsed);
}

const REASONS: [RegExp, OutboundFailure][] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, 'dns'],
  [/^(UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/, 'timeout'],
  [/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_PURPOSE|HOSTNAME_MISMATCH|EPROTO)/, 'tls'],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_|UND_ERR_INVALID_ARG|UND_ERR_REQ_CONTENT)/, 'protocol'],
];

/** What undici, OpenSSL or the resolver said, in the port's words. */
function toOutboundError(error: unknown, host: string): OutboundError {
  if (error instanceof OutboundError) return error;
  const { name, code = '' } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return new OutboundError('timeout', `${host} did not answer in time.`);
  const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'connection';
  return new OutboundError(reason, `${host} gave no answer: ${reason} failed${code ? ` (${code})` : ''}.`);
}

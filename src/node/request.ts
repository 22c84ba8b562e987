import { lookup as resolve } from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { checkTarget, hostOf, isPublicAddress } from '../push/guard.ts';
import { type Outbound, OutboundError, type OutboundFailure, type OutboundRequest } from '../storage/ports.ts';

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

  const outbound = async ({ url, method, headers, body, timeoutMs, maxBytes = DEFAULT_MAX_BYTES }: OutboundRequest) => {
    const target = checkTarget(url, allowPrivate);
    if (!target.allowed) throw new OutboundError('refused', `${nameOf(url)} ${target.reason}.`);
    try {
      const answer = await request(target.url, {
        method,
        // What is read is what was sent: bounded bytes, not what a small archive unfolds to.
        headers: { 'user-agent': 'Tidings', 'accept-encoding': 'identity', ...lowerCased(headers) },
        body: body ?? null,
        dispatcher: agent,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const chunks: Uint8Array[] = [];
      let size = 0;
      // Leaving the loop destroys the rest.
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size > maxBytes) break;
      }
      const read = Buffer.concat(chunks);
      return {
        status: answer.statusCode,
        headers: toHeaders(answer.headers),
        body: new Uint8Array(read.subarray(0, maxBytes)),
        truncated: size > maxBytes,
      };
    } catch (error) {
      throw toOutboundError(error, hostOf(target.url));
    }
  };
  return Object.assign(outbound, { close: () => agent.close() });
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
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

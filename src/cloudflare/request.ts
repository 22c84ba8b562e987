import { checkTarget, hostOf } from '../push/guard.ts';
import { type Downloader, type Outbound, OutboundError, type OutboundFailure } from '../storage/ports.ts';
import type { Gate } from './gate.ts';

/** Bytes of an answer that are read unless the caller says otherwise. */
const DEFAULT_MAX_BYTES = 4096;

export interface RequestOptions {
  gate: Gate;
  /** Public address of this Worker: it does not call itself. */
  homeUrl: string;
  /** CIDRs that may be reached though private. */
  allowPrivate?: string[];
  /** What limits.ts wraps in suites. */
  fetch?: typeof fetch;
}

/**
 * The one way out of the Worker. Names are resolved by Cloudflare, outside every private network; what can be judged
 * here is the address itself: scheme, literal addresses, credentials, and this Worker's own host.
 */
export function createRequest(options: RequestOptions): Outbound {
  const { gate, homeUrl, allowPrivate = [], fetch: send = fetch } = options;
  const ownHost = new URL(homeUrl).host;
  return ({ url, method, headers, body, timeoutMs, maxBytes = DEFAULT_MAX_BYTES }) =>
    gate(async () => {
      const target = checkTarget(url, allowPrivate);
      if (!target.allowed) throw new OutboundError('refused', `${nameOf(url)} ${target.reason}.`);
      if (target.url.host === ownHost) throw new OutboundError('refused', `${ownHost} is this server itself.`);
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const response = await send(target.url, {
          method,
          headers: { 'user-agent': 'Tidings', 'accept-encoding': 'identity', ...lowerCased(headers) },
          redirect: 'manual',
          signal,
          ...(body === undefined ? {} : { body }),
        });
        if (maxBytes === 0) await response.body?.cancel();
        const read = await readUpTo(maxBytes === 0 ? null : response.body, maxBytes);
        return { status: response.status, headers: response.headers, ...read };
      } catch (error) {
        throw toOutboundError(error, hostOf(target.url), signal.aborted);
      }
    });
}

/** The way out for what is too large to be held: judged as {@link createRequest} does. */
export function createDownload(options: RequestOptions): Downloader {
  const { gate, homeUrl, allowPrivate = [], fetch: send = fetch } = options;
  const ownHost = new URL(homeUrl).host;
  return ({ url, headers, timeoutMs }) =>
    gate(async () => {
      const target = checkTarget(url, allowPrivate);
      if (!target.allowed) throw new OutboundError('refused', `${nameOf(url)} ${target.reason}.`);
      if (target.url.host === ownHost) throw new OutboundError('refused', `${ownHost} is this server itself.`);
      const signal = AbortSignal.timeout(timeoutMs);
      const failed = (error: unknown) => toOutboundError(error, hostOf(target.url), signal.aborted);
      try {
        const response = await send(target.url, {
          headers: { 'user-agent': 'Tidings', 'accept-encoding': 'identity', ...lowerCased(headers) },
          redirect: 'manual',
          signal,
        });
        const reader = (response.body ?? new Blob([]).stream()).getReader();
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const chunk = await reader.read().catch((error: unknown) => {
              throw failed(error);
            });
            if (chunk.done) controller.close();
            else controller.enqueue(chunk.value);
          },
          cancel: (reason) => reader.cancel(reason),
        });
        return { status: response.status, headers: response.headers, body, close: () => reader.cancel() };
      } catch (error) {
        throw failed(error);
      }
    });
}

async function readUpTo(stream: ReadableStream<Uint8Array> | null, maxBytes: number) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream?.getReader();
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    chunks.push(chunk.value);
    size += chunk.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      break;
    }
  }
  const body = new Uint8Array(Math.min(size, maxBytes));
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk.subarray(0, body.byteLength - at), at);
    at = Math.min(at + chunk.byteLength, body.byteLength);
  }
  return { body, truncated: size > maxBytes };
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The host of an address for a message; the address itself may hold secrets. */
function nameOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null || parsed.hostname === '' ? 'The target' : hostOf(parsed);
}

/** workerd has no codes, only words. */
const REASONS: [RegExp, OutboundFailure][] = [
  [/dns|resolve|getaddrinfo/i, 'dns'],
  [/tls|ssl|certificate|peer not authenticated/i, 'tls'],
  [/timed? ?out/i, 'timeout'],
  [/protocol|invalid http|malformed|headers? too large/i, 'protocol'],
];

function toOutboundError(error: unknown, host: string, late: boolean): OutboundError {
  if (error instanceof OutboundError) return error;
  if (late) return new OutboundError('timeout', `${host} did not answer in time.`);
  const text = error instanceof Error ? error.message : String(error);
  const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'connection';
  return new OutboundError(reason, `${host} gave no answer: ${reason} failed.`);
}

import { request } from 'undici';

/** Milliseconds that a server has for an answer; most readers wait no longer. */
const PATIENCE_MS = 20_000;
/** Bytes of an answer that are read. */
const MAX_BYTES = 20_000_000;

/** What a server answered to one request, redirects not followed. */
export interface Answer {
  url: string;
  status: number;
  header: (name: string) => string | null;
  bytes: Uint8Array;
  text: string;
  /** Until the first byte of the answer, in milliseconds. */
  ms: number;
}

/** One request as a feed reader sends it. @throws with what happened */
export async function asked(
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'POST' = 'GET',
): Promise<Answer> {
  const started = Date.now();
  const answer = await request(url, {
    method,
    headers: { 'user-agent': READER, accept: FEEDS, ...headers },
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  }).catch((error: Error & { code?: string; errors?: Error[] }) => {
    throw new Error(`${new URL(url).origin} does not answer: ${error.errors?.[0]?.message ?? error.message}`);
  });
  const ms = Date.now() - started;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += (chunk as Uint8Array).byteLength;
    if (size > MAX_BYTES) throw new Error(`${url} sends more than ${MAX_BYTES / 1_000_000} MB.`);
    chunks.push(chunk as Uint8Array);
  }
  const bytes = new Uint8Array(Buffer.concat(chunks));
  return {
    url,
    status: answer.statusCode,
    header: (name) => (answer.headers[name] === undefined ? null : [answer.headers[name]].flat().join(', ')),
    bytes,
    text: new TextDecoder().decode(bytes),
    ms,
  };
}

const READER = 'Tidings-Doctor (feed reader; like Feedly, FreshRSS)';
const FEEDS = 'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5';

/** Whether an address is of one feed, and not of a server. */
export const isFeed = (url: string) => /\.(?:xml|json|rss|atom)$/.test(new URL(url).pathname);

/** How well-known readers and programs name themselves. */
export const AGENTS = [
  'Feedly/1.0 (+https://feedly.com/poller.html; 1 subscribers)',
  'FreshRSS/1.26.0 (Linux; https://freshrss.org)',
  'Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)',
  'Tiny Tiny RSS/24 (https://tt-rss.org/)',
  'curl/8.14.1',
  '',
];

/** Whether an answer is made for a browser that has to prove itself. */
export function isChallenge({ status, header, text }: Answer): boolean {
  if (header('cf-mitigated') === 'challenge') return true;
  const isPage = header('content-type')?.startsWith('text/html') ?? false;
  return (
    isPage &&
    [200, 403, 429, 503].includes(status) &&
    /just a moment|enable javascript|captcha|challenge-platform|are you (?:a )?human|ddos protection/i.test(text)
  );
}

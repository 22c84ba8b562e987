import { lintFeed } from '../lint/lint.ts';
import { AGENTS, type Answer, asked, isChallenge, isFeed } from './asked.ts';
import { certificateOf } from './certificate.ts';
import { type Examination, Worth } from './finding.ts';

const TYPES = {
  'rss.xml': 'application/rss+xml',
  'atom.xml': 'application/atom+xml',
  'feed.json': 'application/feed+json',
};
/** Days before its end at which a certificate should have been renewed. */
const RENEW_DAYS = 14;
/** Seconds that a clock may be off. */
const CLOCK_S = 30;
/** Seconds for which a cache may keep a feed before who was just told of a change is given an old one. */
const FRESH_S = 600;
/** Bytes from which a document is worth compressing. */
const LARGE = 2_000;
/** Redirects that are followed to see where they end; readers follow about as many. */
const MAX_HOPS = 6;
/** Milliseconds that an answer may take before readers begin to give up. */
const SLOW_MS = 5_000;

/**
 * Looks at a server as a feed reader does, from outside: at its site feed in three formats, or at the one feed that the
 * address is of. Says of each thing what to change.
 */
export async function examineAsReader(examination: Examination, url: string): Promise<void> {
  const isOne = isFeed(url);
  const feeds = isOne ? [url] : Object.keys(TYPES).map((name) => `${url}/${name}`);
  const [main = url] = isOne ? feeds : [`${url}/atom.xml`];
  let feed: Answer | null = null;
  const isSecure = url.startsWith('https:');
  // Nobody comes past a certificate that is refused.
  if (isSecure && !(await examination.step('certificate', () => certificate(url)))) return;
  const reached = await examination.step('reach', async () => {
    feed = await reach(main);
    if (feed.ms > SLOW_MS) throw new Worth(`${main} takes ${feed.ms} ms; readers give up after some seconds.`);
    return `${main}, ${feed.bytes.byteLength} bytes`;
  });
  if (!reached || feed === null) return;
  const got: Answer = feed;
  await examination.step('agents', () => agents(got));
  await examination.step('types', () => types(feeds));
  await examination.step('valid', () => valid(feeds));
  await examination.step('caching', async () => caching(got));
  await examination.step('asking again', () => askingAgain(got));
  await examination.step('coding', () => coding(got));
  await examination.step('links', async () => links(got));
  await examination.step('cors', async () => {
    const allowed = got.header('access-control-allow-origin');
    if (allowed !== '*')
      throw new Worth(
        `Readers that run in a browser cannot read it: Access-Control-Allow-Origin is ${allowed ?? 'missing'}; send *.`,
      );
    return 'any page may read it';
  });
  await examination.step('clock', async () => clock(got));
  if (isSecure) await examination.step('redirects', () => redirects(main));
  else
    examination.note(
      'certificate',
      /^http:\/\/(?:localhost|127\.|\[::1\])/.test(url) ? 'skipped' : 'warning',
      'It is not reached by https; many readers and hubs ask for that.',
    );
}

/** The feed itself, without a redirect or a challenge. */
async function reach(url: string): Promise<Answer> {
  const answer = await asked(url);
  if (isChallenge(answer))
    throw new Error(
      `${url} asks for a browser's proof (${answer.status}). Let the feeds' addresses pass without a challenge in the firewall's rules.`,
    );
  const hops = await followed(answer);
  const end = hops.at(-1);
  if (end && hops.some(({ to }, at) => to === url || hops.findIndex((other) => other.to === to) < at))
    throw new Error(`${url} leads in a circle, by ${end.to}: look at the redirects of the proxy before it.`);
  if (end)
    throw new Error(
      `${url} leads to ${end.to} (${hops.map(({ status }) => status).join(', then ')}). Give that address, and set TIDINGS_URL to where the server is reached without a redirect.`,
    );
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}. ${hintFor(answer.status)}`);
  return answer;
}

/** Where an answer leads, redirect by redirect. */
async function followed(first: Answer): Promise<{ to: string; status: number }[]> {
  const hops: { to: string; status: number }[] = [];
  for (let answer = first; hops.length < MAX_HOPS; ) {
    const location = answer.header('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) break;
    const to = new URL(location, answer.url).href;
    hops.push({ to, status: answer.status });
    answer = await asked(to);
  }
  return hops;
}

function hintFor(status: number): string {
  if (status === 401 || status === 403)
    return 'Feeds must be open to everybody: look at the rules of the proxy or firewall before it.';
  if (status === 404) return 'Is this the address of a Tidings, and has it published? See: tidings run';
  return status >= 500 ? "Look into the server's log, and at /readyz." : 'It must answer 200.';
}

/** Whoever asks, the answer is the same. */
async function agents(feed: Answer): Promise<string> {
  const refused: string[] = [];
  for (const agent of AGENTS) {
    const answer = await asked(feed.url, { 'user-agent': agent });
    if (answer.status !== 200 || isChallenge(answer))
      refused.push(`${agent === '' ? 'without a name' : agent.split(/[/ ]/)[0]} (${answer.status})`);
  }
  if (refused.length > 0)
    throw new Error(
      `Refused: ${refused.join(', ')}. Let every User-Agent have the feeds: look at the bot rules of the proxy or firewall.`,
    );
  return `${AGENTS.length} names, the same answer`;
}

async function types(feeds: string[]): Promise<string> {
  for (const url of feeds) {
    const answer = await asked(url);
    const type = answer.header('content-type')?.split(';')[0]?.trim() ?? 'nothing';
    const wanted = Object.entries(TYPES).find(([name]) => url.endsWith(`/${name}`))?.[1];
    if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}.`);
    if (wanted !== undefined && type !== wanted)
      throw new Worth(`${url} is served as ${type}; it is ${wanted}. A proxy or host may have changed it.`);
    if (answer.header('content-disposition')?.startsWith('attachment'))
      throw new Worth(`${url} is sent as a download; leave out Content-Disposition.`);
  }
  return `${feeds.length} right`;
}

async function valid(feeds: string[]): Promise<string> {
  let warnings = 0;
  for (const url of feeds) {
    const { bytes, header } = await asked(url);
    const { findings } = lintFeed({ place: url, bytes, url: null, contentType: header('content-type') }, Date.now());
    const error = findings.find(({ severity }) => severity === 'error');
    if (error) throw new Error(`${url}:${error.line ?? 1}: ${error.message} See: tidings check ${url}`);
    warnings += findings.length;
    if (findings[0])
      throw new Worth(`${url}:${findings[0].line ?? 1}: ${findings[0].message} See: tidings check ${url}`);
  }
  return `${feeds.length} documents, ${warnings} warnings`;
}

function caching({ header, url }: Answer): string {
  const control = header('cache-control')?.toLowerCase() ?? '';
  if (header('etag') === null && header('last-modified') === null)
    throw new Error(
      `${url} has neither ETag nor Last-Modified, so that every reader fetches all of it every time. A proxy may have taken them out.`,
    );
  if (/no-store|private/.test(control))
    throw new Worth(`Cache-Control is ${control}: nobody may keep the feed, and everybody fetches all of it.`);
  const seconds = Number(/s-maxage=(\d+)/.exec(control)?.[1] ?? /max-age=(\d+)/.exec(control)?.[1] ?? 0);
  if (/immutable/.test(control) || seconds > FRESH_S)
    throw new Worth(
      `Cache-Control is ${control}: who is told of a change may be given an old feed for ${seconds} seconds. Write no-cache for the feeds in the proxy or CDN.`,
    );
  const age = Number(header('age') ?? 0);
  if (age > FRESH_S)
    throw new Worth(`A cache before it has kept the feed for ${age} seconds; have it ask again for each request.`);
  return `${control === '' ? 'nothing said' : control}; ${header('etag') === null ? 'by date' : 'by ETag'}`;
}

async function askingAgain({ url, header }: Answer): Promise<string> {
  const etag = header('etag');
  const date = header('last-modified');
  const asks: [string, Record<string, string>][] = [
    ...(etag === null ? [] : ([['If-None-Match', { 'if-none-match': etag }]] as [string, Record<string, string>][])),
    ...(date === null
      ? []
      : ([['If-Modified-Since', { 'if-modified-since': date }]] as [string, Record<string, string>][])),
  ];
  for (const [name, headers] of asks) {
    const answer = await asked(url, headers);
    if (answer.status !== 304)
      throw new Error(
        `With ${name} it answers ${answer.status} instead of 304: readers fetch all of it each time. A proxy that rewrites answers may be the reason.`,
      );
    if (answer.bytes.byteLength > 0) throw new Error('Its 304 has a body.');
  }
  const other = await asked(url, { 'if-none-match': '"no-such-version"' });
  if (other.status !== 200)
    throw new Error(
      `With the ETag of another version it answers ${other.status} instead of 200: readers never see what is new.`,
    );
  return asks.map(([name]) => name).join(' and ');
}

async function coding({ url, bytes }: Answer): Promise<string> {
  if (bytes.byteLength < LARGE) return `${bytes.byteLength} bytes need none`;
  const coded = await asked(url, { 'accept-encoding': 'gzip, br, zstd' });
  const how = coded.header('content-encoding');
  if (how === null)
    throw new Worth(
      `It is never compressed: ${bytes.byteLength} bytes each time. Let the proxy hand on Accept-Encoding.`,
    );
  if (!/accept-encoding/i.test(coded.header('vary') ?? ''))
    throw new Worth(
      'It is compressed and does not say Vary: Accept-Encoding: a cache may give it to who cannot read it.',
    );
  const etag = coded.header('etag');
  if (
    etag !== null &&
    (await asked(url, { 'accept-encoding': 'gzip, br, zstd', 'if-none-match': etag })).status !== 304
  )
    throw new Worth(
      `Compressed (${how}), its own ETag gets no 304: compression in the proxy changes what the server knows. Switch it off for the feeds.`,
    );
  return `${how}, ${coded.bytes.byteLength} of ${bytes.byteLength} bytes`;
}

/** Where a subscriber subscribes to what. */
async function links({ url, header, text }: Answer): Promise<string> {
  const link = header('link') ?? '';
  const inLink = (rel: string) => new RegExp(`<([^>]+)>\\s*;\\s*rel="?${rel}"?`).exec(link)?.[1] ?? null;
  const inText = (rel: string) =>
    new RegExp(`<(?:atom:)?link\\b(?=[^>]*rel="${rel}")[^>]*href="([^"]+)"`)
      .exec(text)?.[1]
      ?.replaceAll('&amp;', '&') ?? null;
  const self = inLink('self') ?? inText('self');
  const hub = inLink('hub') ?? inText('hub');
  if (self === null) throw new Worth('It does not say where it is (rel="self").');
  if (!isSame(self, url))
    throw new Error(
      `It says that it is at ${self}, and is at ${url}: subscribers would subscribe to the first. Set TIDINGS_URL.`,
    );
  if (hub === null) throw new Worth('It names no hub: subscribers are not told, and ask again and again.');
  if (url.startsWith('https:') && !hub.startsWith('https:'))
    throw new Error(`Its hub is ${hub}, which is not https. Set TIDINGS_URL.`);
  const answer = await asked(hub, { 'content-type': 'application/x-www-form-urlencoded' }, 'POST');
  if (answer.status === 404 || answer.status >= 500 || isChallenge(answer))
    throw new Error(`Its hub ${hub} answers ${answer.status} to a POST. Let POST pass to it.`);
  if (inLink('hub') === null)
    throw new Worth(`The hub ${hub} stands in the document and not in a Link header, where subscribers look first.`);
  return `hub ${hub}`;
}

/** Whether two addresses are one, by whichever name this machine is called. */
function isSame(a: string, b: string): boolean {
  const plain = (address: string) => address.replace(/^http:\/\/(?:localhost|\[::1\])(?=[:/])/, 'http://127.0.0.1');
  return plain(a) === plain(b);
}

function clock({ header }: Answer): string {
  const date = Date.parse(header('date') ?? '');
  if (Number.isNaN(date)) throw new Worth('It sends no Date.');
  const off = Math.round(Math.abs(Date.now() - date) / 1000);
  if (off > CLOCK_S)
    throw new Error(
      `Its clock, or this machine's, is ${off} seconds off: scheduled articles appear at other times. Let NTP set it.`,
    );
  return `${off} s off`;
}

async function certificate(url: string): Promise<string> {
  const { days, issuer, protocol } = await certificateOf(url);
  if (days < RENEW_DAYS)
    throw new Worth(`It ends in ${days} days: renew it, and see why that did not happen by itself.`);
  return `${days} days left, by ${issuer}, ${protocol}`;
}

/** From http to https at once, and for good. */
async function redirects(main: string): Promise<string> {
  const plain = main.replace(/^https:/, 'http:').replace(/^(http:\/\/[^/:]+):\d+/, '$1');
  const answer = await asked(plain).catch(() => null);
  if (answer === null) return 'nothing answers at http';
  const to = answer.header('location');
  if (answer.status === 200) throw new Worth(`${plain} answers too: lead it to https for good (301 or 308).`);
  if (to === null) return `http answers ${answer.status}`;
  if (new URL(to, plain).href !== main)
    throw new Worth(`${plain} leads to ${to} and not to ${main}: readers go from one to the next.`);
  if (answer.status !== 301 && answer.status !== 308)
    throw new Worth(`${plain} leads to https only for now (${answer.status}); 301 or 308 says that it is for good.`);
  return `http leads to https (${answer.status})`;
}

import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Examination } from '../../src/cli/doctor/finding.ts';
import { examineAsReader } from '../../src/cli/doctor/reader.ts';
import { tidings } from './tidings.ts';

interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string | Buffer;
}

const DATE = 'Tue, 03 Nov 2026 10:00:00 GMT';
const TYPES: Record<string, string> = {
  '/rss.xml': 'application/rss+xml; charset=utf-8',
  '/atom.xml': 'application/atom+xml; charset=utf-8',
  '/feed.json': 'application/feed+json; charset=utf-8',
};

function document(path: string, base: string): string {
  const at = `${base}${path}`;
  if (path === '/feed.json')
    return JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'N', feed_url: at, items: [] });
  if (path === '/rss.xml')
    return `<rss version="2.0"><channel><title>N</title><link>https://h.example/</link><description>d</description><link xmlns="http://www.w3.org/2005/Atom" rel="self" href="${at}"/></channel></rss>`;
  const entries = Array.from(
    { length: 20 },
    (_, n) =>
      `<entry><id>urn:x:${n}</id><title>T</title><updated>2026-11-03T10:00:00Z</updated><link href="https://h.example/${n}"/></entry>`,
  );
  return `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:f</id><title>N</title><updated>2026-11-03T10:00:00Z</updated><author><name>D</name></author><link rel="self" href="${at}"/>${entries.join('')}</feed>`;
}

/** A server that does everything right. */
function sound(request: IncomingMessage, base: string): Answer {
  const path = request.url ?? '/';
  const type = TYPES[path];
  if (path === '/hub') return { status: 400, headers: {}, body: 'hub.mode is missing' };
  if (type === undefined) return { status: 404, headers: {}, body: 'nothing' };
  const isCoded = /gzip/.test(String(request.headers['accept-encoding']));
  const etag = isCoded ? '"v1-gzip"' : '"v1"';
  const headers: OutgoingHttpHeaders = {
    etag,
    'last-modified': DATE,
    'cache-control': 'no-cache',
    vary: 'Accept-Encoding',
    'access-control-allow-origin': '*',
    link: `<${base}/hub>; rel="hub", <${base}${path}>; rel="self"`,
  };
  const asked = request.headers['if-none-match'];
  if (asked === etag || (asked === undefined && request.headers['if-modified-since'] === DATE))
    return { status: 304, headers, body: '' };
  const body = document(path, base);
  return {
    status: 200,
    headers: { ...headers, 'content-type': type, ...(isCoded && { 'content-encoding': 'gzip' }) },
    body: isCoded ? gzipSync(body) : body,
  };
}

/** What the doctor says of a server that differs from the sound one: steps that are not ok, with their detail. */
async function diagnosed(
  change: (answer: Answer, request: IncomingMessage, base: string) => Partial<Answer>,
): Promise<Record<string, string>> {
  let base = '';
  const server = createServer((request, response) => {
    const answer = sound(request, base);
    const { status, headers, body } = { ...answer, ...change(answer, request, base) };
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const examination = new Examination(() => {});
  await examineAsReader(examination, base);
  server.closeAllConnections();
  server.close();
  return Object.fromEntries(
    examination.findings
      .filter(({ state }) => state !== 'ok' && state !== 'skipped')
      .map(({ step, state, detail }) => [step, `${state}: ${detail}`]),
  );
}

const isAtom = ({ url }: IncomingMessage) => url === '/atom.xml';

describe('tidings doctor URL', () => {
  it('finds nothing in a server that does everything right', async () => {
    expect(await diagnosed(() => ({}))).toEqual({});
  });

  it.each<[string, Parameters<typeof diagnosed>[0], string, RegExp]>([
    [
      'a challenge',
      () => ({
        status: 403,
        headers: { 'content-type': 'text/html', 'cf-mitigated': 'challenge' },
        body: '<title>Just a moment...</title>',
      }),
      'reach',
      /^failed: .*browser's proof/,
    ],
    [
      'a redirect',
      ({ headers }, _, base) => ({ status: 302, headers: { ...headers, location: `${base}/elsewhere` } }),
      'reach',
      /^failed: .*TIDINGS_URL/,
    ],
    [
      'a refusal of a program',
      (_, request) => (request.headers['user-agent']?.startsWith('curl') ? { status: 403 } : {}),
      'agents',
      /^failed: Refused: curl \(403\)/,
    ],
    [
      'a wrong type',
      ({ headers }) => ({ headers: { ...headers, 'content-type': 'text/html' } }),
      'types',
      /^warning: .*rss\.xml is served as text\/html/,
    ],
    [
      'a broken document',
      (_, request) =>
        isAtom(request) && request.headers['accept-encoding'] === undefined
          ? { body: '<feed xmlns="http://www.w3.org/2005/Atom">' }
          : {},
      'valid',
      /^failed: .*atom\.xml:1: This is no well-formed XML/,
    ],
    [
      'no ETag and no date',
      ({ headers: { etag: _, 'last-modified': __, ...headers } }) => ({ headers }),
      'caching',
      /^failed: .*neither ETag/,
    ],
    [
      'a long-lived cache',
      ({ headers }) => ({ headers: { ...headers, 'cache-control': 'max-age=86400' } }),
      'caching',
      /^warning: .*86400/,
    ],
    [
      'no 304',
      (answer, request, base) =>
        answer.status === 304 ? { status: 200, body: document(request.url ?? '', base) } : {},
      'asking again',
      /^failed: With If-None-Match it answers 200/,
    ],
    [
      '304 for everything',
      (_, { headers }) => (headers['if-none-match'] ? { status: 304, body: '' } : {}),
      'asking again',
      /^failed: With the ETag of another version/,
    ],
    [
      'no compression',
      ({ headers: { 'content-encoding': _, ...headers } }, request, base) =>
        isAtom(request) ? { headers, body: document('/atom.xml', base) } : {},
      'coding',
      /^warning: It is never compressed/,
    ],
    [
      'compression by a proxy',
      ({ headers, status }, request) =>
        request.headers['accept-encoding'] && status === 304 ? { status: 200, headers, body: 'x' } : {},
      'coding',
      /^warning: Compressed \(gzip\), its own ETag/,
    ],
    [
      'another address in its links',
      ({ headers }) => ({ headers: { ...headers, link: '<https://other.example/atom.xml>; rel="self"' } }),
      'links',
      /^failed: It says that it is at https:\/\/other\.example/,
    ],
    [
      'no hub',
      ({ headers }, request, base) => ({ headers: { ...headers, link: `<${base}${request.url}>; rel="self"` } }),
      'links',
      /^warning: It names no hub/,
    ],
    [
      'a hub that is not there',
      (_, request) => (request.url === '/hub' ? { status: 404 } : {}),
      'links',
      /^failed: Its hub .* answers 404/,
    ],
    [
      'no CORS',
      ({ headers: { 'access-control-allow-origin': _, ...headers } }) => ({ headers }),
      'cors',
      /^warning: .*is missing; send \*/,
    ],
    [
      'a clock that is off',
      ({ headers }) => ({ headers: { ...headers, date: 'Tue, 03 Nov 2020 10:00:00 GMT' } }),
      'clock',
      /^failed: .*seconds off/,
    ],
  ])('says what is wrong with %s', async (_, change, step, expected) => {
    expect((await diagnosed(change))[step]).toMatch(expected);
  });

  it('says that nobody answers', async () => {
    const { status, out } = await tidings(['doctor', 'http://127.0.0.1:9/atom.xml', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      findings: [
        { step: 'reach', state: 'failed' },
        { step: 'subscribe', state: 'skipped' },
      ],
    });
  });
});

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Examination } from '../../src/cli/doctor/finding.ts';
import { examineAsReader } from '../../src/cli/doctor/reader.ts';
import { type Answer, document, sound } from './sound.ts';
import { tidings } from './tidings.ts';

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
      'redirects, one after the other',
      ({ headers }, { url }, base) => {
        if (url === '/atom.xml') return { status: 302, headers: { ...headers, location: `${base}/one` } };
        return url === '/one' ? { status: 301, headers: { ...headers, location: '/two' } } : {};
      },
      'reach',
      /^failed: .*\/atom\.xml leads to http:\/\/127\.0\.0\.1:\d+\/two \(302, then 301\)\. .*TIDINGS_URL/,
    ],
    [
      'redirects in a circle',
      ({ headers }, { url }) => ({ status: 308, headers: { ...headers, location: url === '/a' ? '/atom.xml' : '/a' } }),
      'reach',
      /^failed: .*leads in a circle/,
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
      'no type at all',
      ({ headers: { 'content-type': _, ...headers } }) => ({ headers }),
      'types',
      /^warning: .*rss\.xml is served as nothing; it is application\/rss\+xml/,
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

  it.each(['/atom.xml', '/feed.xml?limit=5'])('says that nobody answers at the feed %s', async (path) => {
    const { status, out } = await tidings(['doctor', `http://127.0.0.1:9${path}`, '--json']);
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

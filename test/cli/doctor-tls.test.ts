import { spawnSync } from 'node:child_process';
import { createServer as createPlain, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority, type KeyPair } from './authority.ts';
import { type Answer, sound } from './sound.ts';
import { tidings } from './tidings.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.log('openssl is missing: what the doctor says of certificates is not tested.');

const DAY_MS = 86_400_000;
const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS);
const HERE = 'DNS:localhost,IP:127.0.0.1,IP:127.0.0.77';

let authority: Authority;
beforeAll(() => {
  if (hasOpenssl) authority = createAuthority();
});
afterAll(() => authority?.close());

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, host, done));
  return (server.address() as AddressInfo).port;
}

interface Examined {
  status: number | null;
  findings: Record<string, string>;
}

/** Has a whole `tidings doctor` look at a server that has a certificate, by a name of this machine. */
async function examined(
  pair: KeyPair,
  {
    host = 'localhost',
    isTrusted = true,
    change = () => ({}),
    listening = () => {},
  }: {
    host?: string;
    isTrusted?: boolean;
    change?: (answer: Answer, request: IncomingMessage) => Partial<Answer>;
    listening?: (base: string) => void;
  } = {},
): Promise<Examined> {
  let base = '';
  const server = createServer(pair, (request, response) => {
    const answer = sound(request, base);
    const { status, headers, body } = { ...answer, ...change(answer, request) };
    response.writeHead(status, headers).end(body);
  });
  base = `https://${host}:${await listen(server, 0, host === 'localhost' ? '127.0.0.1' : host)}`;
  listening(base);
  try {
    const { status, out } = await tidings(['doctor', base, '--json'], {
      env: isTrusted ? { NODE_EXTRA_CA_CERTS: authority.file } : {},
    });
    const { findings } = JSON.parse(out) as { findings: { step: string; state: string; detail: string }[] };
    return {
      status,
      findings: Object.fromEntries(findings.map(({ step, state, detail }) => [step, `${state}: ${detail}`])),
    };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe.runIf(hasOpenssl)('tidings doctor https://…', () => {
  test('finds nothing wrong with a good certificate', async () => {
    const good = authority.issue(HERE, daysFromNow(-1), daysFromNow(60));
    const { findings } = await examined(good);
    expect(findings.certificate).toMatch(/^ok: (?:59|60) days left, by Tidings tests, TLSv1\.3$/);
    for (const [step, said] of Object.entries(findings)) {
      // The rest is the part of a subscriber, which this server has no hub for.
      if (step === 'alive') break;
      expect(said, step).toMatch(/^ok: /);
    }
  });

  test.each<[string, () => KeyPair, RegExp, boolean?]>([
    [
      'one that ends soon',
      () => authority.issue(HERE, daysFromNow(-80), daysFromNow(5)),
      /^warning: It ends in [45] days: renew it/,
    ],
    [
      'one that has ended',
      () => authority.issue(HERE, daysFromNow(-90), daysFromNow(-1)),
      /^failed: The certificate ended on \d{4}-\d\d-\d\d: renew it/,
    ],
    [
      'one that has not begun',
      () => authority.issue(HERE, daysFromNow(2), daysFromNow(9)),
      /^failed: The certificate begins on \d{4}-\d\d-\d\d: a clock is wrong/,
    ],
    [
      'one for another name',
      () => authority.issue('DNS:other.example,DNS:www.other.example', daysFromNow(-1), daysFromNow(60)),
      /^failed: The certificate is for other\.example, www\.other\.example and not for localhost/,
    ],
    ['one by its owner', () => authority.selfSigned(HERE), /^failed: The certificate is signed by Only me itself/],
    [
      'one that leads to nobody whom readers trust',
      () => authority.issue(HERE, daysFromNow(-1), daysFromNow(60)),
      /^failed: The certificate is by Tidings tests, .*fullchain\.pem/,
      false,
    ],
  ])('says what to do about %s', async (_, pair, expected, isTrusted = true) => {
    const { status, findings } = await examined(pair(), { isTrusted });
    expect(findings.certificate).toMatch(expected);
    expect(status).toBe(1);
    // Nobody comes past a refusal; a warning stops nobody.
    expect('reach' in findings).toBe(/warning/.test(expected.source));
  });

  test("says that a browser's proof is asked for", async () => {
    const good = authority.issue(HERE, daysFromNow(-1), daysFromNow(60));
    const { status, findings } = await examined(good, {
      change: () => ({
        status: 403,
        headers: { 'content-type': 'text/html; charset=UTF-8', 'cf-mitigated': 'challenge', server: 'cloudflare' },
        body: '<!doctype html><title>Just a moment...</title>',
      }),
    });
    expect(findings.reach).toMatch(/^failed: .*asks for a browser's proof \(403\).*firewall/);
    expect(status).toBe(1);
  });

  describe('from http to https', () => {
    /** What answers at http, at the port where browsers look; null where this machine lets nobody listen there. */
    async function redirected(answer: (secure: string) => RequestListener): Promise<string | null> {
      let secure = '';
      const plain = createPlain((request, response) => answer(secure)(request, response));
      try {
        await listen(plain, 80, '127.0.0.77');
      } catch (error) {
        console.log(
          `Redirects are not tested, port 80 cannot be had: ${error instanceof Error ? error.message : error}`,
        );
        return null;
      }
      try {
        const good = authority.issue(HERE, daysFromNow(-1), daysFromNow(60));
        const listening = (base: string) => {
          secure = base;
        };
        return (await examined(good, { host: '127.0.0.77', listening })).findings.redirects ?? 'nothing';
      } finally {
        plain.closeAllConnections();
        plain.close();
      }
    }

    test.each<[string, (secure: string) => RequestListener, RegExp]>([
      [
        'is well where it is for good',
        (secure) => (request, response) => response.writeHead(308, { location: secure + request.url }).end(),
        /^ok: http leads to https \(308\)$/,
      ],
      [
        'is named where it is only for now',
        (secure) => (request, response) => response.writeHead(302, { location: secure + request.url }).end(),
        /^warning: .*leads to https only for now \(302\)/,
      ],
      [
        'is missed where both answer',
        () => (_, response) => response.end('a feed'),
        /^warning: .*answers too: lead it to https/,
      ],
      [
        'is named where it goes elsewhere',
        () => (_, response) => response.writeHead(301, { location: 'https://www.other.example/' }).end(),
        /^warning: .*leads to https:\/\/www\.other\.example\/ and not to https:\/\/127\.0\.0\.77/,
      ],
    ])('the way %s', async (_, answer, expected) => {
      const said = await redirected(answer);
      if (said !== null) expect(said).toMatch(expected);
    });
  });
});

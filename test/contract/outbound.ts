import { describe, expect, inject, test } from 'vitest';
import { type Outbound, OutboundError, type OutboundFailure, type OutboundRequest } from '../../src/storage/ports.ts';

/** Addresses of the servers on loopback that `servers.ts` starts. */
export interface Servers {
  /** Answers as its paths say, without a slash at the end. */
  http: string;
  /** Speaks no HTTP. */
  garbage: string;
  /** Nobody listens. */
  closed: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    servers: Servers;
  }
}

const LOOPBACK = ['127.0.0.0/8'];

/** What every home's way out does. `make` gives one that may also reach the CIDRs of `allowPrivate`. */
export function outboundContract(make: (allowPrivate: string[]) => Outbound): void {
  describe('outbound', () => {
    const { http, garbage, closed } = inject('servers');
    const send = (request: Partial<OutboundRequest> & { url: string }, allow = LOOPBACK) =>
      make(allow)({ method: 'GET', timeoutMs: 5000, ...request });
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

    async function failure(request: Partial<OutboundRequest> & { url: string }, allow = LOOPBACK) {
      const error: unknown = await send(request, allow).then(
        () => new Error('there was an answer'),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(OutboundError);
      return error as OutboundError;
    }

    test('sends method, headers and body, and gives back status, headers and body', async () => {
      const response = await send({
        url: `${http}/echo?q=1`,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Hub-Signature': 'sha256=0' },
        body: '{"속보":1}',
      });
      const echoed = JSON.parse(text(response.body));
      expect(response.status).toBe(200);
      expect(response.headers.get('x-echo')).toBe('yes');
      expect(response.truncated).toBe(false);
      expect(echoed).toMatchObject({ method: 'POST', url: '/echo?q=1', body: '{"속보":1}' });
      expect(echoed.headers).toMatchObject({
        'content-type': 'application/json',
        'x-hub-signature': 'sha256=0',
        'user-agent': 'Tidings',
        'content-length': '12',
      });
    });

    test('sends bytes as they are', async () => {
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte).subarray(10, 250);
      const response = await send({ url: `${http}/bytes`, method: 'PUT', body });
      expect(response.body).toStrictEqual(new Uint8Array(body));
    });

    test.each([204, 304, 400, 410, 503])('gives back status %i as any other', async (status) => {
      expect((await send({ url: `${http}/status/${status}` })).status).toBe(status);
    });

    test('gives back a redirect and does not follow it', async () => {
      const response = await send({ url: `${http}/redirect` });
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toBe('/echo');
    });

    test('reads no more than it is told', async () => {
      const cut = await send({ url: `${http}/large/100000`, maxBytes: 1000 });
      expect([cut.body.byteLength, cut.truncated]).toEqual([1000, true]);
      const whole = await send({ url: `${http}/large/100000`, maxBytes: 100_000 });
      expect([whole.body.byteLength, whole.truncated]).toEqual([100_000, false]);
      expect((await send({ url: `${http}/large/100000` })).body.byteLength).toBe(4096);
      expect((await send({ url: `${http}/endless`, maxBytes: 10 })).truncated).toBe(true);
    });

    test('does not unpack what it reads', async () => {
      const { headers } = JSON.parse(text((await send({ url: `${http}/echo` })).body));
      expect(headers['accept-encoding']).toBe('identity');
    });

    test.each(['slow-body', 'break', 'endless', 'large/100000', 'hit'])(
      'waits for the head alone: %s',
      async (path) => {
        const started = Date.now();
        const { status, body } = await send({ url: `${http}/${path}`, maxBytes: 0, timeoutMs: 5_000 });
        expect([status, body.byteLength]).toEqual([200, 0]);
        expect(Date.now() - started).toBeLessThan(3_000);
      },
    );

    test.each(['silent', 'slow-body'])('gives up at its deadline: %s', async (path) => {
      const start = Date.now();
      expect((await failure({ url: `${http}/${path}`, timeoutMs: 300 })).reason).toBe('timeout');
      expect(Date.now() - start).toBeLessThan(2000);
    });

    test.each<[string, string, OutboundFailure[]]>([
      ['nobody listens', closed, ['connection']],
      ['the answer breaks off', `${http}/break`, ['connection']],
      ['the answer is no HTTP', garbage, ['protocol', 'connection']],
      ['the name is not known', 'http://no-such-name.invalid/', ['dns', 'connection']],
      ['the server speaks no TLS', http.replace('http:', 'https:'), ['tls', 'connection']],
    ])('says so when %s, and names the host but no more', async (_name, url, reasons) => {
      const error = await failure({ url: `${url}?key=secret` });
      expect(reasons).toContain(error.reason);
      expect(error.message).toContain(new URL(url).hostname);
      expect(error.message).not.toContain('secret');
    });

    test.each([
      'ftp://example.com/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/plain,secret',
      'https://user:secret@example.com/',
      'https://secret@example.com/',
      'http://127.0.0.1/?secret',
      'http://localhost:1/secret',
      'http://a.localhost/secret',
      'http://0x7f.1/secret',
      'http://2130706433/secret',
      'http://[::1]/secret',
      'http://[::ffff:169.254.169.254]/secret',
      'http://169.254.169.254/secret',
      'secret',
      '/secret',
    ])('refuses %s', async (url) => {
      const error = await failure({ url }, []);
      expect(error.reason).toBe('refused');
      expect(error.message).not.toContain('secret');
    });

    test('refuses a private address before anything is sent', async () => {
      const hits = async () => text((await send({ url: `${http}/hits` })).body);
      const before = await hits();
      expect((await failure({ url: `${http}/hit` }, [])).reason).toBe('refused');
      expect((await failure({ url: `${http}/hit` }, ['10.0.0.0/8', '::1/128'])).reason).toBe('refused');
      expect(await hits()).toBe(before);
      await send({ url: `${http}/hit` });
      expect(await hits()).not.toBe(before);
    });
  });
}

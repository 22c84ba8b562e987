import { afterEach, describe, expect, inject, test } from 'vitest';
import { createRequest, type NodeOutbound, type Resolve } from '../../src/node/request.ts';
import { OutboundError } from '../../src/storage/ports.ts';

/** A resolver that gives one list of addresses after another, the last one for ever. */
function answering(...answers: string[][]): { resolve: Resolve; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    resolve: (_host, _options, done) => {
      const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  };
}

describe('outbound on Node', () => {
  const port = new URL(inject('servers').http).port;
  const url = (path = 'hit', host = 'subscriber.example') => `http://${host}:${port}/${path}`;
  const open: NodeOutbound[] = [];
  afterEach(async () => {
    for (const request of open.splice(0)) await request.close();
  });

  function make(options: Parameters<typeof createRequest>[0]) {
    const request = createRequest(options);
    open.push(request);
    const get = (address: string) => request({ url: address, method: 'GET', timeoutMs: 3000 });
    const reason = (address: string) =>
      get(address).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof OutboundError ? error.reason : error),
      );
    return { get, reason };
  }

  async function hits() {
    const { get } = make({ allowPrivate: ['127.0.0.1/32'] });
    return new TextDecoder().decode((await get(`http://127.0.0.1:${port}/hits`)).body);
  }

  test.each([
    ['loopback', ['127.0.0.1']],
    ['IPv6 loopback', ['::1']],
    ['mapped loopback', ['::ffff:127.0.0.1']],
    ['metadata', ['169.254.169.254']],
    ['several private ones', ['10.0.0.1', '192.168.0.1', 'fd00::1']],
  ])('refuses a name that resolves to %s', async (_kind, addresses) => {
    const before = await hits();
    const { reason } = make({ resolve: answering(addresses).resolve });
    expect(await reason(url())).toBe('refused');
    expect(await hits()).toBe(before);
  });

  test('a name that answers public first and private when connected to gains nothing', async () => {
    const before = await hits();
    const name = answering(['192.0.2.1'], ['127.0.0.1']);
    // An address for documentation, where nobody answers, stands for a public one.
    const { reason, get } = make({ resolve: name.resolve, allowPrivate: ['192.0.2.1/32'] });
    const quick = open.at(-1)?.({ url: url(), method: 'GET', timeoutMs: 300 });
    await expect(quick).rejects.toThrow(OutboundError);
    expect(name.asked()).toBe(1);
    expect(await reason(url())).toBe('refused');
    await expect(get(url())).rejects.toThrow('subscriber.example has no public address.');
    expect(await hits()).toBe(before);
  });

  test('a name that moves to a private address is refused at its next connection, also beside one that is open', async () => {
    const name = answering(['127.0.0.1'], ['127.0.0.2']);
    const { reason } = make({ resolve: name.resolve, allowPrivate: ['127.0.0.1/32'] });
    const reasons = await Promise.all(Array.from({ length: 8 }, () => reason(url('slow-hit'))));
    expect(new Set(reasons)).toEqual(new Set([200, 'refused']));
    expect(reasons.filter((one) => one === 200)).toHaveLength(1);
  });

  test('connects to the public address of a name that has both kinds', async () => {
    const { reason } = make({
      resolve: answering(['::1', '127.0.0.1', '10.0.0.1']).resolve,
      allowPrivate: ['127.0.0.0/8'],
    });
    expect(await reason(url())).toBe(200);
  });

  test('asks for each name that is a literal without resolving it', async () => {
    const name = answering(['8.8.8.8']);
    const { reason } = make({ resolve: name.resolve, allowPrivate: ['127.0.0.0/8'] });
    expect(await reason(url('hit', '127.0.0.1'))).toBe(200);
    expect(await reason(url('hit', '[::ffff:127.0.0.1]'))).not.toBe('refused');
    expect(name.asked()).toBe(0);
  });

  test('tells a name that does not resolve from one that is refused', async () => {
    const missing = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const { reason } = make({ resolve: (_host, _options, done) => done(missing, []) });
    expect(await reason(url())).toBe('dns');
    expect(await make({ resolve: answering([]).resolve }).reason(url())).toBe('dns');
    expect(await make({}).reason('http://no-such-name.invalid/')).toBe('dns');
  });

  test('does a great many side by side', async () => {
    const { get } = make({ allowPrivate: ['127.0.0.0/8'] });
    const answers = await Promise.all(Array.from({ length: 500 }, () => get(`http://127.0.0.1:${port}/hit`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

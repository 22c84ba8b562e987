import { describe, expect, test } from 'vitest';
import { checkTarget, isInCidrs, isPublicAddress, parseCidrs } from '../../src/push/guard.ts';

/** Hosts as they may stand in a URL, all of which reach something that is not public, or nothing. */
const CLOSED = {
  loopback: [
    '127.0.0.1',
    '127.1.2.3',
    '127.255.255.255',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
  ],
  'odd spellings of loopback': [
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
  ],
  unspecified: ['0.0.0.0', '0', '0.1.2.3', '[::]'],
  private: [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.255.255',
    '0xc0a80101',
    '3232235777',
    '012.0.0.1',
  ],
  'shared between customers of a carrier': ['100.64.0.1', '100.127.255.255'],
  'link-local, where clouds keep their metadata': [
    '169.254.169.254',
    '169.254.0.1',
    '0xa9fea9fe',
    '2852039166',
    '[fe80::1]',
    '[febf::1]',
  ],
  'metadata elsewhere': ['168.63.129.16', '100.100.100.200', '192.0.0.192', '[fd00:ec2::254]'],
  'unique-local and site-local': ['[fc00::1]', '[fd12:3456:789a::1]', '[fec0::1]'],
  multicast: ['224.0.0.1', '239.255.255.255', '[ff02::1]', '[ff0e::1]'],
  'reserved, documentation, benchmarks': [
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '255.255.255.255',
    '192.88.99.1',
    '[2001:db8::1]',
    '[3fff::1]',
    '[100::1]',
    '[2001:2::1]',
    '[5f00::1]',
  ],
  'IPv4 within IPv6': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[::127.0.0.1]',
    '[::10.0.0.1]',
    '[::ffff:0:127.0.0.1]',
  ],
  'NAT64, 6to4, Teredo': [
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a00:1]',
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2002:808:808::1]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  ],
  'not given out': ['[4000::1]', '[e000::1]', '[1::1]', '[8000::]'],
};

const OPEN = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.1.1',
  '192.167.1.1',
  '192.169.1.1',
  '223.255.255.255',
  '168.63.129.15',
  '[2606:4700:4700::1111]',
  '[2a00:1450:4001:81b::200e]',
  '[::ffff:8.8.8.8]',
  '[64:ff9b::8.8.8.8]',
  'example.com',
  'feeds.example.com.',
  '127.0.0.1.example.com',
  'xn--bj0bj06e.example',
];

describe('the guard', () => {
  test.each(Object.entries(CLOSED).flatMap(([kind, hosts]) => hosts.map((host) => [kind, host])))(
    'refuses %s: %s',
    (_kind, host) => {
      for (const url of [`http://${host}/`, `https://${host}:8443/path?q`])
        expect(checkTarget(url, [])).toEqual({ allowed: false, reason: expect.any(String) });
    },
  );

  test.each(OPEN)('lets pass %s', (host) => {
    expect(checkTarget(`https://${host}/feed`, [])).toMatchObject({ allowed: true });
  });

  test.each([
    ['http://example.com:22/', 'port 22'],
    ['https://example.com:25/hook', 'port 25'],
    ['http://example.com:6667/', 'port 6667'],
    ['ftp://example.com/', 'neither http nor https'],
    ['file:///etc/passwd', 'neither http nor https'],
    ['gopher://example.com/', 'neither http nor https'],
    ['ws://example.com/', 'neither http nor https'],
    ['https://user@example.com/', 'user or password'],
    ['https://:word@example.com/', 'user or password'],
    ['example.com', 'no address'],
    ['', 'no address'],
    ['http://256.256.256.256/', 'no address'],
    ['http://[::1/', 'no address'],
  ])('refuses %s', (url, reason) => {
    expect(checkTarget(url, ['0.0.0.0/0'])).toEqual({ allowed: false, reason: expect.stringContaining(reason) });
  });

  test('opens what it is told to, and no more', () => {
    const allow = parseCidrs('127.0.0.0/8, 10.1.0.0/16,fd00::/8 , 192.168.1.7');
    for (const host of [
      '127.0.0.1',
      'localhost',
      '10.1.2.3',
      '[::ffff:10.1.2.3]',
      '[64:ff9b::10.1.2.3]',
      '[fd00::1]',
      '192.168.1.7',
    ])
      expect(checkTarget(`http://${host}/`, allow).allowed, host).toBe(true);
    for (const host of ['10.2.0.1', '[::1]', '[fc00::1]', '192.168.1.8', '169.254.169.254'])
      expect(checkTarget(`http://${host}/`, allow).allowed, host).toBe(false);
  });

  test.each(['', 'example.com', '1.2.3', '999.1.1.1', 'fe80::1%eth0', ':::', '8.8.8.8/32', '8.8.8.8 '])(
    'takes %j, as a resolver may give it, for no public address',
    (address) => expect(isPublicAddress(address, [])).toBe(false),
  );

  test('reads lists of CIDRs', () => {
    expect(parseCidrs('')).toEqual([]);
    expect(parseCidrs(' 10.0.0.0/8 ,::1,')).toEqual(['10.0.0.0/8', '::1/128']);
    expect(() => parseCidrs('10.0.0.0/8,intranet')).toThrow('"intranet" is no CIDR');
    expect(() => parseCidrs('10.0.0.0/33')).toThrow('is no CIDR');
    expect(isInCidrs('::ffff:10.1.1.1', ['10.0.0.0/8'])).toBe(true);
    expect(isInCidrs('11.1.1.1', ['10.0.0.0/8', '::/0'])).toBe(false);
    expect(isInCidrs('unknown', ['0.0.0.0/0'])).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { ConfigError, resolveConfig } from '../../src/config/config.ts';
import { configFingerprint } from '../../src/config/fingerprint.ts';
import { configured } from '../../src/push/channels/receivers.ts';

const URL = 'https://tidings.test';

test('receivers have their defaults', () => {
  const { push } = resolveConfig(
    {
      push: {
        webhooks: [{ url: 'https://a.test/' }, { url: 'https://b.test/', form: 'slack' }],
        indexNow: { key: '0123456789abcdef' },
      },
    },
    URL,
  );
  expect(push.webhooks).toEqual([
    {
      url: 'https://a.test/',
      secret: [],
      events: ['article.published', 'article.updated', 'article.withdrawn'],
      where: null,
      form: 'standard',
    },
    { url: 'https://b.test/', secret: [], events: ['article.published'], where: null, form: 'slack' },
  ]);
  expect(push.indexNow?.endpoint).toBe('https://api.indexnow.org/indexnow');
});

test.each([
  [{ webhooks: [{ url: 'ftp://a.test/' }] }, 'push.webhooks.0.url'],
  [{ webhooks: [{ url: 'https://a.test/', secret: 'mine' }] }, 'whsec_'],
  [{ webhooks: [{ url: 'https://a.test/', secret: ['a', 'b', 'c'] }] }, 'push.webhooks.0.secret'],
  [{ webhooks: [{ url: 'https://a.test/', events: ['published'] }] }, 'push.webhooks.0.events.0'],
  [{ indexNow: { key: 'short' } }, 'push.indexNow.key'],
  [{ webhoks: [] }, 'did you mean webhooks'],
])('%j is refused by name', (push, words) => {
  expect(() => resolveConfig({ push }, URL)).toThrow(ConfigError);
  expect(() => resolveConfig({ push }, URL)).toThrow(words);
});

test('who is told changes no document, but for the hubs that documents name', () => {
  const fingerprint = (push: object) => configFingerprint(resolveConfig({ push }, URL));
  expect(fingerprint({ webhooks: [{ url: 'https://a.test/' }] })).toBe(fingerprint({}));
  expect(fingerprint({ hubs: ['https://hub.test/'] })).not.toBe(fingerprint({}));
});

test('an address counts once in a channel, and its key says nothing of it', () => {
  const url = 'https://hooks.test/T0/secret-token';
  const config = resolveConfig({ push: { webhooks: [{ url }, { url }], pings: [url] } }, URL);
  const found = configured({ config, sha256: (text) => Buffer.from(String(text)).toString('hex').padEnd(64, '0') });
  expect(found.map(({ channel, origin }) => [channel, origin])).toEqual([
    ['webhook', 'https://hooks.test'],
    ['xmlrpc', 'https://hooks.test'],
  ]);
  for (const { key } of found) expect(key).not.toContain('secret-token');
});

import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, publishDocument, until, work } from './engine.ts';
import { startSink } from './sink.ts';

let home: TestHome;
afterEach(() => home.close());

test('deliveries are signed by sha256, unless the configuration names another method for a callback', async () => {
  const sink = await startSink();
  home = makeHome({
    config: {
      hub: {
        signature: [
          { callback: `${sink.url}/1`, method: 'sha1' },
          { callback: `${sink.url}/2*`, method: 'sha384' },
          { callback: `${sink.url}/*3`, method: 'sha512' },
        ],
      },
    },
  });
  const stop = work(home);
  await insertSubscriptions(home, sink.url, 23, '비밀');
  await publishDocument(home, '바다');
  await until(() => isIdle(home));
  const signed = (method: string) => `${method}=${createHmac(method, '비밀').update('바다').digest('hex')}`;
  const given = (path: string) => sink.deliveries(path)[0]?.headers['x-hub-signature'];
  expect(given('/1')).toBe(signed('sha1'));
  expect(given('/11')).toBe(signed('sha256'));
  for (const path of ['/2', '/20', '/23']) expect(given(path)).toBe(signed('sha384'));
  for (const path of ['/3', '/13']) expect(given(path)).toBe(signed('sha512'));
  await stop();
  await sink.close();
});

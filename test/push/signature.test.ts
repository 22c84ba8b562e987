import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions, isIdle, publishDocument, until, work } from './engine.ts';
import { type Received, startSink } from './sink.ts';

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

test('secrets that are renewed during a fan-out: each delivery is signed by one that was in force in it, later ones by the new', {
  timeout: 120_000,
}, async () => {
  const sink = await startSink();
  home = makeHome();
  const stop = work(home);
  await insertSubscriptions(home, sink.url, 1_000, '');
  const renew = (word: string) => home.db.prepare('UPDATE subscriptions SET secret = ? || callback').bind(word).run();
  await renew('old');
  let renewed: Promise<unknown> | null = null;
  sink.reply = () => {
    if (sink.deliveries().length === 50) renewed = renew('new');
    return undefined;
  };
  // So large that on Node another thread signs it.
  const text = '바다 '.repeat(9_000);
  await publishDocument(home, text);
  await until(() => isIdle(home), 40_000);
  await renewed;
  const of = (word: string, { path, body }: Received) =>
    `sha256=${createHmac('sha256', word + sink.url + path)
      .update(body)
      .digest('hex')}`;
  const told = sink.deliveries();
  expect(new Set(told.map(({ path }) => path)).size).toBe(1_000);
  const isNew = told.map((one) => one.headers['x-hub-signature'] === of('new', one));
  const isOld = told.map((one) => one.headers['x-hub-signature'] === of('old', one));
  expect(isNew.filter((yes, n) => !yes && !isOld[n])).toEqual([]);
  expect(isNew).toContain(true);
  expect(isOld).toContain(true);

  sink.received.length = 0;
  await publishDocument(home, `${text}!`);
  await until(() => isIdle(home), 40_000);
  for (const one of sink.deliveries()) expect(one.headers['x-hub-signature']).toBe(of('new', one));
  expect(new Set(sink.deliveries().map(({ path }) => path)).size).toBe(1_000);
  await stop();
  await sink.close();
});

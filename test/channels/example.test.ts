import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ntfy } from '../../docs/example-channel.ts';
import { announcers } from '../../src/push/channels/channels.ts';
import { listReceivers } from '../../src/push/channels/receivers.ts';
import { makeHome, type TestHome } from '../home.ts';
import { type Sink, startSink } from '../push/sink.ts';
import { article, newsdesk } from './newsdesk.ts';

let home: TestHome;
let sink: Sink;
beforeEach(async () => {
  home = makeHome();
  sink = await startSink();
});
afterEach(async () => {
  delete announcers.ntfy;
  await sink.close();
  await home.close();
});

const docs = (name: string) => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

test('the channel of the guide tells what is new, is retried, and is seen like the others', async () => {
  announcers.ntfy = ntfy;
  const desk = newsdesk(home, { channels: { ntfy: [{ url: `${sink.url}/solyeo`, priority: 4 }] } });
  await desk.write('first.md', article('First'));
  sink.reply = () => (sink.received.length === 1 ? { status: 503 } : undefined);
  await desk.write('storm.md', article('폭풍 경보', { description: 'Stay in the harbour.' }));
  await desk.drain();
  desk.pass(60_000);
  await desk.drain();
  const told = sink.deliveries('/solyeo');
  expect(told).toHaveLength(2);
  const query = new URLSearchParams(told[1]?.query);
  expect([query.get('title'), query.get('priority'), told[1]?.body]).toEqual([
    '폭풍 경보',
    '4',
    'Stay in the harbour.',
  ]);
  expect(query.get('click')).toMatch(/^http:\/\/tidings\.test\/articles\//);
  expect(await listReceivers(desk.home)).toMatchObject([
    { channel: 'ntfy', waiting: 0, failures: 0, origin: sink.url },
  ]);
});

test('the guide shows the file that was tried', () => {
  expect(docs('channels.md')).toContain(docs('example-channel.ts').replaceAll("'../src/push/channels/", "'./"));
});

test('a channel that does not exist is told of', async () => {
  const warned: string[] = [];
  const log = {
    ...home.log,
    warn: (event: string, fields?: object) => void warned.push(`${event} ${JSON.stringify(fields)}`),
  };
  const desk = newsdesk({ ...home, log }, { channels: { nfty: [{ url: sink.url }] } });
  await desk.write('first.md', article('First'));
  expect(warned.filter((line) => line.startsWith('push.channels') && line.includes('nfty'))).toHaveLength(1);
});

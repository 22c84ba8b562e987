import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { SenderQuestion } from './bare-sender.ts';
import { type Figure, figure, median, quantile } from './figure.ts';
import type { HubAnswer, HubQuestion } from './hub.ts';
import type { Benchmark } from './main.ts';
import { type Helper, instant, startHelper } from './process.ts';
import type { SinkAnswer, SinkQuestion } from './sink.ts';
import { inTurn } from './turns.ts';

/** The public address that hub and topics have in bench/home.ts. */
const TOPIC = 'https://feeds.example/rss.xml';
const MANY = 100_000;
const SUBSCRIBING = 2_000;
/** Subscriptions before the measured ones, which load and compile what is needed. */
const WARMING = 200;
/** Milliseconds without a change before each measured one: fan-outs of one topic begin 1.5 s apart at least. */
const PAUSE_MS = 1_600;

/**
 * From a document's commit to the last receipt, beside a bare loop that signs and posts as many bytes to the same sink;
 * the same with deltas; then with a tenth of the callbacks hanging, the memory at 100,000 subscriptions, and how fast one
 * can subscribe.
 */
export const run: Benchmark = async ({ count, rounds = 3 }) => {
  const figures: Figure[] = [];
  for (const subscribers of count ? [count] : [1_000, 10_000]) figures.push(...(await fanOut(subscribers, rounds)));
  if (count) return figures;
  return [...figures, await hanging(1_000, rounds), ...(await memory()), await subscribing(rounds)];
};

interface Stage {
  hub: Helper<HubQuestion, HubAnswer>;
  sink: Helper<SinkQuestion, SinkAnswer>;
  sinkUrl: string;
}

/** A hub on a folder of its own and a sink, for as long as the work lasts. */
async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-fanout-'));
  const hub = startHelper<HubQuestion, HubAnswer>('hub.ts', [folder]);
  const sink = startHelper<SinkQuestion, SinkAnswer>('sink.ts');
  try {
    const { url = '' } = await sink.ask({ type: 'address' });
    await hub.ask({ type: 'address' });
    return await work({ hub, sink, sinkUrl: url });
  } finally {
    hub.stop();
    sink.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from the commit, or from the loop's beginning, to each receipt; the bytes of each body. */
interface Sent {
  receipts: number[];
  bytes: number;
}

async function sendAll({ hub, sink }: Stage, count: number): Promise<Sent> {
  await new Promise((later) => setTimeout(later, PAUSE_MS));
  await sink.ask({ type: 'expect', count });
  const { at = 0 } = await hub.ask({ type: 'change' });
  const { receipts = [], bytes = 0 } = await sink.ask({ type: 'receipts' });
  return { receipts: receipts.map((receipt) => receipt - at), bytes };
}

/** Whole documents beside the bare loop; then deltas beside whole documents, and beside the loop with as many bytes. */
async function fanOut(count: number, rounds: number): Promise<Figure[]> {
  return onStage(async (stage) => {
    const { hub, sink, sinkUrl } = stage;
    const sender = startHelper<SenderQuestion, number>('bare-sender.ts');
    let bytes = 60_000;
    const bare = async (by: 'node' | 'web'): Promise<Sent> => {
      await sink.ask({ type: 'expect', count });
      const at = await sender.ask({ url: sinkUrl, count, bytes, by });
      const { receipts = [] } = await sink.ask({ type: 'receipts' });
      return { receipts: receipts.map((receipt) => receipt - at), bytes };
    };
    try {
      await hub.ask({ type: 'insert', url: sinkUrl, first: 1, count });
      // The first round warms all of them up.
      bytes = (await sendAll(stage, count)).bytes;
      await bare('node');
      await bare('web');
      const sent = await inTurn<'ours' | 'node' | 'web', Sent>(rounds, {
        ours: () => sendAll(stage, count),
        node: () => bare('node'),
        web: () => bare('web'),
      });
      const whole = bytes;
      await hub.ask({ type: 'deltas' });
      bytes = (await sendAll(stage, count)).bytes;
      const short = await inTurn<'ours' | 'node', Sent>(rounds, {
        ours: () => sendAll(stage, count),
        node: () => bare('node'),
      });
      const rate = ({ receipts }: Sent) => (count * 1000) / Math.max(...receipts);
      const p99 = ({ receipts }: Sent) => quantile(receipts, 0.99);
      const faster = median(sent.node.map(rate)) > median(sent.web.map(rate)) ? sent.node : sent.web;
      const { megabytes = 0 } = await hub.ask({ type: 'memory' });
      const to = `to ${count} subscribers`;
      return [
        figure(`${Math.round(whole / 1000)} KB ${to}, signed`, 'a second', sent.ours.map(rate), {
          beside: faster.map(rate),
          target: { atLeast: 0.8 },
        }),
        figure(`p99 from commit to receipt, ${to}`, 'ms', sent.ours.map(p99), { beside: faster.map(p99) }),
        figure(`deltas beside whole documents, ${to}`, 'a second', short.ours.map(rate), {
          beside: sent.ours.map(rate),
          target: { atLeast: 3 },
        }),
        figure(`deltas of ${kilobytes(bytes)} KB ${to}, signed`, 'a second', short.ours.map(rate), {
          beside: short.node.map(rate),
        }),
        figure(`peak memory of the process, ${to}`, 'MB', [megabytes]),
      ];
    } finally {
      sender.stop();
    }
  });
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

/** The p99 of the healthy with a tenth of all callbacks hanging, beside that without them. */
async function hanging(count: number, rounds: number): Promise<Figure> {
  const healthy = count * 0.9;
  const p99 = async (stage: Stage) => quantile((await sendAll(stage, healthy)).receipts, 0.99);
  const prepared = async (stage: Stage, tar?: string) => {
    await stage.hub.ask({ type: 'insert', url: stage.sinkUrl, first: 1, count: healthy });
    await sendAll(stage, healthy);
    if (tar) await stage.hub.ask({ type: 'insert', url: tar, first: 1, count: count - healthy });
    return p99(stage);
  };
  const tar = startHelper<SinkQuestion, SinkAnswer>('sink.ts');
  try {
    const { url = '' } = await tar.ask({ type: 'address' });
    await tar.ask({ type: 'hang' });
    // Each round has a hub that has not met the hanging ones before.
    const took = await inTurn(rounds, {
      with: () => onStage((stage) => prepared(stage, url)),
      without: () => onStage((stage) => prepared(stage)),
    });
    const name = `p99 of ${healthy} healthy, ${count - healthy} hanging beside none`;
    return figure(name, 'ms', took.with, { beside: took.without, target: { atMost: 1.5 } });
  } finally {
    tar.stop();
  }
}

async function memory(): Promise<Figure[]> {
  return onStage(async (stage) => {
    await stage.hub.ask({ type: 'insert', url: stage.sinkUrl, first: 1, count: MANY });
    const { receipts } = await sendAll(stage, MANY);
    const { megabytes = 0 } = await stage.hub.ask({ type: 'memory' });
    return [
      figure(`peak memory of the process, to ${MANY} subscribers`, 'MB', [megabytes], { target: { atMost: 200 } }),
      figure(`a second, to ${MANY} subscribers`, '', [(MANY * 1000) / Math.max(...tail(receipts))]),
    ];
  });
}

const tail = (receipts: number[]) => receipts.slice(-1);

async function subscribing(rounds: number): Promise<Figure> {
  const { rates } = await inTurn(rounds, { rates: subscriptionsASecond });
  return figure('subscriptions asked for and verified', 'a second', rates, { target: { atLeast: 500 } });
}

/** Subscriptions that are asked for over HTTP, 64 at a time, until all of them are verified; each gets the document too. */
function subscriptionsASecond(): Promise<number> {
  return onStage(async ({ hub, sinkUrl }) => {
    const { url } = await hub.ask({ type: 'address' });
    const dispatcher = new Agent({ connections: 64 });
    let next = 1;
    const subscribe = async (last: number) => {
      while (next <= last) {
        const form = new URLSearchParams({
          'hub.mode': 'subscribe',
          'hub.topic': TOPIC,
          'hub.callback': `${sinkUrl}/${next}`,
          'hub.secret': `secret-${next++}`,
        });
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await request(`${url}/hub`, { method: 'POST', headers, body: form.toString(), dispatcher });
        if (answer.statusCode !== 202)
          throw new Error(`The hub answered ${answer.statusCode}: ${await answer.body.text()}`);
        await answer.body.dump();
      }
    };
    const verified = async (last: number) => {
      await Promise.all(Array.from({ length: 64 }, () => subscribe(last)));
      for (let count = 0; count < last; ) {
        await new Promise((later) => setTimeout(later, 20));
        count = (await hub.ask({ type: 'subscriptions' })).count ?? 0;
      }
    };
    await verified(WARMING);
    const started = instant();
    await verified(WARMING + SUBSCRIBING);
    const rate = (SUBSCRIBING * 1000) / (instant() - started);
    await dispatcher.close();
    return rate;
  });
}
